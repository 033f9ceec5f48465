/**
 * A started export or import: how far it is, what it came to, and its file.
 *
 * @import { AccountLine, Job, JobView, Problem, SettledKind, Settlement } from "../protocol.js"
 * @import { Reader } from "./account.js"
 * @import { Words } from "./words.js"
 */

import { accountText, difference } from "./account.js";
import { isUnderWay } from "./course.js";
import { createSlot, el, icon, setAttribute, setText, show } from "./dom.js";
import { createFigureTable, figureLines } from "./figures.js";
import { problemText } from "./notices.js";
import { partsText } from "./quote.js";

const FIGURES = /** @type {const} */ (["charged", "already_owned", "duplicates", "not_found"]);
const FORMATS = /** @type {const} */ (["csv", "xlsx"]);

/**
 * @typedef {(typeof FORMATS)[number]} FileFormat
 *
 * @typedef {object} JobActions
 * @property {(event: MouseEvent, job: string) => void} stop
 * @property {(job: string) => void} putAway
 * @property {(job: string, format: FileFormat) => Promise<Problem | null>} download
 *
 * @typedef {Reader & {online: boolean, server: string}} JobState
 * @typedef {{element: HTMLElement, write(view: JobView & JobState): void}} JobPart
 * @typedef {JobPart & {focus(): void}} Focusable
 */

/**
 * @param {Words} words
 * @param {JobActions} actions
 * @returns {Focusable}
 */
export function createJobCard(words, actions) {
  const head = createHead(words, actions);
  const parts = [
    head,
    createProgress(words, actions),
    createOutcome(words),
    createDifferences(words),
    createProblem(words),
    createDownloads(words, actions),
  ];
  const element = el("section", { class: "sec job" }, ...parts.map((part) => part.element));
  return {
    element,
    focus: head.focus,
    write(view) {
      setAttribute(element, "data-status", view.job.status);
      for (const part of parts) part.write(view);
    },
  };
}

/**
 * @param {Words} words
 * @param {Job} job
 */
export function jobTitle(words, { action, label, progress }) {
  return label || words.count(`job_${action}`, progress.total);
}

/**
 * What is going on, in one sentence; screen readers hear it when it changes.
 *
 * @param {Words} words
 * @param {JobActions} actions
 * @returns {Focusable}
 */
function createHead(words, { putAway }) {
  let id = "";
  const title = el("h2", { class: "title", dir: "auto", tabindex: "-1" });
  const button = el("button", { type: "button", class: "quiet" }, icon("close"));
  button.addEventListener("click", () => putAway(id));
  const status = el("p", { role: "status", "data-part": "status" });
  return {
    element: el("div", {}, el("div", { class: "job-head" }, title, button), status),
    focus: () => title.focus(),
    write({ job }) {
      id = job.id;
      const text = jobTitle(words, job);
      setText(title, text);
      const label = words.say("job_put_away", { title: text });
      setAttribute(button, "aria-label", label);
      setAttribute(button, "title", label);
      show(button, !isUnderWay(job.status));
      setText(status, statusText(words, job));
    },
  };
}

/**
 * @param {Words} words
 * @param {Job} job
 * @returns {string}
 */
export function statusText(words, job) {
  const { say } = words;
  switch (job.status) {
    case "completed":
      // What could not be settled is told in the server's own sentence.
      return [completedText(words, job), job.error].filter(Boolean).join(" ");
    case "failed":
      return job.error ? say("job_failed", { error: job.error }) : say("job_failed_plain");
    case "quoted":
      return "";
    default:
      return say(`job_${job.status}`);
  }
}

/**
 * @param {Words} words
 * @param {Job} job
 */
function completedText(words, { settlement }) {
  const { say } = words;
  if (!settlement) return "";
  if (settlement.credits > 0) return chargedText(words, settlement);
  return settlement.already_owned + settlement.duplicates > 0
    ? say("job_free")
    : say("job_free_not_found");
}

/**
 * @param {Words} words
 * @param {Settlement} settlement
 */
function chargedText(words, settlement) {
  const { credits, from_license, from_extra } = settlement;
  if (from_extra === 0) return words.count("job_charged_license", credits);
  if (from_license === 0) return words.count("job_charged_extra", credits);
  const parts = partsText(words, settlement);
  return words.say("job_charged_both", { credits: words.count("price", credits), parts });
}

/**
 * @param {Words} words
 * @param {Pick<JobActions, "stop">} actions
 * @returns {JobPart}
 */
export function createProgress(words, { stop }) {
  const { say, format } = words;
  let id = "";
  const fill = el("b");
  const bar = el("div", { class: "progress", role: "progressbar", "aria-valuemin": "0" }, fill);
  const rows = el("span", { class: "note-line", "data-figure": "progress" });
  const held = el("span", { class: "note-line" });
  const button = el("button", { type: "button" });
  button.addEventListener("click", (event) => stop(event, id));
  const line = el(
    "div",
    { class: "job-line" },
    el("div", { class: "job-notes" }, rows, held),
    button,
  );
  const element = el("div", {}, bar, line);
  return {
    element,
    write({ job, pending, online }) {
      show(element, isUnderWay(job.status));
      if (!isUnderWay(job.status)) return;
      id = job.id;
      const { done, total } = job.progress;
      const text = say("job_progress", { done: format.number(done), total: format.number(total) });
      fill.style.width = `${total > 0 ? (100 * done) / total : 0}%`;
      setAttribute(bar, "aria-valuemax", String(total));
      setAttribute(bar, "aria-valuenow", String(done));
      setAttribute(bar, "aria-valuetext", text);
      setAttribute(bar, "aria-label", jobTitle(words, job));
      setText(rows, text);
      setText(held, heldText(words, job));
      show(button, job.status === "running");
      button.disabled = !online;
      setAttribute(button, "aria-disabled", pending === "stop" ? "true" : null);
      setText(button, say(pending === "stop" ? "job_stopping" : "job_stop"));
      setAttribute(button, "aria-label", say("job_stop_label", { title: jobTitle(words, job) }));
    },
  };
}

/**
 * Once they are being charged, fewer are left on hold with every row: how many, the battery says.
 *
 * @param {Words} words
 * @param {Job} job
 */
export function heldText(words, { status, quote: { credits } }) {
  if (status !== "running" || credits === 0) return "";
  return words.say("job_held", { credits: words.count("price", credits) });
}

/**
 * @param {Words} words
 * @returns {JobPart}
 */
export function createOutcome(words) {
  const table = createFigureTable(words);
  return {
    element: table.element,
    write({ job }) {
      const { settlement, kinds } = job;
      show(table.element, settlement !== null);
      if (!settlement) return;
      const lines = figureLines(namesOf(settlement), settlement, kinds, settlement.by_kind);
      table.write(jobTitle(words, job), kinds, lines);
    },
  };
}

/**
 * @param {SettledKind} settlement
 */
function namesOf({ over_hold }) {
  return over_hold > 0 ? [...FIGURES, /** @type {const} */ ("over_hold")] : FIGURES;
}

/**
 * @param {Words} words
 * @param {"h2" | "h3"} [heading]  as deep as the job's own name asks for
 * @returns {JobPart}
 */
export function createDifferences(words, heading = "h3") {
  const title = el(heading, { class: "note-line" });
  const list = el("ul", { class: "account" });
  const element = el("div", { "data-part": "account" }, title, list);
  const writeLines = createSlot(
    list,
    (/** @type {{lines: AccountLine[], reader: Reader}} */ { lines, reader }) =>
      lines.map((line) => lineElement(words, line, reader)),
  );
  return {
    element,
    write({ job, userName, nowMs }) {
      show(element, job.account.length > 0);
      const credits = words.count("price", job.quote.credits);
      setText(title, words.say("job_differences", { credits }));
      // Within a day the sentences stay the same.
      const day = new Date(nowMs).setHours(0, 0, 0, 0);
      writeLines({ lines: job.account, reader: { userName, nowMs: day } });
    },
  };
}

/**
 * @param {Words} words
 * @param {AccountLine} line
 * @param {Reader} reader
 */
function lineElement(words, line, reader) {
  const { figure, label } = difference(words, line.credits);
  return el(
    "li",
    {},
    el("span", { dir: "auto" }, accountText(words, line, reader)),
    el("span", { "aria-hidden": "true" }, figure),
    el("span", { class: "unseen" }, label),
  );
}

/**
 * @param {Words} words
 * @returns {JobPart}
 */
export function createProblem(words) {
  const element = el("p", { class: "problem", role: "alert" });
  return {
    element,
    write({ problem, server }) {
      show(element, problem !== null);
      if (!problem) return;
      const why = problem.detail || problemText(words, problem, server);
      setText(element, words.say("job_not_stopped", { why }));
    },
  };
}

/**
 * @param {Words} words
 * @param {Pick<JobActions, "download">} actions
 * @returns {JobPart}
 */
export function createDownloads(words, { download }) {
  let id = "";
  let server = "";
  const problem = el("p", { class: "problem", role: "alert" });
  const buttons = FORMATS.map((format) => {
    const button = el("button", { type: "button" });
    button.addEventListener("click", () => fetchFile(button, format));
    return { format, button, name: format.toUpperCase() };
  });
  const row = el("div", { class: "buttons" }, ...buttons.map(({ button }) => button));
  const element = el("div", {}, problem, row);
  show(problem, false);

  /**
   * @param {HTMLButtonElement} button
   * @param {FileFormat} format
   */
  async function fetchFile(button, format) {
    button.disabled = true;
    setText(button, words.say("job_downloading"));
    show(problem, false);
    const failed = await download(id, format);
    button.disabled = false;
    writeName(button, format.toUpperCase());
    // The shared sentences speak of charging, which a download never does.
    setText(problem, failed ? failed.detail || problemText(words, failed, server) : "");
    show(problem, failed !== null);
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} name
   */
  function writeName(button, name) {
    if (!button.disabled) setText(button, words.say("job_download", { format: name }));
  }

  return {
    element,
    write({ job, server: from }) {
      id = job.id;
      server = from;
      show(element, job.status === "completed");
      for (const { button, name } of buttons) {
        writeName(button, name);
        const label = words.say("job_download_label", {
          format: name,
          title: jobTitle(words, job),
        });
        setAttribute(button, "aria-label", label);
      }
    },
  };
}
