/**
 * The entries that a history screen has, newest first, and those that came while somebody read.
 * Pure.
 *
 * @import { Kind } from "../../../extension/protocol.js"
 * @import { Sums } from "../usage/sums.js"
 * @import { ACTIONS } from "./filters.js"
 */

/** A page of the browser stays quick with so many rows; who wants more narrows the filter. */
export const ROWS_MAX = 1_000;

/**
 * @typedef {(typeof ACTIONS)[number]} Action
 *
 * @typedef {object} Entry  one ledger line (api.md, History)
 * @property {number} seq
 * @property {string} at  RFC 3339
 * @property {{id: string, name: string} | null} user
 * @property {{type: "user" | "operator", id: string, name: string}} by
 * @property {Action} action
 * @property {{id: string, type: "contact" | "account", name: string} | null} subject
 * @property {Kind | null} kind
 * @property {number} credits
 * @property {number} from_license
 * @property {number} from_extra
 * @property {number | null} license_left
 * @property {number} extra_left
 * @property {string | null} job
 * @property {string | null} job_label
 * @property {number | null} ref_seq  of a reversal: the charge it took back
 * @property {number | null} reversed_by  of a charge: the reversal that took it back
 * @property {string | null} reason
 * @property {number | null} granted
 * @property {string | null} note
 * @property {Record<string, any> | null} data
 *
 * @typedef {{entries: Entry[], next_before: number | null, totals: Sums}} HistoryPage
 *
 * @typedef {object} Shelf
 * @property {readonly Entry[]} shown
 * @property {readonly Entry[]} waiting  newer than the shown ones, not yet among them
 * @property {number | null} nextBefore  of the page after the shown ones
 * @property {Sums} totals  of the whole filter
 */

/**
 * @param {HistoryPage} page  the first
 * @returns {Shelf}
 */
export function shelfOf({ entries, next_before: nextBefore, totals }) {
  return { shown: entries, waiting: [], nextBefore, totals };
}

/**
 * @param {Shelf} shelf
 * @param {HistoryPage} page  the next
 * @returns {Shelf}
 */
export function withMore(shelf, { entries, next_before: nextBefore, totals }) {
  return { ...shelf, shown: [...shelf.shown, ...entries], nextBefore, totals };
}

/**
 * @param {Shelf} shelf
 * @param {HistoryPage} page  the first, asked for again
 * @returns {Shelf | null} null: between it and what is known there are more
 */
export function withNewest(shelf, { entries, next_before: nextBefore, totals }) {
  const [newest] = [...shelf.waiting, ...shelf.shown];
  const fresh = entries.filter(({ seq }) => !newest || seq > newest.seq);
  if (nextBefore !== null && fresh.length === entries.length) return null;
  return {
    shown: shelf.shown.map((entry) => marked(entry, entries)),
    waiting: [...fresh, ...shelf.waiting].map((entry) => marked(entry, entries)),
    nextBefore: newest ? shelf.nextBefore : nextBefore,
    totals,
  };
}

/**
 * The waiting ones step on top; what is too many falls off at the other end, to be loaded again.
 *
 * @param {Shelf} shelf
 * @returns {Shelf}
 */
export function withWaitingShown(shelf) {
  const all = [...shelf.waiting, ...shelf.shown];
  const shown = all.slice(0, ROWS_MAX);
  const last = shown.at(-1);
  const cut = all.length > shown.length && last;
  return { ...shelf, shown, waiting: [], nextBefore: cut ? last.seq : shelf.nextBefore };
}

/**
 * @param {Entry} entry
 * @param {readonly Entry[]} newest
 * @returns {Entry} a charge knows what took it back: from the reversal, or from its own newest copy,
 *   where the filter leaves reversals out
 */
function marked(entry, newest) {
  const reversal = newest.find(({ ref_seq }) => ref_seq === entry.seq)?.seq;
  const by = reversal ?? newest.find(({ seq }) => seq === entry.seq)?.reversed_by ?? null;
  return by === null || by === entry.reversed_by ? entry : { ...entry, reversed_by: by };
}
