/**
 * Who spent most, live.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { Spender } from "./usage-range.js"
 */

import { createRows, el, setAttribute, setText, show } from "/ui/dom.js";
import { createPace } from "../pace.js";
import { createFailed } from "../parts/states.js";
import { createTable } from "../parts/table.js";
import { createFreshness } from "../people/freshness.js";
import { words } from "../words.js";
import { topSpenders } from "./usage-range.js";

const { say, format } = words;
const TOP = 10;
/** Sums over many entries need not follow every commit. */
const FOLLOW_MS = 1_000;
/** Ranking everybody takes the database a while: most of its time is for others. */
const FOLLOW_REST = 3;

/**
 * @param {App} app
 * @returns {{element: HTMLElement, leave(): void,
 *   write(days: {from: string | null, to: string | null}): void}}
 */
export function createSpenders(app) {
  let query = "";
  /** What the table shows; null: nothing, or what is not asked for any more and could not be had. */
  /** @type {string | null} */
  let shown = null;
  let turn = 0;
  const failed = createFailed(() => pace.ask());
  const freshness = createFreshness();
  const table = createSpenderTable();
  const heading = el("h2", { class: "pad-line" }, say("admin_top"));
  const element = el("section", {}, heading, failed.element, freshness.element, table.element);

  async function load() {
    const mine = ++turn;
    const asked = query;
    const answer = await app.call("GET", `/api/v1/history/usage?${asked}`);
    if (mine !== turn) return;
    if (!answer.ok) return fail(answer.problem);
    shown = asked;
    tell(null);
    const top = topSpenders(answer.value.buckets, answer.value.names ?? {});
    show(heading, top.length > 0);
    table.write(top);
  }

  /** @param {Problem} problem  what it shows stays, unless that is of other days */
  function fail(problem) {
    if (shown !== query) {
      shown = null;
      show(heading, false);
      table.write([]);
    }
    tell(problem);
    pace.retry(problem);
  }

  /** @param {Problem | null} problem */
  function tell(problem) {
    failed.write(shown === null ? problem : null);
    freshness.write(shown === null ? null : problem);
  }

  const pace = createPace(load, FOLLOW_MS, FOLLOW_REST);
  tell(null);
  const unlisten = app.live.listen(({ type }) => {
    if (type === "changes" || type === "gap") pace.ask();
  });
  return {
    element,
    write({ from, to }) {
      const asked = new URLSearchParams({ bucket: "month", group: "user", top: String(TOP) });
      if (from) asked.set("from", from);
      if (to) asked.set("to", to);
      if (asked.toString() === query) return;
      query = asked.toString();
      load();
    },
    leave() {
      turn += 1;
      unlisten();
      pace.leave();
    },
  };
}

function createSpenderTable() {
  const table = createTable(
    say("admin_top"),
    /** @type {const} */ ([
      { name: "who", text: say("admin_column_name"), head: true },
      { name: "credits", text: say("admin_top_credits"), end: true },
      { name: "entries", text: say("admin_top_entries"), end: true },
      { name: "act", text: say("admin_column_act"), unseen: true },
    ]),
  );
  const rows = createRows(table.body, (id) => {
    const { element, cells } = table.row();
    const link = el("a", { href: `/admin/users/${id}/history` }, say("admin_top_history"));
    cells.act.append(link);
    setAttribute(cells.who, "dir", "auto");
    return {
      element,
      /** @param {Spender} spender */
      write({ name, credits, entries }) {
        setText(cells.who, name);
        setText(cells.credits, format.number(credits));
        setText(cells.entries, format.number(entries));
        setAttribute(link, "aria-label", say("admin_top_history_label", { name }));
      },
    };
  });
  return {
    element: el("div", { class: "table-frame" }, table.element),
    /** @param {readonly Spender[]} spenders */
    write(spenders) {
      show(table.element, spenders.length > 0);
      rows(spenders.map((spender) => ({ key: spender.id, value: spender })));
    },
  };
}
