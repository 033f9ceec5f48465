// A list that grows as its end comes near.

import { el } from "./dom.js";
import { figure, result } from "./parts.js";

/** @typedef {import("./data.js").CardPage} CardPage */
/** @typedef {(page: number) => Promise<CardPage>} Load */

// Loaded this far ahead of the reader, twenty people more arrive unseen.
const AHEAD_PX = 800;

/** How many pages of each address were loaded, so that going back finds the place again. */
/** @type {Map<string, number>} */
const depths = new Map();

/**
 * The pages of the list at `address` that the reader has seen before, at least the first.
 * @param {string} address
 * @param {Load} load
 */
export function seenBefore(address, load) {
  const depth = depths.get(address) ?? 1;
  return Promise.all(Array.from({ length: depth }, (_, index) => load(index + 1)));
}

/**
 * Adds the next page to `list` whenever the reader nears its end. Returns what ends it.
 * @param {string} address
 * @param {HTMLUListElement} list
 * @param {CardPage} last the last page that `list` shows
 * @param {Load} load
 * @returns {() => void}
 */
export function scrolling(address, list, last, load) {
  const tail = el("p", { class: "tail muted" });
  let page = last.page;
  let loading = false;
  const tell = () => {
    tail.textContent = `${figure(list.childElementCount)} of ${figure(last.total)}`;
  };

  const more = async () => {
    if (loading || page >= last.pages) return;
    loading = true;
    try {
      const next = await load(page + 1);
      list.append(...next.results.map(result));
      page += 1;
      depths.set(address, page);
      tell();
      // An observer speaks once per crossing: looked at anew, it says whether the end is still near.
      watcher.unobserve(tail);
      watcher.observe(tail);
    } catch {
      tail.textContent = "More people could not be loaded. Scroll up and down to try again.";
    } finally {
      loading = false;
    }
  };

  const watcher = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting)) more();
    },
    { rootMargin: `${AHEAD_PX}px` },
  );
  tell();
  list.after(tail);
  watcher.observe(tail);
  return () => watcher.disconnect();
}
