/**
 * Reveals. One click is one request, whatever happens to its answer.
 *
 * @import { Kind, Problem, RevealAnswer, RevealRequest } from "../protocol.js"
 * @import { Call } from "./calls.js"
 * @import { Unanswered } from "./unanswered.js"
 */

/**
 * @typedef {{ok: true, answer: RevealAnswer} | {ok: false, problem: Problem}} Revealed
 */

/**
 * @param {object} parts
 * @param {Call} parts.call
 * @param {Unanswered} parts.unanswered
 */
export function createSpending({ call, unanswered }) {
  /** @type {Map<string, Promise<Revealed>>} */
  const underWay = new Map();

  /**
   * The price belongs to the request: at another one it is another request.
   *
   * @param {RevealRequest} request
   * @param {string} [click]
   * @returns {Promise<Revealed>}
   */
  async function ask({ subject, kind, price }, click) {
    const body = { items: [{ subject, kinds: [kind] }], max_credits: price };
    const answer = await unanswered.ask(
      `${nameOf(subject, kind)} ${price}`,
      (key) => call("POST", "/api/v1/reveals", { body, key }),
      click,
    );
    return answer.ok ? { ok: true, answer: answer.value } : answer;
  }

  return {
    /**
     * @param {RevealRequest} request
     * @param {string} [click] what is told of one click twice carries the same; such as a UUID
     * @returns {Promise<Revealed>} the same answer for a request that is already under way, and for a
     *   click that has been answered
     */
    reveal(request, click) {
      const name = nameOf(request.subject, request.kind);
      const running = underWay.get(name);
      if (running) return running;
      const asked = ask(request, click).finally(() => underWay.delete(name));
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
