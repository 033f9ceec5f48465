/**
 * One entry by its number, with the one on the other side of a reversal.
 *
 * @import { App } from "../frame/screens.js"
 * @import { Entry } from "./entries.js"
 * @import { TableOptions } from "./entry-table.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { createPace } from "../pace.js";
import { createEmpty, createFailed, createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";
import { createEntryTable } from "./entry-table.js";
import { ACTIONS } from "./filters.js";

const { say, format } = words;
const FOLLOW_MS = 500;

/**
 * @param {App} app
 * @param {TableOptions} options
 */
export function createEntryFace(app, options) {
  const heading = el("h2");
  const back = el("a", { href: "/history", class: "button" }, say("history_show_all"));
  const head = el("div", { class: "toolbar" }, heading, el("span", { class: "spacer" }), back);
  const table = createEntryTable(options);
  const skeleton = createSkeletonRows(2);
  const failed = createFailed(() => load());
  const empty = createEmpty(say("history_no_entry"), say("history_no_entry_more"));
  const states = [skeleton, failed.element, empty, table.element];
  let sought = 0;
  let turn = 0;

  /** @param {HTMLElement} state */
  function stand(state) {
    for (const each of states) show(each, each === state);
  }

  async function load() {
    const mine = ++turn;
    const answer = await withCounterpart(app, sought);
    if (mine !== turn) return;
    if ("problem" in answer) {
      failed.write(answer.problem);
      return stand(failed.element);
    }
    table.write(answer.entries);
    stand(answer.entries.length > 0 ? table.element : empty);
  }

  const pace = createPace(load, FOLLOW_MS);
  const unlisten = app.live.listen((news) => {
    if (sought > 0 && (news.type === "changes" || news.type === "gap")) pace.ask();
  });

  return {
    element: el("div", {}, head, ...states),
    /** @param {number} seq */
    write(seq) {
      sought = seq;
      setText(heading, say("history_entry", { seq: format.number(seq) }));
      stand(skeleton);
      load();
    },
    leave() {
      turn += 1;
      unlisten();
      pace.leave();
    },
  };
}

/**
 * @param {App} app
 * @param {number} seq
 * @returns {Promise<{entries: Entry[]} | {problem: import("../../../extension/protocol.js").Problem}>}
 *   newest first; none when it is not one of the reader's
 */
async function withCounterpart(app, seq) {
  const first = await fetchOne(app, seq);
  if ("problem" in first) return first;
  const [entry] = first.entries;
  const other = entry?.ref_seq ?? entry?.reversed_by ?? null;
  if (other === null) return first;
  const second = await fetchOne(app, other);
  if ("problem" in second) return second;
  const both = [...first.entries, ...second.entries];
  return { entries: both.sort((one, another) => another.seq - one.seq) };
}

/**
 * @param {App} app
 * @param {number} seq
 * @returns {ReturnType<typeof withCounterpart>}
 */
async function fetchOne({ call }, seq) {
  const query = `action=${ACTIONS.join(",")}&before=${seq + 1}&limit=1`;
  const answer = await call("GET", `/api/v1/history?${query}`);
  if (!answer.ok) return { problem: answer.problem };
  /** @type {Entry[]} */
  const entries = answer.value.entries;
  return { entries: entries.filter((entry) => entry.seq === seq) };
}
