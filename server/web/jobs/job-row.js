/**
 * One job in the list.
 *
 * @import { Job } from "../../../extension/protocol.js"
 */

import { isUnderWay } from "/ui/course.js";
import { el, setAttribute, setText, show } from "/ui/dom.js";
import { jobTitle } from "/ui/job.js";
import { words } from "../words.js";
import { creditsTold, shortStatus } from "./sentences.js";

const { say, format } = words;

/**
 * @typedef {"what" | "by" | "when" | "status" | "credits"} ColumnName
 */

/**
 * @param {{element: HTMLElement, cells: Partial<Record<ColumnName, HTMLElement>>}} row
 * @param {string} me  id
 * @returns {{element: HTMLElement, write(job: Job): void}}
 */
export function createJobRow({ element, cells }, me) {
  const link = el("a", { dir: "auto", class: "name" });
  const kinds = el("span", { class: "note-line" });
  const what = el("div", { class: "body" }, link, kinds);
  const by = el("bdi");
  const when = el("time");
  const status = el("span");
  const progress = createBar();
  const credits = el("span", { class: "credits" });
  const note = el("span", { class: "note-line" });
  cells.what?.append(what);
  cells.by?.append(by);
  cells.when?.append(when);
  cells.status?.append(el("div", { class: "body" }, status, progress.element));
  cells.credits?.append(el("div", { class: "body" }, credits, note));
  return {
    element,
    write(job) {
      const title = jobTitle(words, job);
      setAttribute(element, "data-status", job.status);
      setAttribute(element, "data-mine", job.by.id === me);
      setText(link, title);
      setAttribute(link, "href", `/jobs/${encodeURIComponent(job.id)}`);
      setText(kinds, kindsText(job));
      setText(by, job.by.name);
      setText(when, format.moment(job.created_at, Date.now()));
      setAttribute(when, "datetime", job.created_at);
      setText(status, shortStatus(words, job));
      progress.write(job, title);
      const told = creditsTold(words, job);
      setText(credits, told.figure);
      setText(note, told.note);
    },
  };
}

/** @param {Job} job */
function kindsText({ action, kinds }) {
  return [say(`jobs_action_${action}`), ...kinds.map((kind) => say(`kind_${kind}`))].join(" · ");
}

function createBar() {
  const fill = el("b");
  const bar = el("div", { class: "progress", role: "progressbar", "aria-valuemin": "0" }, fill);
  return {
    element: bar,
    /**
     * @param {Job} job
     * @param {string} title
     */
    write({ status, progress: { done, total } }, title) {
      show(bar, isUnderWay(status));
      fill.style.width = `${total > 0 ? (100 * done) / total : 0}%`;
      const rows = { done: format.number(done), total: format.number(total) };
      setAttribute(bar, "aria-label", title);
      setAttribute(bar, "aria-valuemax", String(total));
      setAttribute(bar, "aria-valuenow", String(done));
      setAttribute(bar, "aria-valuetext", say("job_progress", rows));
    },
  };
}
