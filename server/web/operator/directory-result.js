/**
 * What an import of the directory did, and which lines it could not take.
 *
 * @import { DirectoryResult } from "./shapes.js"
 */

import { el, show } from "/ui/dom.js";
import { createTable } from "../parts/table.js";
import { note } from "../parts.js";
import { words } from "../words.js";

const { say, count, format } = words;
const FIGURES = /** @type {const} */ (["added", "changed", "unchanged", "problem_count"]);

export function createDirectoryResult() {
  const element = el("section", { class: "card", tabindex: "-1" });
  show(element, false);
  return {
    element,
    /** @param {DirectoryResult | null} result */
    write(result) {
      show(element, result !== null);
      element.replaceChildren(...(result ? parts(result) : []));
      if (result) element.focus();
    },
  };
}

/** @param {DirectoryResult} result */
function parts(result) {
  const title = el("h2", {}, say("operator_imported"));
  const pairs = FIGURES.map((name) =>
    el(
      "div",
      {},
      el("dt", { class: "note-line" }, say(`operator_result_${name}`)),
      el("dd", { class: "figure" }, format.number(result[name])),
    ),
  );
  const figures = el("dl", { class: "operator-figures" }, ...pairs);
  const ignored = result.ignored_columns.join(", ");
  const columns = ignored ? [note(say("operator_ignored", { columns: ignored }))] : [];
  const untold = result.problem_count - result.problems.length;
  const more = untold > 0 ? [note(count("operator_problems_more", untold))] : [];
  const top = el("div", { class: "pad" }, title, figures, ...columns, ...more);
  return result.problems.length > 0 ? [top, problemTable(result)] : [top];
}

/** @param {DirectoryResult} result */
function problemTable({ problems }) {
  const table = createTable(say("operator_result_problem_count"), [
    { name: "line", text: say("operator_line"), head: true },
    { name: "reason", text: say("operator_reason") },
  ]);
  for (const { line, reason } of problems) {
    const { element, cells } = table.row();
    cells.line.append(format.number(line));
    cells.reason.append(reason);
    table.body.append(element);
  }
  return table.element;
}
