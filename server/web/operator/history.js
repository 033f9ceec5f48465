/**
 * `/operator/orgs/:org/history`: the customer's ledger as its admins see it, with what an operator
 * may take back (R27), and its proof (R32).
 *
 * @import { Place, Screen } from "../frame/screens.js"
 * @import { Entry } from "../history/entries.js"
 * @import { Desk } from "./desk.js"
 * @import { Org } from "./shapes.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { createEmpty, createFailed, createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";
import { createHistoryBar, historyQuery } from "./history-bar.js";
import { createHistoryTable } from "./history-table.js";
import { openOrgPage, orgPath } from "./org-page.js";
import { createProof } from "./proof.js";
import { openReversing } from "./reversing.js";

const { say, count, format } = words;
const LOADING_ROWS = 6;

/**
 * @param {Desk} desk
 * @param {Place} start
 * @returns {Promise<Screen>}
 */
export function open(desk, start) {
  return openOrgPage(desk, start, "history", (refresh) => createHistory(desk, start, refresh));
}

/**
 * @param {Desk} desk
 * @param {Place} start
 * @param {() => Promise<void>} refresh
 */
function createHistory(desk, start, refresh) {
  const path = orgPath(start);
  const bar = createHistoryBar(desk);
  const proof = createProof(desk, path);
  const view = createView(load, () => loadMore());
  /** @type {ReturnType<typeof createHistoryTable> | null} */
  let table = null;
  let query = start.query;
  /** @type {Entry[]} */
  let entries = [];
  /** @type {number | null} */
  let before = null;
  let turn = 0;

  async function load() {
    bar.write(query);
    entries = [];
    before = null;
    await loadMore();
  }

  async function loadMore() {
    const mine = ++turn;
    view.wait(entries.length === 0);
    const asked = historyQuery(query, before);
    const answer = await desk.call("GET", `${path}/history?${asked}`);
    if (mine !== turn) return;
    if (!answer.ok) return view.fail(answer.problem);
    entries = [...entries, ...answer.value.entries];
    before = answer.value.next_before;
    table?.write(entries);
    view.write(answer.value.totals, entries.length, before !== null);
  }

  /** @param {Org} org */
  function write(org) {
    if (!table) {
      const zone = format.inZone(org.time_zone);
      table = createHistoryTable(zone, (entry) => openReversing(desk, path, zone, entry, refresh));
      view.hold(table.element);
    }
    load();
  }

  return {
    element: el("div", {}, bar.element, proof.element, view.element),
    write,
    /** @param {Place} place */
    move(place) {
      query = place.query;
      load();
    },
  };
}

/**
 * @param {() => void} retry
 * @param {() => void} onMore
 */
function createView(retry, onMore) {
  const totals = el("p", { class: "note-line operator-section", role: "status" });
  const skeleton = createSkeletonRows(LOADING_ROWS);
  const failed = createFailed(retry);
  const none = createEmpty(say("operator_history_none"));
  const list = el("div");
  const more = el("button", { type: "button" }, say("operator_load_more"));
  const foot = el("div", { class: "toolbar" }, more);
  more.addEventListener("click", onMore);
  for (const state of [none, foot]) show(state, false);
  return {
    element: el("div", {}, totals, skeleton, failed.element, none, list, foot),
    /** @param {HTMLElement} table */
    hold: (table) => list.replaceChildren(table),
    /** @param {boolean} first */
    wait(first) {
      failed.write(null);
      show(skeleton, first);
      if (first) for (const state of [none, list, foot]) show(state, false);
      more.disabled = true;
    },
    /** @param {import("../../../extension/protocol.js").Problem} problem */
    fail(problem) {
      show(skeleton, false);
      more.disabled = false;
      failed.write(problem);
    },
    /**
     * @param {{entries: number, credits: number}} sums
     * @param {number} shown
     * @param {boolean} isMore
     */
    write(sums, shown, isMore) {
      setText(totals, totalsText(sums));
      show(skeleton, false);
      show(none, shown === 0);
      show(list, shown > 0);
      show(foot, isMore);
      more.disabled = false;
    },
  };
}

/** @param {{entries: number, credits: number}} sums */
function totalsText({ entries, credits }) {
  return `${count("operator_entries", entries)} · ${count("price", credits)}`;
}
