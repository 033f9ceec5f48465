/**
 * Above the list: everything on this page, everything that was found, and how much is selected.
 *
 * @import { Found } from "./fetching.js"
 * @import { List } from "./lists.js"
 * @import { Selection } from "./selection.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { words } from "../words.js";
import { countOf, EXPORT_ROWS_MAX, pageTicks } from "./selection.js";

const { say, count, format } = words;

/**
 * @typedef {object} PickActions
 * @property {(on: boolean) => void} page
 * @property {() => void} all
 * @property {() => void} clear
 */

/**
 * @param {List} list
 * @param {PickActions} actions
 */
export function createPicks(list, actions) {
  const box = el("input", { type: "checkbox" });
  box.addEventListener("change", () => actions.page(box.checked));
  const here = el("span");
  const selected = el("strong", { "data-figure": "selected", role: "status" });
  const elsewhere = el("span", { class: "note-line" });
  const all = linkButton("", actions.all);
  const clear = linkButton(say("list_clear"), actions.clear);
  const label = el("label", { class: "tick" }, box, here);
  const element = el("div", { class: "picks" }, label, selected, elsewhere, all, clear);
  return {
    element,
    /**
     * @param {Selection} selection
     * @param {Found} found
     */
    write(selection, { results, total }) {
      const { state, elsewhere: others } = pageTicks(selection, results);
      const n = countOf(selection, total);
      box.checked = state === "all";
      box.indeterminate = state === "some";
      setText(here, say("list_all", { n: format.number(results.length) }));
      setText(selected, n > 0 ? say("list_selected", { n: format.number(n) }) : "");
      setText(elsewhere, others > 0 ? count("list_elsewhere", others) : "");
      setText(all, allText(list, total));
      showKeepingFocus(all, !selection.all && total > results.length && state !== "none", box);
      showKeepingFocus(clear, n > 0, box);
    },
  };
}

/**
 * @param {List} list
 * @param {number} total
 */
function allText(list, total) {
  const key = total > EXPORT_ROWS_MAX ? list.words.selectFirst : list.words.selectAll;
  const n = format.number(Math.min(total, EXPORT_ROWS_MAX));
  return say(key, { n });
}

/**
 * @param {HTMLElement} button
 * @param {boolean} shown
 * @param {HTMLElement} instead
 */
function showKeepingFocus(button, shown, instead) {
  const focused = button === document.activeElement;
  show(button, shown);
  if (focused && !shown) instead.focus();
}

/**
 * @param {string} text
 * @param {() => void} action
 */
function linkButton(text, action) {
  const button = el("button", { type: "button", class: "link" }, text);
  button.addEventListener("click", action);
  return button;
}
