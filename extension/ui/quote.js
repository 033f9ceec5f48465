/**
 * What a job would cost, before anything is charged (R18), and the button that starts it.
 *
 * @import { Job, JobView, Problem, Quote } from "../protocol.js"
 * @import { Words } from "./words.js"
 */

import { el, setAttribute, setText, show } from "./dom.js";
import { createFigureTable, figureLines } from "./figures.js";
import { problemText } from "./notices.js";

export const FIGURES = /** @type {const} */ ([
  "rows",
  "found",
  "already_owned",
  "duplicates",
  "not_found",
  "net_new",
]);

/**
 * @typedef {object} QuoteActions
 * @property {(event: MouseEvent, job: string, credits: number) => void} start
 * @property {(event: MouseEvent) => void} back
 *
 * @typedef {object} QuoteState
 * @property {boolean} online
 * @property {boolean} paused  just after a click, when no other one counts
 * @property {boolean} hasExtra
 * @property {string} server
 *
 * @typedef {object} QuoteManner
 * @property {(job: Job) => string} title
 * @property {string} back  what the button beside the start says
 * @property {boolean} escapes  whether Escape is that button
 * @property {readonly ((typeof FIGURES)[number] | "credits")[]} figures
 */

/**
 * As a panel over a list of people shows it.
 *
 * @param {Words} words
 * @returns {QuoteManner}
 */
function overList(words) {
  return {
    title: ({ quote }) => words.count("quote_title", quote.rows),
    back: words.say("quote_back"),
    escapes: true,
    figures: FIGURES,
  };
}

/**
 * @param {Words} words
 * @param {QuoteActions} actions
 * @param {QuoteManner} [manner]
 * @returns {{element: HTMLElement, focus(): void, write(offer: JobView, state: QuoteState): void}}
 */
export function createQuote(words, actions, manner = overList(words)) {
  const title = el("h2", { class: "title", tabindex: "-1" });
  const table = createFigureTable(words);
  const totals = createTotals(words);
  const message = el("p", { class: "problem", role: "alert" });
  const buttons = createButtons(words, actions, manner.back);
  const element = el(
    "section",
    { class: "sec quote", "data-part": "quote" },
    title,
    table.element,
    totals.element,
    message,
    buttons.element,
  );
  element.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && manner.escapes) buttons.back();
  });
  return {
    element,
    focus: () => title.focus(),
    write(offer, state) {
      const { job, problem } = offer;
      const text = manner.title(job);
      setText(title, text);
      const { kinds, quote } = job;
      table.write(text, kinds, figureLines(manner.figures, quote, kinds, quote.by_kind));
      totals.write(quote, state.hasExtra);
      setText(message, messageText(words, job, problem, state.server));
      show(message, message.textContent !== "");
      buttons.write(offer, state);
    },
  };
}

/**
 * @param {Words} words
 */
function createTotals({ say, count, format }) {
  const credits = el("strong", { class: "figure" });
  const parts = el("span", { class: "note-line" });
  const after = el("span");
  const note = el("p", { class: "note-line" });
  const element = el(
    "div",
    { class: "quote-totals" },
    el("div", { class: "quote-total" }, credits, parts),
    el("p", {}, el("span", { class: "note-line" }, `${say("quote_after")} `), after),
    note,
  );
  return {
    element,
    /**
     * @param {Quote} quote
     * @param {boolean} hasExtra
     */
    write(quote, hasExtra) {
      setText(credits, count("price", quote.credits));
      setText(parts, partsText({ say, format }, quote));
      const left = [say("quote_after_license", { credits: format.number(quote.license_after) })];
      if (hasExtra)
        left.push(say("quote_after_extra", { credits: format.number(quote.extra_after) }));
      setText(after, left.join(" · "));
      show(/** @type {HTMLElement} */ (after.parentElement), quote.affordable);
      setText(note, noteText({ say }, quote));
      show(note, note.textContent !== "");
    },
  };
}

/**
 * @param {Pick<Words, "say" | "format">} words
 * @param {{from_license: number, from_extra: number}} parts
 * @returns {string} where the credits come from; empty when there are none
 */
export function partsText({ say, format }, { from_license, from_extra }) {
  const parts = [];
  if (from_license > 0)
    parts.push(say("quote_from_license", { credits: format.number(from_license) }));
  if (from_extra > 0) parts.push(say("quote_from_extra", { credits: format.number(from_extra) }));
  return parts.join(", ");
}

/**
 * @param {Pick<Words, "say">} words
 * @param {Quote} quote
 */
function noteText({ say }, { credits, found }) {
  if (credits > 0) return "";
  return found > 0 ? say("quote_nothing_new") : say("quote_nothing_found");
}

/**
 * @param {Words} words
 * @param {Job} job
 * @param {Problem | null} problem
 * @param {string} server
 * @returns {string} why it cannot be started as it stands; empty when it can
 */
export function messageText(words, job, problem, server) {
  const { status, quote, max_credits } = job;
  if (status === "expired") return words.say("quote_expired");
  if (problem?.code === "quote_changed") return words.say("quote_changed");
  if (problem) return problemText(words, problem, server);
  if (isOverMax(job)) return words.count("quote_over_max", max_credits ?? 0);
  return quote.affordable ? "" : words.count("quote_short", quote.short_by);
}

/** @param {Job} job */
function isOverMax({ quote, max_credits }) {
  return max_credits !== null && quote.credits > max_credits;
}

/**
 * What cannot be had has no button.
 *
 * @param {Job} job
 */
export function isStartable(job) {
  const { status, quote } = job;
  return status === "quoted" && !isOverMax(job) && (quote.affordable || quote.credits === 0);
}

/**
 * @param {Words} words
 * @param {QuoteActions} actions
 * @param {string} backText
 */
function createButtons(words, actions, backText) {
  /** @type {Job | null} */
  let shown = null;
  const start = el("button", { type: "button", class: "go" });
  start.addEventListener("click", (event) => {
    if (shown) actions.start(event, shown.id, shown.quote.credits);
  });
  const back = el("button", { type: "button" }, backText);
  back.addEventListener("click", actions.back);
  return {
    element: el("div", { class: "buttons" }, start, back),
    /** As its button, which does nothing while the answer to a start is awaited. */
    back: () => back.click(),
    /**
     * @param {JobView} offer
     * @param {QuoteState} state
     */
    write({ job, pending }, { online, paused }) {
      shown = job;
      const starting = pending === "start";
      show(start, isStartable(job));
      start.disabled = !online;
      setAttribute(start, "aria-disabled", paused || starting ? "true" : null);
      setText(start, starting ? words.say("export_starting") : startText(words, job));
      back.disabled = starting;
    },
  };
}

/**
 * @param {Words} words
 * @param {Pick<Job, "action" | "quote">} job
 * @returns {string} the price is on the button
 */
export function startText({ say, count, format }, { action, quote: { rows, credits } }) {
  if (credits === 0) return say(`start_${action}_free`, { rows: format.number(rows) });
  return say(`start_${action}`, { rows: format.number(rows), price: count("price", credits) });
}
