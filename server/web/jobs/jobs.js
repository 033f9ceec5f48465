/** @import { OpenScreen } from "../frame/screens.js" */

import { el } from "/ui/dom.js";
import { words } from "../words.js";

/** @type {OpenScreen} */
export function open() {
  const title = words.say("jobs_title");
  return {
    title,
    element: el("section", { class: "card pad" }, el("h1", { tabindex: "-1" }, title)),
  };
}
