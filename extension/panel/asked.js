/**
 * What a page asked of the background and was not told to be done. A worker may die at any moment with
 * a click it has heard, or has not heard; so what is left is said again to the next one.
 *
 * @import { PageMessage } from "../protocol.js"
 */

/** Longer than any request to the server takes; after it nobody waits any more for what they clicked. */
const WAITED_FOR_MS = 30_000;

/**
 * @param {() => number} now milliseconds, those of a machine that sleeps included
 */
export function createAsked(now) {
  /** @type {{message: PageMessage, atMs: number}[]} */
  let open = [];

  return {
    /** @param {PageMessage} message */
    keep(message) {
      open.push({ message, atMs: now() });
    },
    /** @param {string} id */
    done(id) {
      open = open.filter(({ message }) => message.id !== id);
    },
    /** @returns {PageMessage[]} in the order in which they were asked */
    left() {
      open = open.filter(({ atMs }) => now() - atMs < WAITED_FOR_MS);
      return open.map(({ message }) => message);
    },
  };
}
