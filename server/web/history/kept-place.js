/**
 * Where in the list one was: kept with the browser's own entry of this address, so that going back
 * and reloading lead there again.
 */

/** Scrolling comes to rest within this. */
const REST_MS = 200;

/**
 * @typedef {object} KeptPlace
 * @property {number} rows  that were loaded
 * @property {string} row  id of the first one in sight
 * @property {number} top  where it stood, in pixels from the top of the window
 */

/**
 * @returns {KeptPlace | null} of the address that is shown now
 */
export function keptPlace() {
  const kept = history.state?.["list"];
  return kept && typeof kept.rows === "number" ? kept : null;
}

/**
 * @param {KeptPlace} kept
 */
export function goTo({ row, top }) {
  const element = document.getElementById(row);
  if (element) scrollBy({ top: element.getBoundingClientRect().top - top, behavior: "instant" });
}

/**
 * Keeps the place up to date while somebody scrolls and clicks.
 *
 * @param {() => Iterable<Element>} rows  that are shown now
 * @returns {() => void} stops
 */
export function keepPlace(rows) {
  const path = location.pathname;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;

  function keep() {
    // The address changes before the screen that is left does.
    if (location.pathname !== path) return;
    const all = [...rows()];
    const first = all.find((row) => row.getBoundingClientRect().bottom > 0);
    if (!first) return;
    const { top } = first.getBoundingClientRect();
    const list = { rows: all.length, row: first.id, top };
    history.replaceState({ ...history.state, list }, "");
  }

  function onScroll() {
    clearTimeout(resting);
    resting = setTimeout(keep, REST_MS);
  }

  addEventListener("scroll", onScroll, { passive: true });
  // Before a link leads away.
  addEventListener("click", keep, { capture: true });
  return () => {
    clearTimeout(resting);
    removeEventListener("click", keep, { capture: true });
    removeEventListener("scroll", onScroll);
  };
}
