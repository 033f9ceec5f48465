/**
 * The list of entries: its first page, more of it, and what comes while somebody reads. Who reads
 * further down is not disturbed.
 *
 * @import { Answer } from "/ui/calls.js"
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { HistoryPage, Shelf } from "./entries.js"
 * @import { ListView } from "./list-view.js"
 */

import { createPace } from "../pace.js";
import { shelfOf, withMore, withNewest, withWaitingShown } from "./entries.js";

const PAGE_ENTRIES = 50;
/** The server gives no more at once. */
const PAGE_ENTRIES_MAX = 200;
/** News of one moment is asked for once, and shown well within a second. */
const FOLLOW_MS = 250;
/** Until a page of news that was refused is asked for again. */
const AGAIN_MS = 5_000;

/**
 * @param {App} app
 * @param {ListView} view
 */
export function createList(app, view) {
  /** @type {Shelf | null} */
  let shelf = null;
  let query = "";
  let turn = 0;
  /** Whether there was news that is not among what is shown. */
  let missed = false;
  let loading = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again;

  /**
   * @param {number | null} before
   * @param {number} [limit]
   * @returns {Promise<Answer>}
   */
  function page(before, limit = PAGE_ENTRIES) {
    const asked = new URLSearchParams(query);
    asked.set("limit", String(limit));
    if (before !== null) asked.set("before", String(before));
    return app.call("GET", `/api/v1/history?${asked}`);
  }

  /** @param {number} [rows]  at least so many, if there are */
  async function load(rows = PAGE_ENTRIES) {
    const mine = ++turn;
    missed = false;
    loading = true;
    view.wait();
    const found = await firstRows(rows);
    if (mine !== turn) return;
    loading = false;
    shelf = "problem" in found ? null : found;
    if ("problem" in found) return view.fail(found.problem);
    view.write(found);
    if (missed) pace.ask();
  }

  /**
   * @param {number} rows
   * @param {Shelf | null} [found]  so far
   * @returns {Promise<Shelf | {problem: Problem}>}
   */
  async function firstRows(rows, found = null) {
    const answer = await page(found?.nextBefore ?? null, Math.min(rows, PAGE_ENTRIES_MAX));
    if (!answer.ok) return { problem: answer.problem };
    const all = found ? withMore(found, answer.value) : shelfOf(answer.value);
    const enough = all.nextBefore === null || all.shown.length >= rows;
    return enough ? all : firstRows(rows, all);
  }

  async function more() {
    const mine = turn;
    const before = shelf?.nextBefore ?? null;
    if (before === null) return;
    const answer = await page(before);
    // Meanwhile the last rows may have made room for newer ones.
    if (mine === turn && shelf?.nextBefore === before) add(shelf, answer);
  }

  /**
   * @param {Shelf} to
   * @param {Answer} answer  the next page
   */
  function add(to, answer) {
    shelf = answer.ok ? withMore(to, answer.value) : to;
    view.write(shelf);
    view.failMore(answer.ok ? null : answer.problem);
  }

  async function catchUp() {
    // The pages under way may be older than the news.
    missed = true;
    if (loading) return;
    const mine = turn;
    const answer = await page(null);
    if (mine === turn && shelf) arrive(shelf, answer);
  }

  /**
   * @param {Shelf} to
   * @param {Answer} answer  the first page, asked for again
   */
  function arrive(to, answer) {
    missed = false;
    if (answer.ok) join(to, answer.value);
    else again = setTimeout(pace.ask, AGAIN_MS);
  }

  /**
   * @param {Shelf} to
   * @param {HistoryPage} newest
   */
  function join(to, newest) {
    const next = withNewest(to, newest);
    if (!next) startAnew(shelfOf(newest));
    else if (view.isAtTop()) showWaiting(next);
    else keepWaiting(next);
  }

  const pace = createPace(catchUp, FOLLOW_MS);

  /** @param {Shelf} next  which does not join on to what is shown */
  function startAnew(next) {
    if (!view.isAtTop()) return view.offer(null, () => load());
    shelf = next;
    view.write(shelf);
  }

  /** @param {Shelf} next */
  function showWaiting(next) {
    const added = new Set(next.waiting.map(({ seq }) => seq));
    shelf = withWaitingShown(next);
    view.write(shelf, added);
  }

  /** @param {Shelf} next */
  function keepWaiting(next) {
    shelf = next;
    view.write(shelf);
    view.offer(next.waiting.length, () => {
      if (shelf) showWaiting(shelf);
    });
  }

  view.onMore(more);

  return {
    /**
     * @param {string} asked  of `/api/v1/history`
     * @param {number} [rows]  that were loaded when one was here before
     */
    show(asked, rows) {
      query = asked;
      shelf = null;
      return load(rows);
    },
    /** Not when it could not be had. */
    isShown: () => shelf !== null,
    /** Something was written into the ledger. */
    follow: pace.ask,
    /** Another day has begun: "today" is yesterday. */
    rewrite() {
      if (shelf) view.write(shelf);
    },
    leave() {
      turn += 1;
      clearTimeout(again);
      pace.leave();
    },
  };
}
