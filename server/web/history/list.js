/**
 * The list of entries: its first page, more of it, and what comes while somebody reads. Who reads
 * further down is not disturbed.
 *
 * @import { Answer } from "/ui/calls.js"
 * @import { App } from "../frame/screens.js"
 * @import { HistoryPage, Shelf } from "./entries.js"
 * @import { ListView } from "./list-view.js"
 */

import { createPace } from "../pace.js";
import { shelfOf, withMore, withNewest, withWaitingShown } from "./entries.js";

const PAGE_ENTRIES = 50;
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
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again;

  /**
   * @param {number | null} before
   * @returns {Promise<Answer>}
   */
  function page(before) {
    const asked = new URLSearchParams(query);
    asked.set("limit", String(PAGE_ENTRIES));
    if (before !== null) asked.set("before", String(before));
    return app.call("GET", `/api/v1/history?${asked}`);
  }

  async function load() {
    const mine = ++turn;
    view.wait();
    const answer = await page(null);
    if (mine !== turn) return;
    shelf = answer.ok ? shelfOf(answer.value) : null;
    if (shelf) view.write(shelf);
    else if (!answer.ok) view.fail(answer.problem);
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
    const mine = turn;
    const answer = await page(null);
    if (mine !== turn || !shelf) return;
    if (answer.ok) join(shelf, answer.value);
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
    if (!view.isAtTop()) return view.offer(null, load);
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
    /** @param {string} asked  of `/api/v1/history` */
    show(asked) {
      query = asked;
      shelf = null;
      load();
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
