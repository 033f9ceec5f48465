/**
 * The search field and the address: one entry of the browser's history for one search, however many
 * letters were typed for it.
 *
 * @import { Router } from "../frame/router.js"
 */

import { createSearch } from "../parts/choice.js";

/**
 * @param {string} label
 * @param {Router} router
 */
export function createAddressedSearch(label, router) {
  let typing = false;
  const search = createSearch(label, (q) => {
    router.change({ q, page: null }, { replace: typing });
    typing = true;
  });
  // Told with Enter, and when the field is left: what is typed next is another search.
  search.element.addEventListener("change", () => {
    typing = false;
  });
  return search;
}
