/**
 * The last level the user fell to (R33), until it was read. In this browser it is told once, also over
 * its end: the server tells it in every `welcome` to a client that cannot say what it has shown.
 *
 * @import { Store } from "../browser.js"
 * @import { Level, LevelAlert } from "../protocol.js"
 */

const KEY = "alert";

/** @param {Store} store that survives the browser */
export function createAlerts(store) {
  /** @type {(LevelAlert & {read: boolean}) | null} */
  let last = null;

  return {
    async load() {
      last = (await store.get(KEY)) ?? null;
    },

    /** @param {LevelAlert} alert */
    async take(alert) {
      if (last?.epoch === alert.epoch && alert.seq <= last.seq) return;
      last = { ...alert, read: false };
      await store.set(KEY, last);
    },

    /**
     * @param {Level | undefined} level now: what was told of another one is no longer true
     */
    unread: (level) => (last && !last.read && last.level === level ? last : null),

    /** @param {number} seq of the alert that was read */
    async read(seq) {
      if (last?.seq !== seq || last.read) return;
      last = { ...last, read: true };
      await store.set(KEY, last);
    },

    /**
     * @param {string} epoch
     * @returns {number} `seq` of the last one that was read; 0 if none was
     */
    readUpTo: (epoch) => (last?.epoch === epoch && last.read ? last.seq : 0),

    async forget() {
      last = null;
      await store.remove(KEY);
    },
  };
}
