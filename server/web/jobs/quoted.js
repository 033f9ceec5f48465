/**
 * A job that has not been started: what it would cost, and what can be done about it (R18).
 *
 * @import { Job, JobView } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { Following } from "./following.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { createFigureTable, figureLines } from "/ui/figures.js";
import { createQuote, FIGURES, isStartable } from "/ui/quote.js";
import { PAUSE_MS } from "/ui/spending.js";
import { words } from "../words.js";

const { say, count, format } = words;
const WITH_CREDITS = /** @type {const} */ ([...FIGURES, "credits"]);

/**
 * @typedef {object} QuotedState
 * @property {Following} following
 * @property {boolean} remapping  its columns are being changed, so that the price is of others
 *
 * @typedef {object} QuotedActions
 * @property {(event: MouseEvent) => void} start
 * @property {(event: MouseEvent) => void} discard
 */

/**
 * The maker's own.
 *
 * @param {App} app
 * @param {QuotedActions} actions
 * @returns {{element: HTMLElement, write(job: Job, state: QuotedState): void}}
 */
export function createQuoted({ live }, { start, discard }) {
  const fresh = createFreshness();
  const quote = createQuote(
    words,
    {
      start: (event) => fresh.isRead() && start(event),
      back: discard,
    },
    {
      title: ({ quote: { rows } }) => count("jobs_quote", rows),
      back: say("jobs_discard"),
      escapes: false,
      figures: WITH_CREDITS,
    },
  );
  const notes = createNotes();
  const element = el("div", {}, quote.element, notes.element);

  return {
    element,
    write(job, { following, remapping }) {
      fresh.see(job.quote.credits);
      const offline = live.now().link === "offline";
      const { battery } = live.now();
      quote.write(viewOf(job, following), {
        online: !offline,
        paused: remapping || following.pending !== null,
        hasExtra: battery?.extra != null || job.quote.from_extra > 0,
        server: location.host,
      });
      notes.write(job, { offline, remapping, counting: following.pending === "map" });
    },
  };
}

/**
 * A price that changed under the pointer has to be seen before it is agreed to.
 */
function createFreshness() {
  /** @type {number | null} */
  let credits = null;
  let sinceMs = Number.NEGATIVE_INFINITY;
  return {
    /** @param {number} next */
    see(next) {
      if (credits !== null && credits !== next) sinceMs = performance.now();
      credits = next;
    },
    isRead: () => performance.now() - sinceMs >= PAUSE_MS,
  };
}

/**
 * @param {Job} job
 * @param {Following} following
 * @returns {JobView}
 */
function viewOf(job, { pending, refusal }) {
  return {
    job,
    pending: pending === "map" ? null : pending,
    problem: refusal && refusal.asked !== "map" ? refusal.problem : null,
  };
}

/** What to know before starting, and why that cannot be done just now. */
function createNotes() {
  const why = el("p", { role: "status", "data-part": "why-not" });
  const ask = el("a", { href: "/batteries" }, say("jobs_ask_more"));
  const means = el("p", { class: "note-line" }, say("jobs_hold_means"));
  const limit = el("p", { class: "note-line" });
  const until = el("p", { class: "note-line" });
  const element = el("div", { class: "job-below" }, why, ask, means, limit, until);
  return {
    element,
    /**
     * @param {Job} job
     * @param {{offline: boolean, remapping: boolean, counting: boolean}} state
     */
    write(job, state) {
      setText(why, whyNot(state));
      show(why, why.textContent !== "");
      show(ask, !job.quote.affordable);
      show(means, job.quote.credits > 0 && isStartable(job));
      setText(limit, job.max_credits === null ? "" : count("jobs_at_most", job.max_credits));
      show(limit, job.max_credits !== null && isStartable(job));
      setText(until, untilText(job));
      show(until, job.expires_at !== null);
    },
  };
}

/** @param {{offline: boolean, remapping: boolean, counting: boolean}} state */
function whyNot({ offline, remapping, counting }) {
  if (offline) return say("jobs_offline");
  if (counting) return say("jobs_counting");
  return remapping ? say("jobs_columns_first") : "";
}

/** @param {Job} job */
function untilText({ expires_at }) {
  return expires_at ? say("jobs_quote_until", { when: format.moment(expires_at, Date.now()) }) : "";
}

/**
 * Another user's, as an admin sees it: what it would come to, and nothing to press but Stop.
 *
 * @param {(event: MouseEvent) => void} discard
 * @returns {{element: HTMLElement, write(job: Job, state: QuotedState): void}}
 */
export function createOthersQuote(discard) {
  const title = el("h2", { class: "title" });
  const table = createFigureTable(words);
  const button = el("button", { type: "button" }, say("jobs_discard"));
  button.addEventListener("click", discard);
  const element = el(
    "section",
    { class: "sec quote", "data-part": "others-quote" },
    title,
    table.element,
    el("div", { class: "buttons" }, button),
  );
  return {
    element,
    write({ quote, kinds }, { following }) {
      const text = count("jobs_quote", quote.rows);
      setText(title, text);
      table.write(text, kinds, figureLines(WITH_CREDITS, quote, kinds, quote.by_kind));
      button.disabled = following.pending !== null;
    },
  };
}
