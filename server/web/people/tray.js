/**
 * Below the list, as long as somebody is selected: what of them, and what to do.
 *
 * @import { Kind, Prices } from "../../../extension/protocol.js"
 * @import { List } from "./lists.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { createKinds } from "/ui/picking.js";
import { words } from "../words.js";
import { REVEAL_SUBJECTS_MAX } from "./selection.js";

const { say, format } = words;

/** As long as a name of an export may be. */
const LABEL_CHARS_MAX = 200;

/**
 * @typedef {object} TrayActions
 * @property {(kinds: Kind[]) => void} choose
 * @property {(label: string) => void} quote
 * @property {() => void} reveal
 *
 * @typedef {object} TrayState
 * @property {number} selected
 * @property {boolean} all  selected by the search, not row by row
 * @property {Kind[]} kinds
 * @property {Prices | null} prices
 * @property {boolean} online
 * @property {boolean} asking  for a quote
 * @property {string} problem  empty when there is none
 */

/**
 * @param {List} list
 * @param {TrayActions} actions
 * @returns {{element: HTMLElement, write(state: TrayState): void}}
 */
export function createTray(list, { choose, quote, reveal }) {
  const kinds = createKinds(words, choose, list.kinds, say("people_what"));
  const label = createLabel();
  const problem = el("p", { class: "problem", role: "alert" });
  const note = el("p", { class: "note-line" });
  const some = el("button", { type: "button" }, say("people_reveal_selected"));
  some.addEventListener("click", reveal);
  const ask = el("button", { type: "submit", class: "go" });
  const options = el("div", { class: "tray-options" }, kinds.element, label.element);
  const buttons = el("div", { class: "buttons" }, note, some, ask);
  const last = el("div", { class: "tray-last" }, problem, buttons);
  const element = el(
    "form",
    { class: "card tray", "aria-label": say("people_tray") },
    options,
    last,
  );
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isOff(ask)) quote(label.input.value.trim());
  });
  return {
    element,
    write(state) {
      const none = state.kinds.length === 0;
      show(element, state.selected > 0);
      kinds.write(state.kinds, state.prices);
      ask.disabled = !state.online;
      setAttribute(ask, "aria-disabled", none || state.asking ? "true" : null);
      setText(ask, say(state.asking ? "quote_getting" : "people_quote"));
      show(some, !state.all && state.selected <= REVEAL_SUBJECTS_MAX && !none);
      some.disabled = !state.online;
      setText(note, noteOf(state));
      show(note, note.textContent !== "");
      setText(problem, state.problem);
      show(problem, state.problem !== "");
    },
  };
}

/** @param {HTMLElement} button */
function isOff(button) {
  return button.getAttribute("aria-disabled") === "true";
}

/** @param {TrayState} state */
function noteOf({ kinds, all, selected }) {
  if (kinds.length === 0) return say("people_no_kind");
  const many = all || selected > REVEAL_SUBJECTS_MAX;
  return many ? say("people_reveal_max", { n: format.number(REVEAL_SUBJECTS_MAX) }) : "";
}

function createLabel() {
  const id = "export-label";
  const input = el("input", {
    id,
    type: "text",
    maxlength: String(LABEL_CHARS_MAX),
    autocomplete: "off",
    dir: "auto",
  });
  const name = el("label", { for: id }, say("people_label"));
  return { input, element: el("div", { class: "field inline" }, name, input) };
}
