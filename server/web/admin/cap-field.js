/**
 * How many extra credits a user may take per credit month (R17): no cap, a number, or none.
 */

import { el, setText, show } from "/ui/dom.js";
import { words } from "../words.js";

const { say } = words;
const CHOICES = /** @type {const} */ (["free", "number", "none"]);
const CREDITS_MAX = 1_000_000_000;
let fields = 0;

/**
 * @typedef {(typeof CHOICES)[number]} CapChoice
 *
 * @typedef {object} CapField
 * @property {HTMLElement} element
 * @property {() => number | null} read  null: no cap, 0: none
 */

/**
 * @param {number | null} cap  as it is
 * @returns {CapField}
 */
export function createCapField(cap) {
  const name = `cap-${++fields}`;
  const figure = el("input", {
    type: "number",
    min: "1",
    max: String(CREDITS_MAX),
    step: "1",
    inputmode: "numeric",
    "aria-label": say("admin_cap_figure"),
  });
  const radios = CHOICES.map((value) => el("input", { type: "radio", name, value }));
  const labels = radios.map((radio, i) =>
    el("label", { class: "option" }, radio, say(`admin_cap_${CHOICES[i] ?? "free"}`)),
  );
  const why = el("p", { class: "note-line" });
  const element = el(
    "fieldset",
    { class: "options" },
    el("legend", {}, say("admin_cap_legend")),
    ...labels,
    figure,
    why,
  );

  function chosen() {
    return CHOICES.find((_, i) => radios[i]?.checked) ?? "free";
  }

  function write() {
    const choice = chosen();
    show(figure, choice === "number");
    figure.disabled = choice !== "number";
    figure.required = choice === "number";
    setText(why, say(`admin_cap_why_${choice}`));
  }

  const now = choiceOf(cap);
  for (const [i, radio] of radios.entries()) radio.checked = CHOICES[i] === now;
  if (now === "number") figure.value = String(cap);
  element.addEventListener("change", () => {
    write();
    if (chosen() === "number" && document.activeElement !== figure) figure.focus();
  });
  write();
  return {
    element,
    read() {
      const choice = chosen();
      if (choice === "free") return null;
      return choice === "none" ? 0 : figure.valueAsNumber;
    },
  };
}

/**
 * @param {number | null} cap
 * @returns {CapChoice}
 */
function choiceOf(cap) {
  if (cap === null) return "free";
  return cap === 0 ? "none" : "number";
}
