/** Work that is asked for more often than it is worth doing. */

/**
 * @typedef {object} Pace
 * @property {() => void} ask  soon; several asks in a row are one, and never two run at once
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

  async function begin() {
    waiting = undefined;
    if (over) return;
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

  return {
    ask() {
      wanted = true;
      if (!working && !over) plan();
    },
    leave() {
      over = true;
      clearTimeout(waiting);
    },
  };
}
