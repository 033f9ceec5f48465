/**
 * Who is selected of a search: single rows of any of its pages, or all of its results. Pure.
 *
 * @import { Kind, Subject } from "../../../extension/protocol.js"
 */

import { PER_PAGE } from "./paging.js";

/** `api.md`, Jobs. */
export const EXPORT_ROWS_MAX = 100_000;
/** `api.md`, Revealing. */
export const REVEAL_SUBJECTS_MAX = 500;
/** Searches of one tab whose selections are kept for coming back. */
const KEPT_MAX = 20;

/**
 * @typedef {object} Selection
 * @property {Record<string, string>} ticked  profile addresses by subject id
 * @property {boolean} all  all results, also those on pages never looked at
 * @property {Kind[]} kinds
 *
 * @typedef {Pick<Subject, "id" | "url">} Row
 * @typedef {{subjects: string[]} | Record<string, {q: string, pages: [number, number]}>} Select
 *   as `POST /exports` takes it
 */

/** @type {Selection} */
export const NOTHING = { ticked: {}, all: false, kinds: ["email"] };

/**
 * @param {Selection} selection
 * @param {string} id
 */
export function isTicked({ ticked, all }, id) {
  return all || Object.hasOwn(ticked, id);
}

/**
 * Whoever takes one row out of all results goes on with the rows in sight.
 *
 * @param {Selection} selection
 * @param {readonly Row[]} rows
 * @param {boolean} on
 * @param {readonly Row[]} shown  the rows of the page
 * @returns {Selection}
 */
export function withTicks(selection, rows, on, shown) {
  if (selection.all && on) return selection;
  const before = selection.all ? addresses(shown) : selection.ticked;
  if (on) return { ...selection, ticked: { ...before, ...addresses(rows) } };
  const gone = new Set(rows.map(({ id }) => id));
  const left = Object.entries(before).filter(([id]) => !gone.has(id));
  return { ...selection, all: false, ticked: Object.fromEntries(left) };
}

/** @param {readonly Row[]} rows */
function addresses(rows) {
  return Object.fromEntries(rows.map(({ id, url }) => [id, url]));
}

/**
 * @param {Selection} selection
 * @param {number} total  results of the search
 * @returns {number} rows
 */
export function countOf({ ticked, all }, total) {
  return all ? Math.min(total, EXPORT_ROWS_MAX) : Object.keys(ticked).length;
}

/**
 * @param {Selection} selection
 * @param {readonly Row[]} shown
 * @returns {{state: "none" | "some" | "all", elsewhere: number}} what is ticked of the page, and how
 *   many single rows of other pages are
 */
export function pageTicks(selection, shown) {
  const here = shown.filter(({ id }) => isTicked(selection, id)).length;
  const all = shown.length > 0 && here === shown.length;
  const some = here > 0 ? "some" : "none";
  const elsewhere = selection.all ? 0 : Object.keys(selection.ticked).length - here;
  return { state: all ? "all" : some, elsewhere };
}

/**
 * @param {Selection} selection
 * @param {{name: "people" | "accounts", q: string, pages: number}} search
 * @returns {Select}
 */
export function selectOf({ ticked, all }, { name, q, pages }) {
  if (!all) return { subjects: Object.keys(ticked) };
  return { [name]: { q, pages: [1, Math.min(pages, EXPORT_ROWS_MAX / PER_PAGE)] } };
}

/**
 * The selections of one tab, each under the search it belongs to.
 *
 * @param {Pick<Storage, "getItem" | "setItem">} storage
 * @param {string} key  of this user: the next one at this tab selects anew
 */
export function createSelections(storage, key) {
  /** @returns {[string, Selection][]} the one set last comes last */
  const kept = () => JSON.parse(storage.getItem(key) ?? "[]");
  return {
    /**
     * @param {string} search
     * @returns {Selection}
     */
    of: (search) => new Map(kept()).get(search) ?? NOTHING,

    /**
     * @param {string} search
     * @param {Selection} selection
     */
    set(search, selection) {
      const others = kept().filter(([name]) => name !== search);
      const all = [...others, [search, selection]];
      storage.setItem(key, JSON.stringify(all.slice(-KEPT_MAX)));
    },
  };
}
