/** One of several: a select, a row of chips, a segmented control, a search field. */

import { createSlot, el, setAttribute } from "/ui/dom.js";

/** A word is typed faster than this between two letters. */
const TYPING_MS = 250;
let fields = 0;

/**
 * @template {string} V
 * @typedef {{value: V, text: string}} Option
 */

/**
 * @template {string} V
 * @param {string} label
 * @param {readonly Option<V>[]} options
 * @param {(value: V) => void} onChange
 * @returns {{element: HTMLElement, select: HTMLSelectElement, write(value: V): void,
 *   offer(options: readonly Option<V>[]): void}}  `offer` other options, keeping the choice
 */
export function createSelect(label, options, onChange) {
  const id = `select-${++fields}`;
  const select = el("select", { id });
  const element = el("div", { class: "field inline" }, el("label", { for: id }, label), select);
  const list = createSlot(select, (/** @type {readonly Option<V>[]} */ offered) =>
    offered.map(({ value, text }) => el("option", { value }, text)),
  );
  list(options);
  select.addEventListener("change", () => onChange(/** @type {V} */ (select.value)));
  return {
    element,
    select,
    write(value) {
      if (select.value !== value) select.value = value;
    },
    offer(offered) {
      const kept = select.value;
      list(offered);
      select.value = kept;
    },
  };
}

/**
 * Buttons of which one is pressed.
 *
 * @template {string} V
 * @param {string} label
 * @param {readonly Option<V>[]} options
 * @param {(value: V) => void} onChange
 * @param {"chips" | "segments"} [look]
 * @returns {{element: HTMLElement, write(value: V | null): void}}
 */
export function createChoices(label, options, onChange, look = "chips") {
  const buttons = options.map(({ value, text }) => {
    const button = el("button", { type: "button", "aria-pressed": "false" }, text);
    button.addEventListener("click", () => onChange(value));
    return { value, button };
  });
  const group = { class: look, role: "group", "aria-label": label };
  return {
    element: el("div", group, ...buttons.map(({ button }) => button)),
    write(chosen) {
      for (const { value, button } of buttons) {
        setAttribute(button, "aria-pressed", String(value === chosen));
      }
    },
  };
}

/**
 * @param {string} label  its name and its placeholder
 * @param {(text: string) => void} onInput  trimmed; when one pauses, and at once with Enter
 * @returns {{element: HTMLInputElement, write(text: string): void}}
 */
export function createSearch(label, onInput) {
  const element = el("input", {
    type: "search",
    "aria-label": label,
    placeholder: label,
    autocomplete: "off",
    spellcheck: "false",
    dir: "auto",
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  let told = "";

  function tell() {
    clearTimeout(typing);
    typing = undefined;
    const text = element.value.trim();
    // Another screen may stand by now, whose address is none of ours.
    if (text === told || !element.isConnected) return;
    told = text;
    onInput(text);
  }

  element.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(tell, TYPING_MS);
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter") tell();
  });
  return {
    element,
    write(text) {
      told = text;
      // What is being typed is newer than what the address says.
      if (typing === undefined && element.value.trim() !== text) element.value = text;
    },
  };
}
