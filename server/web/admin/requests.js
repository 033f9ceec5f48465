/**
 * Admin Settings → Requests: who asks for more credits, and what was answered, live.
 *
 * @import { CreditRequest } from "../../../extension/protocol.js"
 * @import { App, OpenScreen } from "../frame/screens.js"
 * @import { Asking } from "./asking.js"
 * @import { AdminUser } from "./members.js"
 */

import { createRows, el, setAttribute, setText, show } from "/ui/dom.js";
import { createEmpty, createFailed, createSkeletonRows } from "../parts/states.js";
import { createTable } from "../parts/table.js";
import { words } from "../words.js";
import { createAnswerForm } from "./answer-form.js";
import { createShell } from "./shell.js";
import { teamOf } from "./sources.js";
import { createBattery, extraText } from "./user-row.js";

const { say, format } = words;
const BONES = 4;

/**
 * @typedef {{request: CreditRequest, user: AdminUser | undefined}} Asked
 */

/** @type {OpenScreen} */
export function open(app) {
  const asking = /** @type {Asking} */ (app.asking);
  const team = teamOf(app);
  const failed = createFailed(asking.retry);
  const bones = createSkeletonRows(BONES);
  const list = el("div", { class: "requests" });
  const none = createEmpty(say("admin_requests_none"), say("admin_requests_none_more"));
  const answered = createAnswered();
  const heading = el("h2", { class: "pad-line" }, say("admin_requests_open"));
  const content = el("div", {}, heading, list, none, answered.element);
  const shell = createShell(app, "requests", bones, failed.element, content);
  const cards = createRows(list, (id) => createCard(app, asking, id));

  function write() {
    const { status, problem, open: waiting, answered: past } = asking.now();
    const { users } = team.now();
    show(bones, status === "loading");
    show(content, status === "ready");
    failed.write(problem);
    show(none, waiting.length === 0);
    cards(
      waiting.map((request) => ({
        key: request.id,
        value: { request, user: users.get(request.user_id) },
      })),
    );
    answered.write(past);
  }

  const stops = [asking.watch(write), team.watch(write), shell.leave];
  write();
  return {
    ...shell,
    leave() {
      for (const stop of stops) stop();
    },
  };
}

/**
 * @param {App} app
 * @param {Asking} asking
 * @param {string} id
 * @returns {{element: HTMLElement, write(asked: Asked): void}}
 */
function createCard(app, asking, id) {
  const name = el("a", { class: "name", dir: "auto" });
  const time = el("time", { class: "note-line" });
  const text = el("blockquote", { dir: "auto" });
  const battery = createBattery();
  const figures = el("p", { class: "note-line" });
  const standing = el("div", { class: "request-battery" }, battery.element, figures);
  const request = asking.now().open.find((each) => each.id === id);
  const form = request && createAnswerForm(app, request, asking.take);
  const about = el("div", { class: "request-about" }, el("h3", {}, name), time, text, standing);
  return {
    element: el("article", { class: "request" }, about, form?.element),
    write({ request: { user_id, user_name, note, created_at }, user }) {
      setText(name, user_name);
      setAttribute(name, "href", `/admin/users/${user_id}/batteries`);
      setText(time, format.moment(created_at, Date.now()));
      setAttribute(time, "datetime", created_at);
      setText(text, note);
      show(standing, user !== undefined);
      form?.write(user);
      if (!user) return;
      battery.write({ user, picked: false, nowMs: Date.now() });
      setText(figures, figuresText(user));
    },
  };
}

/** @param {AdminUser} user */
function figuresText(user) {
  const { remaining, allotment } = user.battery.license;
  const license = say("admin_left_of", {
    left: format.number(remaining),
    allotment: format.number(allotment),
  });
  return `${license} · ${say("admin_column_extra")}: ${extraText(user)}`;
}

function createAnswered() {
  const columns = /** @type {const} */ (["who", "asked", "note", "outcome", "answer"]);
  const table = createTable(
    say("admin_requests_past"),
    columns.map((name) => ({ name, text: say(`admin_past_${name}`), head: name === "who" })),
  );
  const rows = createRows(table.body, () => {
    const { element, cells } = table.row();
    for (const cell of [cells.who, cells.note, cells.answer]) setAttribute(cell, "dir", "auto");
    return {
      element,
      /** @param {CreditRequest} request */
      write(request) {
        setText(cells.who, request.user_name);
        setText(cells.asked, format.moment(request.created_at, Date.now()));
        setText(cells.note, request.note);
        setText(cells.outcome, outcomeText(request));
        setText(cells.answer, request.answer_note ?? "");
      },
    };
  });
  const heading = el("h2", { class: "pad-line" }, say("admin_requests_past"));
  const element = el("div", {}, heading, el("div", { class: "table-frame" }, table.element));
  return {
    element,
    /** @param {readonly CreditRequest[]} requests */
    write(requests) {
      show(element, requests.length > 0);
      rows(requests.map((request) => ({ key: request.id, value: request })));
    },
  };
}

/** @param {CreditRequest} request */
function outcomeText({ outcome, answered_by, answered_at }) {
  return say(`admin_outcome_${outcome ?? "declined"}`, {
    name: answered_by ?? "",
    time: answered_at ? format.moment(answered_at, Date.now()) : "",
  });
}
