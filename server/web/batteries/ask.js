/**
 * How to get more: whom to ask, asking one's admins, and what they answered, live.
 *
 * @import { Battery, CreditRequest } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 */

import { createSlot, el, setText, show } from "/ui/dom.js";
import { form } from "../parts.js";
import { words } from "../words.js";

const { say, format } = words;
const PATH = "/api/v1/credit-requests";
const NOTE_CHARS_MAX = 500;
const SHOWN_MAX = 5;

/**
 * @param {App} app
 * @returns {{element: HTMLElement, write(battery: Battery): void, leave(): void}}
 */
export function createAsk({ call, live, me }) {
  /** @type {Map<string, CreditRequest>} */
  let asked = new Map();
  /**
   * Told while the list was on its way, whose answer may be older.
   *
   * @type {CreditRequest[]}
   */
  let heard = [];
  let turn = 0;
  const empty = el("p", { class: "empty-line" });
  const list = el("ul", { class: "asked" });
  const sent = el("p", { class: "note-line", role: "status" });
  const title = el("h3", {}, say("asked_title"));
  const writeList = createSlot(list, (/** @type {CreditRequest[]} */ requests) =>
    requests.map(line),
  );

  function draw() {
    const own = [...asked.values()]
      .filter(({ user_id }) => user_id === me.user.id)
      .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))
      .slice(0, SHOWN_MAX);
    show(title, own.length > 0);
    writeList(own);
  }

  async function load() {
    const mine = ++turn;
    heard = [];
    const answer = await call("GET", PATH);
    if (mine !== turn || !answer.ok) return;
    /** @type {CreditRequest[]} */
    const told = [...answer.value.requests, ...heard];
    asked = new Map(told.map((request) => [request.id, request]));
    draw();
  }

  /** @param {CreditRequest} request */
  function take(request) {
    heard.push(request);
    asked.set(request.id, request);
    draw();
  }

  const stop = live.listen((news) => {
    // The messages of an absence are not replayed (`api.md`, The battery socket).
    if (news.type === "gap" || (news.type === "link" && live.now().link === "live")) load();
    if (news.type === "credit_request") take(news.request);
  });

  const note = el("textarea", { id: "ask_note", required: true, rows: "2" });
  note.maxLength = NOTE_CHARS_MAX;
  const label = el("label", { for: "ask_note" }, say("ask_note"));
  const asking = form(say("ask_send"), [el("div", { class: "field" }, label, note)], async () => {
    setText(sent, "");
    const answer = await call("POST", PATH, { body: { note: note.value } });
    if (!answer.ok) return answer.problem;
    note.value = "";
    take(answer.value);
    setText(sent, say("ask_sent"));
    return null;
  });
  asking.querySelector("button")?.classList.remove("go");

  draw();
  load();
  return {
    element: el(
      "section",
      { class: "gauge-card wide", id: "ask", tabindex: "-1" },
      el("h2", {}, say("more_title")),
      empty,
      el("p", { dir: "auto" }, me.contact),
      asking,
      sent,
      title,
      list,
    ),
    write({ level, license }) {
      show(empty, level === "empty");
      setText(empty, say("more_empty", { day: format.longDay(license.last_day) }));
    },
    leave: stop,
  };
}

/** @param {CreditRequest} request */
function line({ note, created_at, outcome, answered_by, answer_note }) {
  const state =
    outcome === null ? say("asked_open") : say(`asked_${outcome}`, { name: answered_by ?? "" });
  const when = format.moment(created_at, Date.now());
  return el(
    "li",
    {},
    el("p", { dir: "auto" }, note),
    el("p", { class: "note-line", dir: "auto" }, `${when} · ${state}`),
    answer_note ? el("p", { class: "note-line", dir: "auto" }, `“${answer_note}”`) : null,
  );
}
