/**
 * Who is selected in each tab. A selection belongs to one search: it grows over its pages, lasts while
 * other pages are looked at, and ends with the next search.
 *
 * @import { Store } from "../browser.js"
 * @import { Kind } from "../protocol.js"
 */

const KEY = "selections";
/** Tabs are not told to be closed; more than people keep open with people ticked in them. */
const TABS_MAX = 50;

/**
 * @typedef {object} Selection
 * @property {string | null} search
 * @property {Record<string, string>} people subject ids by the URL under which they were ticked
 * @property {Kind[]} kinds
 * @property {string | null} offer the job that quotes exactly this selection
 */

/** @type {Selection} */
const NOTHING = { search: null, people: {}, kinds: ["email"], offer: null };

/**
 * @param {Selection} selection
 * @param {string} search
 * @returns {Selection} the same one while the search is the same
 */
export function inSearch(selection, search) {
  if (selection.search === search) return selection;
  return { ...selection, search, people: {}, offer: null };
}

/**
 * @param {Selection} selection
 * @param {Record<string, string>} people
 * @returns {Selection}
 */
export function withPeople(selection, people) {
  return { ...selection, people: { ...selection.people, ...people }, offer: null };
}

/**
 * @param {Selection} selection
 * @param {string[]} urls
 * @returns {Selection}
 */
export function withoutPeople(selection, urls) {
  const gone = new Set(urls);
  const left = Object.entries(selection.people).filter(([url]) => !gone.has(url));
  return { ...selection, people: Object.fromEntries(left), offer: null };
}

/** @param {Store} store that survives the worker */
export function createSelections(store) {
  /** @type {Map<number, Selection>} */
  const selections = new Map();

  /** @param {number} tab */
  const of = (tab) => selections.get(tab) ?? NOTHING;

  return {
    async load() {
      for (const [tab, selection] of (await store.get(KEY)) ?? []) selections.set(tab, selection);
    },

    of,

    /**
     * @param {number} tab
     * @param {Selection} next
     */
    async set(tab, next) {
      if (next === of(tab)) return;
      selections.delete(tab);
      selections.set(tab, next);
      const [oldest] = selections.keys();
      if (selections.size > TABS_MAX && oldest !== undefined) selections.delete(oldest);
      await store.set(KEY, [...selections]);
    },

    async forget() {
      selections.clear();
      await store.remove(KEY);
    },
  };
}
