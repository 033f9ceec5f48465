/**
 * Work that is asked for more often than it is worth doing.
 *
 * @import { Problem } from "../../extension/protocol.js"
 */

/** Until what failed is tried again, unless the server says how long to wait. */
const RETRY_MS = 5_000;
const TOO_MANY_REQUESTS = 429;

/**
 * @param {Problem} problem
 * @returns {number | null} null: the same question gets the same answer, however late
 */
export function retryMs({ status, retry_after_s }) {
  if (retry_after_s !== undefined) return retry_after_s * 1_000;
  return status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS ? null : RETRY_MS;
}

/**
 * @typedef {object} Pace
 * @property {() => void} ask  soon; several asks in a row are one, and never two run at once
 * @property {(problem: Problem) => void} retry  why the last one failed: asks by itself once that may
 *   have passed
 * @property {() => void} leave  nothing is begun any more
 */

/**
 * @param {() => Promise<void>} work
 * @param {number} everyMs  from one beginning to the next at least
 * @param {number} [rest]  so many times as long as the last one took nothing is begun
 * @returns {Pace}
 */
export function createPace(work, everyMs, rest = 0) {
  let nextMs = Number.NEGATIVE_INFINITY;
  let wanted = false;
  let working = false;
  let over = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retrying;

  async function begin() {
    waiting = undefined;
    if (over) return;
    clearTimeout(retrying);
    wanted = false;
    working = true;
    const begunMs = performance.now();
    await work();
    const tookMs = performance.now() - begunMs;
    nextMs = begunMs + Math.max(everyMs, tookMs * (1 + rest));
    working = false;
    if (wanted) plan();
  }

  function plan() {
    const restMs = Math.max(0, nextMs - performance.now());
    waiting ??= setTimeout(begin, restMs);
  }

  function ask() {
    wanted = true;
    if (!working && !over) plan();
  }

  return {
    ask,
    retry(problem) {
      const waitMs = retryMs(problem);
      if (over || waitMs === null) return;
      clearTimeout(retrying);
      retrying = setTimeout(ask, waitMs);
    },
    leave() {
      over = true;
      clearTimeout(waiting);
      clearTimeout(retrying);
    },
  };
}
