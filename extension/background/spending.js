/**
 * Reveals. One click is one request, whatever happens to its answer: the `Idempotency-Key` is kept
 * until the server has answered, also over the end of the worker, so that trying again replays
 * instead of charging (R11).
 *
 * @import { Store } from "../browser.js"
 * @import { Kind, Problem, RevealAnswer, RevealRequest } from "../protocol.js"
 * @import { Call } from "../ui/calls.js"
 */

const KEY = "unanswered";

/** The server keeps keys for at least 24 h; an older one would protect nothing. */
const KEY_LIFE_MS = 24 * 3_600_000;

/**
 * @typedef {{ok: true, answer: RevealAnswer} | {ok: false, problem: Problem}} Revealed
 * @typedef {Record<string, {key: string, at_ms: number}>} Unanswered
 */

/**
 * @param {object} parts
 * @param {Call} parts.call
 * @param {Store} parts.store that survives the browser
 * @param {() => number} parts.now
 * @param {() => string} parts.newKey
 */
export function createSpending({ call, store, now, newKey }) {
  /** @type {Map<string, Promise<Revealed>>} */
  const underWay = new Map();

  /** @param {(keys: Unanswered) => Unanswered} change */
  async function changeKeys(change) {
    const keys = change((await store.get(KEY)) ?? {});
    await store.set(KEY, keys);
    return keys;
  }

  /**
   * The key belongs to the whole body: at another price it is another request.
   *
   * @param {RevealRequest} request
   */
  async function keyFor({ subject, kind, price }) {
    const name = `${subject} ${kind} ${price}`;
    const fresh = { key: newKey(), at_ms: now() };
    const keys = await changeKeys((old) => ({ [name]: fresh, ...young(old, now()) }));
    return { name, key: keys[name]?.key ?? fresh.key };
  }

  /** @param {RevealRequest} request */
  async function ask(request) {
    const { name, key } = await keyFor(request);
    const body = {
      items: [{ subject: request.subject, kinds: [request.kind] }],
      max_credits: request.price,
    };
    const answer = await call("POST", "/api/v1/reveals", { body, key });
    const lost = !answer.ok && (answer.problem.status === 0 || answer.problem.status >= 500);
    if (!lost) await changeKeys(({ [name]: _, ...rest }) => rest);
    return answer.ok
      ? { ok: /** @type {const} */ (true), answer: /** @type {RevealAnswer} */ (answer.value) }
      : answer;
  }

  return {
    /**
     * @param {RevealRequest} request
     * @returns {Promise<Revealed>} the same answer for a request that is already under way
     */
    reveal(request) {
      const name = nameOf(request.subject, request.kind);
      const running = underWay.get(name);
      if (running) return running;
      const asked = ask(request).finally(() => underWay.delete(name));
      underWay.set(name, asked);
      return asked;
    },

    /**
     * @param {string} subject
     * @returns {Kind[]}
     */
    pending(subject) {
      const kinds = /** @type {const} */ (["email", "phone", "personality"]);
      return kinds.filter((kind) => underWay.has(nameOf(subject, kind)));
    },
  };
}

/**
 * @param {string} subject
 * @param {Kind} kind
 */
function nameOf(subject, kind) {
  return `${subject} ${kind}`;
}

/**
 * @param {Unanswered} keys
 * @param {number} nowMs
 * @returns {Unanswered}
 */
export function young(keys, nowMs) {
  return Object.fromEntries(Object.entries(keys).filter(([, k]) => nowMs - k.at_ms < KEY_LIFE_MS));
}
