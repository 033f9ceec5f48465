/**
 * How the list of entries stands on the page: table, sums, "Load more", and the chip that says that
 * there is something new above.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { Sums } from "../usage/sums.js"
 * @import { Shelf } from "./entries.js"
 * @import { TableOptions } from "./entry-table.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { createFailed, createSkeletonRows } from "../parts/states.js";
import { problemText } from "../parts.js";
import { words } from "../words.js";
import { ROWS_MAX } from "./entries.js";
import { createEntryTable } from "./entry-table.js";

const { say, count, format } = words;
const BONES = 8;
/** Of the bar that stands above what one reads (frame.css). */
const BAR_PX = 56;

/**
 * @typedef {object} ListView
 * @property {HTMLElement} element
 * @property {HTMLElement} totals
 * @property {() => void} wait
 * @property {(problem: Problem) => void} fail
 * @property {(problem: Problem | null) => void} failMore
 * @property {(shelf: Shelf, added?: ReadonlySet<number>) => void} write
 * @property {(waiting: number | null, take: () => void | Promise<void>) => void} offer  null: more than can be told
 * @property {() => Iterable<Element>} rows  that are shown
 * @property {() => boolean} isAtTop  whether the newest row is in sight
 * @property {(action: () => Promise<void>) => void} onMore
 * @property {(action: () => void) => void} onRetry
 */

/**
 * @param {TableOptions} options
 * @param {HTMLElement} empty  when nothing fits the filter
 * @returns {ListView}
 */
export function createListView(options, empty) {
  let retry = () => {};
  const table = createEntryTable(options);
  const totals = el("p", { class: "note-line history-totals", "data-part": "totals" });
  const chip = createChip();
  const foot = createFoot();
  const failed = createFailed(() => retry());
  const skeleton = createSkeletonRows(BONES);
  const list = el("div", { class: "history-list" }, chip.element, table.element, foot.element);
  const states = [skeleton, failed.element, empty, list];
  const element = el("div", { class: "history-view" }, ...states);

  /** @param {HTMLElement} state */
  function stand(state) {
    busy(false);
    for (const each of states) show(each, each === state);
  }

  /** @param {boolean} on  what is shown is about to be replaced */
  function busy(on) {
    for (const each of [element, totals]) setAttribute(each, "aria-busy", on ? "true" : null);
  }

  for (const each of states) show(each, each === skeleton);
  return {
    element,
    totals,
    wait() {
      chip.write(0, () => {});
      foot.fail(null);
      // Old rows stay, dimmed, so that the page keeps its place.
      if (list.hidden) stand(skeleton);
      busy(true);
    },
    fail(problem) {
      setText(totals, "");
      failed.write(problem);
      stand(failed.element);
    },
    failMore: foot.fail,
    write(shelf, added) {
      table.write(shelf.shown, added);
      if (shelf.waiting.length === 0) chip.write(0, () => {});
      foot.write(shelf);
      setText(totals, totalsText(shelf.totals));
      stand(shelf.shown.length > 0 ? list : empty);
    },
    offer(waiting, take) {
      chip.write(waiting, async () => {
        await take();
        element.scrollIntoView({ block: "start" });
        focusFirst(table.element);
      });
    },
    rows: () => table.body.children,
    isAtTop: () => Boolean(list.hidden) || list.getBoundingClientRect().top >= BAR_PX,
    onMore: foot.on,
    onRetry(action) {
      retry = action;
    },
  };
}

/** @param {HTMLTableElement | HTMLElement} table */
function focusFirst(table) {
  const row = table.querySelector("tbody tr");
  if (row instanceof HTMLElement) row.focus({ preventScroll: true });
}

/** Stays in sight above the rows one reads. */
function createChip() {
  /** @type {() => void} */
  let take = () => {};
  const button = el("button", { type: "button", class: "chip" });
  const element = el("div", { class: "history-new", role: "status" }, button);
  button.addEventListener("click", () => take());
  show(button, false);
  return {
    element,
    /**
     * @param {number | null} waiting
     * @param {() => void} onTake
     */
    write(waiting, onTake) {
      take = onTake;
      setText(button, waiting === null ? say("history_new_many") : count("history_new", waiting));
      show(button, waiting !== 0);
    },
  };
}

/** "Load more", or that there is no more. */
function createFoot() {
  let more = async () => {};
  const button = el("button", { type: "button" }, say("history_more"));
  const told = el("p", { class: "note-line", tabindex: "-1" });
  const problem = el("p", { class: "error", role: "alert" });
  show(problem, false);
  button.addEventListener("click", async () => {
    if (button.ariaDisabled === "true") return;
    // Not `disabled`, which would take the focus away.
    button.ariaDisabled = "true";
    setText(button, say("history_loading"));
    await more();
    button.ariaDisabled = null;
    setText(button, say("history_more"));
    if (button.hidden) told.focus();
  });
  return {
    element: el("div", { class: "toolbar history-foot" }, button, told, problem),
    /** @param {Shelf} shelf */
    write({ shown, nextBefore }) {
      const full = shown.length >= ROWS_MAX;
      show(button, nextBefore !== null && !full);
      setText(told, footText(shown.length, nextBefore !== null, full));
    },
    /** @param {Problem | null} trouble */
    fail(trouble) {
      setText(problem, trouble ? problemText(trouble) : "");
      show(problem, trouble !== null);
    },
    /** @param {() => Promise<void>} action */
    on(action) {
      more = action;
    },
  };
}

/**
 * @param {number} rows
 * @param {boolean} hasMore
 * @param {boolean} full
 */
function footText(rows, hasMore, full) {
  if (!hasMore) return count("history_all", rows);
  return full ? count("history_full", rows) : count("history_so_far", rows);
}

/** @param {Sums} totals */
function totalsText({ entries, credits, from_license, from_extra }) {
  return [
    count("history_entries", entries),
    count("price", credits),
    say("history_total_license", { credits: format.number(from_license) }),
    say("history_total_extra", { credits: format.number(from_extra) }),
  ].join(" · ");
}
