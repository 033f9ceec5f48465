/**
 * The `Idempotency-Key` of every request that has not been answered: kept over the end of the
 * worker, so that trying again replays instead of doing it twice (R11).
 *
 * @import { Store } from "../browser.js"
 * @import { Answer } from "./calls.js"
 */

const KEY = "unanswered";

/** The server keeps keys for at least 24 h; an older one would protect nothing. */
const KEY_LIFE_MS = 24 * 3_600_000;

/**
 * @typedef {Record<string, {key: string, at_ms: number}>} Keys by what was asked, whole body included
 * @typedef {ReturnType<typeof createUnanswered>} Unanswered
 */

/**
 * @param {object} parts
 * @param {Store} parts.store that survives the browser
 * @param {() => number} parts.now
 * @param {() => string} parts.newKey
 */
export function createUnanswered({ store, now, newKey }) {
  /** Two requests at once must not write over each other's keys. */
  let turn = Promise.resolve(/** @type {Keys} */ ({}));

  /** @param {(keys: Keys) => Keys} alter */
  function change(alter) {
    turn = turn.then(async () => {
      const keys = alter((await store.get(KEY)) ?? {});
      await store.set(KEY, keys);
      return keys;
    });
    return turn;
  }

  /**
   * @param {string} name
   * @param {string} unused
   */
  async function keyFor(name, unused) {
    const fresh = { key: unused, at_ms: now() };
    const keys = await change((old) => ({ [name]: fresh, ...young(old, now()) }));
    return keys[name]?.key ?? fresh.key;
  }

  return {
    /**
     * @param {string} name of the request, its whole body included
     * @param {(key: string) => Promise<Answer>} send
     * @param {string} [key] of its own, where nothing is left unanswered: who asks may be asked the same
     *   once more, and would then get the same answer
     * @returns {Promise<Answer>}
     */
    async ask(name, send, key = newKey()) {
      const answer = await send(await keyFor(name, key));
      if (!isLost(answer)) await change(({ [name]: _, ...rest }) => rest);
      return answer;
    },
  };
}

/**
 * @param {Answer} answer
 * @returns {boolean} whether the server may have done what was asked all the same
 */
export function isLost(answer) {
  return !answer.ok && (answer.problem.status === 0 || answer.problem.status >= 500);
}

/**
 * @param {Keys} keys
 * @param {number} nowMs
 * @returns {Keys}
 */
export function young(keys, nowMs) {
  return Object.fromEntries(Object.entries(keys).filter(([, k]) => nowMs - k.at_ms < KEY_LIFE_MS));
}
