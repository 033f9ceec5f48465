/**
 * What the dialog before many reveals shows.
 *
 * @import { Battery, RevealAnswer } from "../../../extension/protocol.js"
 * @import { Live } from "../frame/live.js"
 * @import { Asked } from "./reveal-many.js"
 * @import { Sum } from "./sum.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { words } from "../words.js";
import { leftAfter, outcomeOf } from "./sum.js";

const { say, count, format } = words;

/**
 * @typedef {object} Lines  each empty when there is nothing to say
 * @property {string} what
 * @property {string} free
 * @property {string} left
 * @property {string} problem
 * @property {string} button  empty: nothing can be had, so there is none
 * @property {boolean} short  credits are missing
 */

/**
 * @param {(event: MouseEvent) => void} spend
 * @returns {{element: HTMLElement, write(asked: Asked, standing: ReturnType<Live["now"]>): void}}
 */
export function createManyView(spend) {
  const counting = el("p", { class: "note-line", role: "status" }, say("many_counting"));
  const lines = {
    what: el("p", { "data-part": "what" }),
    free: el("p", { class: "note-line", "data-part": "free" }),
    left: el("p", { "data-part": "left" }),
    problem: el("p", { class: "problem", role: "alert" }),
    button: el("button", { type: "button", class: "go" }),
  };
  const { what, free, left, problem, button } = lines;
  const more = el("a", { href: "/batteries#ask" }, say("ask_for_more"));
  const buttons = el("div", { class: "buttons" }, button);
  button.addEventListener("click", spend);
  return {
    element: el("div", { class: "stack" }, counting, what, free, left, problem, more, buttons),
    write(asked, { battery, link }) {
      const { short, ...texts } = linesOf(asked, battery);
      for (const [name, text] of Object.entries(texts)) {
        const line = lines[/** @type {keyof typeof lines} */ (name)];
        setText(line, text);
        show(line, text !== "");
      }
      show(counting, !asked.sum && asked.problem === "");
      show(more, short);
      button.disabled = link === "offline";
      setAttribute(button, "aria-disabled", asked.pending ? "true" : null);
    },
  };
}

/**
 * @param {Asked} asked
 * @param {Battery | null} battery
 * @returns {Lines}
 */
function linesOf({ sum, problem, pending }, battery) {
  if (!sum) return { what: "", free: "", left: "", problem, button: "", short: false };
  const what = whatText(sum);
  const free = freeText(sum);
  const after = battery ? leftAfter(battery, sum.credits) : null;
  if (after && after.short > 0) {
    const missing = problem || count("many_short", after.short);
    return { what, free, left: "", problem: missing, button: "", short: true };
  }
  const left = after ? leftText(sum, after) : "";
  return { what, free, left, problem, button: buttonText(sum, pending), short: false };
}

/** @param {Sum} sum */
function whatText({ pieces, subjects, credits }) {
  if (pieces === 0) return say("many_nothing_new");
  const what = count("pieces_any", pieces);
  return count("many_what", subjects, { what, price: count("price", credits) });
}

/** @param {Pick<Sum, "owned" | "missing">} sum */
function freeText({ owned, missing }) {
  const parts = [];
  if (owned > 0) parts.push(say("many_owned", { n: format.number(owned) }));
  if (missing > 0) parts.push(say("many_missing", { n: format.number(missing) }));
  return parts.length > 0 ? say("many_free", { parts: parts.join(", ") }) : "";
}

/**
 * @param {Sum} sum
 * @param {{license: number, extra: number}} after
 */
function leftText({ pieces }, { license, extra }) {
  if (pieces === 0) return "";
  const [licensed, extras] = [license, extra].map(format.number);
  return say("many_left", { license: licensed ?? "", extra: extras ?? "" });
}

/**
 * @param {Sum} sum
 * @param {boolean} pending
 */
function buttonText({ pieces, credits }, pending) {
  if (pieces === 0) return "";
  if (pending) return say("revealing");
  return say("many_reveal", { n: format.number(pieces), price: count("price", credits) });
}

/**
 * @param {Sum} sum
 * @param {RevealAnswer} answer
 * @returns {string} one sentence
 */
export function outcomeText(sum, { results }) {
  const { charged, credits, owned, missing } = outcomeOf(sum, results);
  const parts = [
    say("many_charged", { n: format.number(charged), price: count("price", credits) }),
  ];
  if (owned > 0) parts.push(say("many_owned", { n: format.number(owned) }));
  if (missing > 0) parts.push(say("many_missing", { n: format.number(missing) }));
  return say("many_done", { parts: parts.join(", ") });
}
