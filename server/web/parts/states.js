/**
 * What stands in the place of content: not there yet, nothing to show, not to be had.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { problemText } from "../parts.js";
import { words } from "../words.js";

const { say } = words;

/**
 * What went wrong and what next; hidden until there is something.
 *
 * @param {() => void} retry
 * @returns {{element: HTMLElement, write(problem: Problem | null): void}}
 */
export function createFailed(retry) {
  const text = el("p");
  const again = el("button", { type: "button" }, say("try_again"));
  const element = el("div", { class: "state failed", role: "alert" }, text, again);
  again.addEventListener("click", retry);
  show(element, false);
  return {
    element,
    write(problem) {
      setText(text, problem ? problemText(problem) : "");
      show(element, problem !== null);
    },
  };
}

/**
 * @param {string} text  what will be here
 * @param {...(Node | string)} more  how it comes to be here
 * @returns {HTMLElement}
 */
export function createEmpty(text, ...more) {
  const notes = more.map((each) =>
    typeof each === "string" ? el("p", { class: "note-line" }, each) : each,
  );
  return el("div", { class: "state empty" }, el("p", {}, text), ...notes);
}

/**
 * Grey lines in the shape of a list; nothing shows for the first 300 ms.
 *
 * @param {number} n
 * @returns {HTMLElement}
 */
export function createSkeletonRows(n) {
  const rows = Array.from({ length: n }, () =>
    el(
      "div",
      { class: "bone-row" },
      el("div", { class: "bone wide" }),
      el("div", { class: "bone" }),
    ),
  );
  const told = el("p", { class: "unseen", role: "status" }, say("loading"));
  return el("div", { class: "skeleton" }, told, ...rows);
}
