/**
 * The screens for what cannot be shown.
 *
 * @import { Screen } from "./screens.js"
 */

import { el } from "/ui/dom.js";
import { words } from "../words.js";

const { say } = words;

/** @returns {Screen} */
export function forbiddenScreen() {
  return failure(say("forbidden_title"), say("forbidden_more"));
}

/** @returns {Screen} */
export function unknownScreen() {
  return failure(say("unknown_title"), say("unknown_more"));
}

/** @returns {Screen} */
export function failedScreen() {
  return failure(say("failed_title"), say("failed_more"));
}

/**
 * @param {string} title
 * @param {string} more
 * @returns {Screen}
 */
function failure(title, more) {
  const home = el("a", { href: "/", class: "button" }, say("back_home"));
  const heading = el("h1", { tabindex: "-1" }, title);
  return {
    title,
    element: el("section", { class: "card pad" }, heading, el("p", {}, more), home),
  };
}
