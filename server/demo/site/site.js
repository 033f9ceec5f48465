// Moves between pages without reload: the address says what is shown, links and the search change it.

import { Nobody } from "./data.js";
import { one } from "./dom.js";
import { brokenPage, lostPage, pageAt } from "./pages.js";
import { skeleton } from "./parts.js";

/** @typedef {import("./pages.js").Page} Page */

// Faster answers would only flicker.
const SKELETON_AFTER_MS = 300;

const main = one("main");
const status = one("[role=status]");
const search = /** @type {HTMLFormElement} */ (one("form.search"));
const box = /** @type {HTMLInputElement} */ (one("form.search input"));

/** How far each entry of the history was scrolled when it was left. @type {Map<number, number>} */
const tops = new Map();
/** The entry whose page is on the screen. */
let shown = 0;
let turn = 0;
/** @type {() => void} */
let endPage = () => {};

/**
 * Shows what the address says.
 * @param {{first?: boolean}} [how] the first page leaves focus and position to the browser
 */
async function show({ first = false } = {}) {
  turn += 1;
  const mine = turn;
  const waiting = setTimeout(() => main.replaceChildren(skeleton()), SKELETON_AFTER_MS);
  main.setAttribute("aria-busy", "true");
  const page = await pageAt(new URL(location.href)).catch(failed);
  clearTimeout(waiting);
  if (mine !== turn) return;
  endPage();
  endPage = page.end ?? (() => {});
  main.replaceChildren(page.body);
  main.removeAttribute("aria-busy");
  document.title = `${page.title} | Peopleway`;
  box.value = page.q ?? "";
  if (!first) arrive(page);
}

/**
 * Tells the reader and the keyboard that this is another page.
 * @param {Page} page
 */
function arrive(page) {
  status.textContent = page.title;
  main.focus({ preventScroll: true });
  scrollTo({ top: tops.get(entry()) ?? 0, behavior: "instant" });
}

/**
 * @param {unknown} problem
 * @returns {Page}
 */
function failed(problem) {
  return problem instanceof Nobody ? lostPage() : brokenPage(() => show());
}

/**
 * Goes to a page of this site.
 * @param {URL} url
 */
function go(url) {
  leave();
  history.pushState({ entry: entry() + 1 }, "", url);
  shown = entry();
  // A new page in the place of one that the reader had gone back from.
  tops.delete(shown);
  show();
}

/** Back and forward: the address has changed already. */
function wentElsewhere() {
  leave();
  shown = entry();
  show();
}

function leave() {
  tops.set(shown, scrollY);
}

/** The number of the current entry of the history. */
function entry() {
  return /** @type {{entry?: number} | null} */ (history.state)?.entry ?? 0;
}

/**
 * @param {MouseEvent} event
 */
function clicked(event) {
  const plain =
    event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const target = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!plain || event.defaultPrevented || !(target instanceof HTMLAnchorElement)) return;
  const url = new URL(target.href);
  if (url.origin !== location.origin || !url.pathname.startsWith("/demo/") || url.hash) return;
  event.preventDefault();
  go(url);
}

shown = entry();
history.scrollRestoration = "manual";
document.addEventListener("click", clicked);
addEventListener("popstate", wentElsewhere);
search.addEventListener("submit", (event) => {
  event.preventDefault();
  const url = new URL(search.action);
  const q = box.value.trim();
  if (q) url.searchParams.set("q", q);
  go(url);
});
show({ first: true });
