/**
 * Admin Settings → Ledger check: every entry replayed, with a plain result (R32).
 *
 * @import { App, OpenScreen } from "../frame/screens.js"
 * @import { Problem } from "../../../extension/protocol.js"
 */

import { createSlot, el, setText, show } from "/ui/dom.js";
import { problemText } from "../parts.js";
import { words } from "../words.js";
import { createShell } from "./shell.js";

const { say, count, format } = words;

/** Millions of entries take minutes. */
const CHECK_DEADLINE_MS = 15 * 60_000;

/** Told to whichever screen is shown: the one that asked may be left, and come back to, meanwhile. */
const CHECKED = "ledger-checked";

/**
 * @typedef {{ok: boolean, entries: number, broken: {invariant: number, detail: string}[]}} Result
 *
 * @typedef {object} Check
 * @property {boolean} running
 * @property {Problem | null} problem
 * @property {Result | null} result
 * @property {number} atMs  when it ended
 */

/**
 * A check goes on while one looks at something else.
 *
 * @type {WeakMap<App, Check>}
 */
const checks = new WeakMap();

/** @type {Check} */
const NEVER = { running: false, problem: null, result: null, atMs: 0 };

/** @type {OpenScreen} */
export function open(app) {
  const button = el("button", { type: "button", class: "go" }, say("admin_check"));
  const status = el("p", { role: "status" });
  const when = el("p", { class: "note-line" });
  const list = el("ul", { class: "broken" });
  const broken = createSlot(list, brokenLines);
  const section = el(
    "section",
    { class: "pad" },
    el("h2", {}, say("admin_ledger")),
    el("p", {}, say("admin_check_what")),
    el("div", { class: "buttons" }, button),
    status,
    list,
    when,
  );
  const shell = createShell(app, "ledger", section, reversals(app));

  function write() {
    const check = checks.get(app) ?? NEVER;
    const { running, result, atMs } = check;
    button.disabled = running;
    setText(status, statusText(check));
    broken(result?.broken ?? []);
    show(list, (result?.broken.length ?? 0) > 0);
    setText(when, atMs ? say("admin_check_when", { time: momentOf(atMs) }) : "");
    show(when, atMs > 0 && !running);
  }

  /** @param {Check} check */
  function enter(check) {
    checks.set(app, check);
    dispatchEvent(new Event(CHECKED));
  }

  button.addEventListener("click", async () => {
    enter({ ...NEVER, running: true });
    const options = { deadlineMs: CHECK_DEADLINE_MS };
    const answer = await app.call("GET", "/api/v1/admin/verify", options);
    const atMs = Date.now();
    if (answer.ok) enter({ ...NEVER, result: answer.value, atMs });
    else enter({ ...NEVER, problem: answer.problem, atMs });
  });
  addEventListener(CHECKED, write);
  write();
  return {
    ...shell,
    leave() {
      removeEventListener(CHECKED, write);
      shell.leave();
    },
  };
}

/** @param {number} ms */
function momentOf(ms) {
  return format.moment(new Date(ms).toISOString(), Date.now());
}

/** @param {Check} check */
function statusText({ running, problem, result }) {
  if (running) return say("admin_check_running");
  if (problem) return problemText(problem);
  if (!result) return "";
  const entries = count("admin_check_entries", result.entries);
  const end = result.ok ? say("admin_check_ok") : count("admin_check_broken", result.broken.length);
  return `${entries} ${end}`;
}

/** @param {Result["broken"]} broken */
function brokenLines(broken) {
  return broken.map(({ invariant, detail }) =>
    el(
      "li",
      {},
      el("strong", {}, say("admin_check_invariant", { n: format.number(invariant) })),
      " ",
      el("span", { dir: "auto" }, detail),
    ),
  );
}

/**
 * Where charges are taken back, and whether this deployment lets admins (R27).
 *
 * @param {App} app
 */
function reversals({ me: { admin_reversals: allowed } }) {
  const may = allowed.days > 0 && allowed.credits > 0;
  const text = may
    ? say("admin_reverse_may", {
        days: count("admin_days", allowed.days),
        credits: format.number(allowed.credits),
      })
    : say("admin_reverse_not");
  const link = el("a", { href: "/history?action=reversal" }, say("admin_reverse_history"));
  return el(
    "section",
    { class: "pad" },
    el("h2", {}, say("admin_reverse_title")),
    el("p", {}, text),
    el("p", {}, link),
  );
}
