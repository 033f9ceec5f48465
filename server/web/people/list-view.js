/**
 * What the screen of a list looks like.
 *
 * @import { Kind, Subject } from "../../../extension/protocol.js"
 * @import { Live } from "../frame/live.js"
 * @import { Router } from "../frame/router.js"
 * @import { Chosen } from "./choosing.js"
 * @import { List } from "./lists.js"
 * @import { Results } from "./results.js"
 * @import { Refusal } from "./reveals.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { ignoreRepeats } from "/ui/spending.js";
import { createPager } from "../parts/pager.js";
import { createEmpty, createFailed, createSkeletonRows } from "../parts/states.js";
import { screenHead } from "../parts.js";
import { words } from "../words.js";
import { createFreshness } from "./freshness.js";
import { PER_PAGE, rangeOf } from "./paging.js";
import { createPicks } from "./picks.js";
import { createRefusal } from "./refusal.js";
import { createSubjectTable } from "./rows.js";
import { createAddressedSearch } from "./search.js";
import { isTicked } from "./selection.js";
import { createTray } from "./tray.js";

const { say, format } = words;

/**
 * @typedef {object} ListActions
 * @property {() => void} retry
 * @property {(rows: readonly Subject[], on: boolean) => void} tick
 * @property {() => void} all
 * @property {() => void} clear
 * @property {(kinds: Kind[]) => void} choose
 * @property {(event: MouseEvent, subject: Subject, kind: Kind, price: number) => void} spend
 * @property {(label: string) => void} quote
 * @property {() => void} reveal
 * @property {() => void} dismiss
 *
 * @typedef {object} Circumstances
 * @property {ReturnType<Live["now"]>} standing
 * @property {boolean} paused  just after a click that spends
 * @property {(subject: string) => Kind[]} pending  kinds whose reveal is under way
 * @property {Refusal | null} refusal
 */

/**
 * @param {List} list
 * @param {Router} router
 * @param {ListActions} actions
 * @returns {{element: HTMLElement,
 *   write(results: Results, chosen: Chosen, at: Circumstances): void}}
 */
export function createListView(list, router, actions) {
  const search = createAddressedSearch(say(list.words.search), router);
  const range = el("p", { class: "note-line", role: "status", "data-figure": "range" });
  const freshness = createFreshness();
  const content = createContent(list, actions);
  const tray = createTray(list, actions);
  const refusal = createRefusal(actions.dismiss);
  const spacer = el("span", { class: "spacer" });
  const toolbar = el("search", { class: "toolbar" }, search.element, spacer, range);
  const card = el("div", { class: "card" }, toolbar, freshness.element, content.element);
  const head = screenHead(say(list.title));
  const foot = el("div", { class: "foot" }, tray.element, refusal.element);
  const element = el("section", { class: "screen" }, head, card, foot);
  element.addEventListener("keydown", ignoreRepeats, { capture: true });
  return {
    element,
    write(results, chosen, at) {
      const { link, prices } = at.standing;
      const online = link !== "offline";
      search.write(results.search.q);
      setText(range, rangeText(results));
      freshness.write(results.stale);
      content.write(results, chosen, { ...at, online });
      const { selection, ...state } = chosen;
      tray.write({ ...selection, ...state, prices, online });
      refusal.write(at.refusal);
    },
  };
}

/** @param {Results} results */
function rangeText({ found }) {
  const range = found && rangeOf(found);
  if (!range) return "";
  const [first, last, total] = [range.first, range.last, range.total].map(format.number);
  return say("people_range", { first: first ?? "", last: last ?? "", total: total ?? "" });
}

/**
 * Rows, or what stands in their place.
 *
 * @param {List} list
 * @param {ListActions} actions
 */
function createContent(list, actions) {
  /** @type {Results | null} */
  let shown = null;
  const picks = createPicks(list, {
    page: (on) => actions.tick(shown?.found?.results ?? [], on),
    all: actions.all,
    clear: actions.clear,
  });
  const table = createSubjectTable(list, {
    tick: (subject, on) => actions.tick([subject], on),
    spend: actions.spend,
  });
  const skeleton = createSkeletonRows(PER_PAGE / 2);
  const failed = createFailed(actions.retry);
  const empty = createNobody(list);
  const pager = createPager(say(list.words.pages), (page) => pageHref(shown?.search.q ?? "", page));
  const rows = el("div", { class: "rows-found" }, picks.element, table.element, pager.element);
  return {
    element: el("div", {}, skeleton, failed.element, empty.element, rows),
    /**
     * @param {Results} results
     * @param {Chosen} chosen
     * @param {Circumstances & {online: boolean}} at
     */
    write(results, { selection }, { pending, paused, online }) {
      shown = results;
      const { found, loading, problem, search } = results;
      show(skeleton, loading && !found);
      failed.write(problem);
      empty.write(search.q, found?.total === 0);
      show(rows, found !== null && found.results.length > 0);
      setAttribute(rows, "aria-busy", loading ? "true" : null);
      if (!found) return;
      picks.write(selection, found);
      pager.write(found);
      table.write(
        found.results.map((subject) => ({
          subject,
          ticked: isTicked(selection, subject.id),
          pending: pending(subject.id),
          online,
          paused,
        })),
      );
    },
  };
}

/**
 * @param {string} q
 * @param {number} page
 */
function pageHref(q, page) {
  const query = new URLSearchParams({
    ...(q ? { q } : {}),
    ...(page > 1 ? { page: String(page) } : {}),
  });
  return query.size > 0 ? `${location.pathname}?${query}` : location.pathname;
}

/** @param {List} list */
function createNobody(list) {
  const all = el("a", { href: list.path, class: "button" }, say(list.words.showAll));
  const none = createEmpty("", say("people_none_more"), all);
  const start = createEmpty(say(list.words.empty), say("people_empty_more"));
  const text = /** @type {HTMLElement} */ (none.firstElementChild);
  return {
    element: el("div", { role: "status" }, none, start),
    /**
     * @param {string} q
     * @param {boolean} nobody
     */
    write(q, nobody) {
      setText(text, say(list.words.none, { q }));
      show(none, nobody && q !== "");
      show(start, nobody && q === "");
    },
  };
}
