/**
 * A list of exports and imports with nothing in it.
 *
 * @import { Filter } from "./listing.js"
 */

import { el, show } from "/ui/dom.js";
import { createEmpty } from "../parts/states.js";
import { words } from "../words.js";

const { say } = words;

/**
 * @param {() => void} showAll
 * @returns {{element: HTMLElement, write(isEmpty: boolean, filter: Filter): void}}
 */
export function createNobody(showAll) {
  const people = el("a", { href: "/people", class: "button" }, say("jobs_to_people"));
  const file = el("a", { href: "/import", class: "button" }, say("import_title"));
  const all = el("button", { type: "button" }, say("jobs_all"));
  all.addEventListener("click", showAll);
  const starts = el("div", { class: "buttons" }, people, file);
  const none = createEmpty(say("jobs_nobody"), say("jobs_nobody_more"), starts);
  const unlike = createEmpty(say("jobs_none_match"), all);
  return {
    element: el("div", {}, none, unlike),
    write(isEmpty, { user, action, status }) {
      const filtered = user !== null || action !== null || status !== null;
      show(none, isEmpty && !filtered);
      show(unlike, isEmpty && filtered);
    },
  };
}
