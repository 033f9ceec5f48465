/**
 * Ended jobs that were put away in this browser. The server keeps them and answers them again, so it
 * is remembered over the end of the browser; in another browser they are still shown.
 *
 * @import { Store } from "../browser.js"
 */

const KEY = "put_away";
/** More than can be asked for again: a job comes back for some days only. */
const REMEMBERED_MAX = 100;

/** @param {Store} store that survives the browser */
export function createPutAway(store) {
  /** Ids, the last put away at the end. @type {Set<string>} */
  let ids = new Set();

  return {
    async load() {
      ids = new Set((await store.get(KEY)) ?? []);
    },

    /** @param {string} id */
    has: (id) => ids.has(id),

    /** @param {string} id */
    add(id) {
      ids = new Set([...ids, id].slice(-REMEMBERED_MAX));
      return store.set(KEY, [...ids]);
    },
  };
}
