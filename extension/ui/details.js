/**
 * What an owned piece opens, in a compact form.
 *
 * @import { Analysis, EmailValue, Insight, Kind, PersonalityValue, PhoneValue, Value
 *   } from "../protocol.js"
 * @import { Words } from "./words.js"
 */

import { el } from "./dom.js";

const KNOWS_WELL_FROM = 70;
const KNOWS_FROM = 30;
const DISC = /** @type {const} */ (["d", "i", "s", "c"]);

/**
 * The lines a person copies or reads first.
 *
 * @typedef {object} Entry
 * @property {string} text
 * @property {string} note
 * @property {boolean} copyable
 */

/**
 * @param {Words} words
 * @param {Kind} kind
 * @param {Value} value of that kind
 * @returns {Entry[]}
 */
export function entriesOf(words, kind, value) {
  switch (kind) {
    case "email":
      return [{ text: /** @type {EmailValue} */ (value).email, note: "", copyable: true }];
    case "phone":
      return /** @type {PhoneValue} */ (value).phones.map(({ type, number }) => ({
        text: number,
        note: words.say(`phone_${type}`),
        copyable: true,
      }));
    case "personality":
      return [{ text: /** @type {PersonalityValue} */ (value).style, note: "", copyable: false }];
  }
}

/**
 * @param {Words} words
 * @param {Kind} kind
 * @param {Value} value of that kind
 * @returns {HTMLElement[]} empty when there is nothing more to tell
 */
export function detailsOf(words, kind, value) {
  switch (kind) {
    case "email": {
      const { analysis, insights } = /** @type {EmailValue} */ (value);
      return [
        ...(analysis ? analysisLines(words, analysis) : []),
        ...(insights ?? []).map((insight) => line(insightText(words, insight), null)),
      ];
    }
    case "phone":
      return [];
    case "personality":
      return discLines(words, /** @type {PersonalityValue} */ (value));
  }
}

/**
 * @param {string} text
 * @param {"auto" | null} [dir] null for our own sentences, whichever name they begin with
 */
function line(text, dir = "auto") {
  return el("p", { dir }, text);
}

/**
 * @param {Words} words
 * @param {Analysis} analysis
 */
function analysisLines(words, analysis) {
  const tenure = analysis.tenure_years;
  const facts = [
    analysis.seniority,
    analysis.function,
    typeof tenure === "number" ? words.count("tenure", tenure) : null,
  ].filter(Boolean);
  const lines = facts.length > 0 ? [line(facts.join(" · "))] : [];
  const skills = analysis.skills ?? [];
  if (skills.length > 0) {
    lines.push(el("p", { class: "chips" }, ...skills.map((s) => el("span", { class: "chip" }, s))));
  }
  return lines;
}

/**
 * @param {Words} words
 * @param {Insight} insight
 */
export function insightText({ say }, { colleague, strength, since, note }) {
  const parts = [say(insightKey(strength), { name: colleague })];
  if (since) parts.push(say("insight_since", { year: since.slice(0, 4) }));
  const text = parts.join(", ");
  return note ? `${text}: ${note}` : text;
}

/** @param {number} strength 0–100 */
function insightKey(strength) {
  if (strength >= KNOWS_WELL_FROM) return "insight_strong";
  return strength >= KNOWS_FROM ? "insight_some" : "insight_weak";
}

/**
 * @param {Words} words
 * @param {PersonalityValue} value
 */
function discLines({ say, format }, { disc, summary }) {
  const bars = DISC.map((letter) => {
    const fill = el("i");
    fill.style.width = `${Math.min(100, Math.max(0, disc[letter]))}%`;
    const figure = el("span", { class: "disc-figure" }, format.number(disc[letter]));
    const name = el("span", { class: "disc-name" }, say(`disc_${letter}`));
    const track = el("span", { class: "disc-track", "aria-hidden": "true" }, fill);
    return el("li", {}, name, track, figure);
  });
  return [el("ul", { class: "disc" }, ...bars), line(summary)];
}
