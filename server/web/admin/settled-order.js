/**
 * The order of a table that changes under its reader: figures change in place at once, rows change
 * places only when nobody is about to point at one. Pure.
 *
 * @typedef {object} SettledOrder
 * @property {(ids: readonly string[], question: string) => readonly string[]} next
 *   the order to show, given the right one and what was asked for (filters, sorting, page)
 * @property {(held: boolean) => void} hold  while a pointer or the focus is in the table
 * @property {() => boolean} isBehind  whether the shown order is another than the right one
 */

/** @returns {SettledOrder} */
export function createSettledOrder() {
  /** @type {readonly string[]} */
  let shown = [];
  /** @type {string | null} */
  let asked = null;
  let held = false;
  let behind = false;

  return {
    next(ids, question) {
      const keep = held && question === asked;
      asked = question;
      if (!keep) shown = ids;
      behind = keep && !isSame(shown, ids);
      return shown;
    },
    hold(now) {
      held = now;
    },
    isBehind: () => behind,
  };
}

/**
 * @param {readonly string[]} a
 * @param {readonly string[]} b
 */
function isSame(a, b) {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
