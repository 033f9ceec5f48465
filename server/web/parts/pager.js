/** From page to page of a list; every page has an address. */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { words } from "../words.js";

const { say, format } = words;

/**
 * @param {string} label  what is paged
 * @param {(page: number) => string} hrefOf  such as `?page=3`; the router follows it
 * @returns {{element: HTMLElement,
 *   write(at: {page: number, pages: number, total: number}): void}}
 */
export function createPager(label, hrefOf) {
  const back = el("a", { class: "button", rel: "prev" }, say("page_back"));
  const on = el("a", { class: "button", rel: "next" }, say("page_on"));
  const where = el("span", { class: "note-line" });
  const element = el("nav", { class: "pager", "aria-label": label }, back, where, on);
  show(element, false);
  return {
    element,
    write({ page, pages, total }) {
      point(back, page > 1 ? hrefOf(page - 1) : null);
      point(on, page < pages ? hrefOf(page + 1) : null);
      const [here, of, all] = [page, pages, total].map(format.number);
      setText(where, say("page_of", { page: here ?? "", pages: of ?? "", total: all ?? "" }));
      show(element, pages > 1);
    },
  };
}

/**
 * @param {HTMLAnchorElement} link
 * @param {string | null} href  null: leads nowhere and says so
 */
function point(link, href) {
  setAttribute(link, "href", href);
  setAttribute(link, "aria-disabled", href === null ? "true" : null);
  setAttribute(link, "role", href === null ? "link" : null);
}
