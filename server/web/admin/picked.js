/**
 * Those who were ticked, and what can be done with all of them at once.
 */

import { el, setText, show } from "/ui/dom.js";
import { words } from "../words.js";

const { say, count } = words;

/** The server changes as many in one go (`api.md`, Admin: all or none). */
export const PICKED_MAX = 2_000;

/**
 * @param {object} actions
 * @param {(on: boolean) => void} actions.all  everybody the filter leaves, on all pages
 * @param {() => void} actions.cap
 * @param {HTMLElement} beside  at the end of the bar
 * @returns {{element: HTMLElement, write(state: {picked: number, found: number,
 *   foundPicked: number}): void}}
 */
export function createPickedBar({ all, cap }, beside) {
  const box = el("input", { type: "checkbox" });
  const label = el("span");
  const told = el("span", { role: "status" });
  const button = el("button", { type: "button" }, say("admin_cap"));
  const many = el("span", { class: "note-line" }, count("admin_many", PICKED_MAX));
  const actions = el("span", { class: "picked-actions" }, told, button, many);
  box.addEventListener("change", () => all(box.checked));
  button.addEventListener("click", cap);
  return {
    element: el("div", { class: "picked" }, el("label", {}, box, label), actions, beside),
    write({ picked, found, foundPicked }) {
      box.checked = found > 0 && foundPicked === found;
      box.indeterminate = foundPicked > 0 && foundPicked < found;
      setText(label, count("admin_pick_all", found));
      setText(told, picked > 0 ? count("admin_picked", picked) : "");
      show(button, picked > 0);
      show(many, picked > PICKED_MAX);
      button.disabled = picked > PICKED_MAX;
    },
  };
}
