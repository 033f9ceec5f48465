/**
 * The rows of an import that are left out, each with its line and why (R25).
 *
 * @import { Job } from "../../../extension/protocol.js"
 */

import { createRows, el, setText, show } from "/ui/dom.js";
import { createTable } from "../parts/table.js";
import { words } from "../words.js";

const { say, count, format } = words;
/** Before anybody asks for all of them. */
const SHOWN_FIRST = 10;

/**
 * @returns {{element: HTMLElement, write(job: Job): void}}
 */
export function createProblems() {
  let all = false;
  /** @type {Job["problems"]} */
  let problems = [];
  const title = el("h2", { tabindex: "-1" });
  const first = el("p", { class: "note-line" });
  const table = createTable(say("jobs_problem_reason"), [
    { name: "line", text: say("jobs_problem_line"), head: true },
    { name: "reason", text: say("jobs_problem_reason") },
  ]);
  table.element.classList.add("file-problems");
  const writeRows = createRows(table.body, () => createRow(table.row()));
  const button = el("button", { type: "button" });
  const more = el("div", { class: "pad jobs-more" }, button);
  const head = el(
    "div",
    { class: "pad" },
    title,
    el("p", { class: "note-line" }, say("jobs_problems_more")),
    first,
  );
  const element = el(
    "section",
    { class: "card", "data-part": "problems" },
    head,
    table.element,
    more,
  );
  button.addEventListener("click", () => {
    all = true;
    writeShown();
    title.focus();
  });

  function writeShown() {
    const shown = all ? problems : problems.slice(0, SHOWN_FIRST);
    writeRows(shown.map((value) => ({ key: String(value.line), value })));
    show(more, shown.length < problems.length);
  }

  return {
    element,
    write(job) {
      show(element, job.problem_count > 0);
      problems = job.problems;
      setText(title, count("jobs_problems", job.problem_count));
      const told = { told: format.number(problems.length), all: format.number(job.problem_count) };
      setText(first, say("jobs_problems_first", told));
      show(first, problems.length < job.problem_count);
      setText(button, say("jobs_problems_all", { n: format.number(problems.length) }));
      writeShown();
    },
  };
}

/**
 * @param {{element: HTMLElement, cells: Record<"line" | "reason", HTMLElement>}} row
 */
function createRow({ element, cells }) {
  return {
    element,
    /** @param {Job["problems"][number]} problem */
    write({ line, reason }) {
      setText(cells.line, format.number(line));
      setText(cells.reason, reason);
    },
  };
}
