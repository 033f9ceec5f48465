/**
 * What counts as a person's decision to spend. A click made by a script is not trusted; the second
 * click of a double click, and a click just after another, may hit a button that has only now moved
 * under the pointer.
 */

export const PAUSE_MS = 500;

/**
 * One guard for all buttons of a screen.
 *
 * @param {() => number} now milliseconds
 * @returns {(event: {isTrusted: boolean, detail: number}) => boolean} whether to spend
 */
export function createSpendGuard(now) {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (event) => {
    if (!event.isTrusted || event.detail > 1) return false;
    if (now() - lastMs < PAUSE_MS) return false;
    lastMs = now();
    return true;
  };
}

/**
 * For `keydown`: a key held down presses a button once. The next one, under the same finger, may
 * spend.
 *
 * @param {KeyboardEvent} event
 */
export function ignoreRepeats(event) {
  if (event.repeat && event.target instanceof HTMLButtonElement) event.preventDefault();
}
