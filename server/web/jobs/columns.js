/**
 * Which column of an import's file is what, to be corrected before anything is charged (R25).
 *
 * @import { Job } from "../../../extension/protocol.js"
 * @import { Following } from "./following.js"
 * @import { Field, Mapping } from "./mapping.js"
 */

import { createSlot, el, setAttribute, setText, show } from "/ui/dom.js";
import { createTable } from "../parts/table.js";
import { problemText } from "../parts.js";
import { words } from "../words.js";
import { FIELDS, findsPeople, isSame, remapped, sampleOf } from "./mapping.js";

const { say } = words;

/**
 * @param {object} actions
 * @param {(mapping: Mapping) => void} actions.count  again, with these columns
 * @param {() => void} actions.changed  what is chosen differs from what was counted, or no more
 * @returns {{element: HTMLElement, isChanged(): boolean,
 *   write(job: Job, state: {following: Following, online: boolean}): void}}
 */
export function createColumns({ count, changed }) {
  /** @type {Mapping} */
  let counted = {};
  /** @type {Mapping | null} null: as they were counted */
  let draft = null;
  /** @type {Job | null} */
  let shown = null;

  const table = createTable(say("jobs_columns"), [
    { name: "field", text: say("jobs_column_field"), head: true },
    { name: "column", text: say("jobs_column_column") },
    { name: "sample", text: say("jobs_column_sample") },
  ]);
  table.element.classList.add("file-columns");
  const rows = FIELDS.map((field) => createRow(field, table.row(), (column) => choose(column)));
  table.body.append(...rows.map(({ element }) => element));
  const lost = el("p", { class: "problem", role: "status" }, say("jobs_columns_lost"));
  const problem = el("p", { class: "problem", role: "alert" });
  const again = el("button", { type: "button" }, say("jobs_count_again"));
  const undo = el("button", { type: "button" }, say("jobs_undo"));
  const buttons = el("div", { class: "buttons" }, again, undo);
  const below = el("div", { class: "pad" }, lost, problem, buttons);
  const element = el(
    "section",
    { class: "card", "data-part": "columns" },
    el(
      "div",
      { class: "pad" },
      el("h2", {}, say("jobs_columns")),
      el("p", { class: "note-line" }, say("jobs_columns_more")),
    ),
    table.element,
    below,
  );
  again.addEventListener("click", () => {
    if (draft && again.getAttribute("aria-disabled") !== "true") count(draft);
  });
  undo.addEventListener("click", () => {
    draft = null;
    rows[0]?.focus();
    changed();
  });

  /** @param {{field: Field, column: string}} chosen */
  function choose({ field, column }) {
    const next = remapped(draft ?? counted, field, column);
    draft = isSame(next, counted) ? null : next;
    changed();
  }

  /** @param {Job} job */
  function see(job) {
    if (shown && !isSame(shown.columns, job.columns)) draft = null;
    shown = job;
    counted = job.columns;
  }

  return {
    element,
    isChanged: () => draft !== null,
    write(job, { following: { pending, refusal }, online }) {
      see(job);
      const mapping = draft ?? counted;
      const busy = pending !== null;
      for (const row of rows) row.write(job, mapping, busy);
      show(lost, !findsPeople(mapping));
      setText(problem, refusedText(refusal));
      show(problem, problem.textContent !== "");
      show(buttons, draft !== null);
      setAttribute(again, "aria-disabled", !online || busy ? "true" : null);
      setText(again, say(pending === "map" ? "jobs_counting" : "jobs_count_again"));
      undo.disabled = busy;
    },
  };
}

/** @param {Following["refusal"]} refusal */
function refusedText(refusal) {
  return refusal?.asked === "map" ? problemText(refusal.problem) : "";
}

/**
 * @param {Field} field
 * @param {{element: HTMLElement, cells: Record<"field" | "column" | "sample", HTMLElement>}} row
 * @param {(chosen: {field: Field, column: string}) => void} choose
 */
function createRow(field, { element, cells }, choose) {
  const label = say(`jobs_field_${field}`);
  const select = el("select", { "aria-label": label, name: field });
  const sample = el("bdi", { class: "cut" });
  setText(cells.field, label);
  cells.column.append(select);
  cells.sample.append(sample);
  const offer = createSlot(select, (/** @type {string[]} */ columns) => [
    el("option", { value: "" }, say("jobs_column_none")),
    ...columns.map((column) => el("option", { value: column }, column)),
  ]);
  select.addEventListener("change", () => choose({ field, column: select.value }));
  return {
    element,
    focus: () => select.focus(),
    /**
     * @param {Job} job
     * @param {Mapping} mapping
     * @param {boolean} busy
     */
    write(job, mapping, busy) {
      offer(job.file?.columns ?? []);
      const column = mapping[field];
      if (select.value !== (column ?? "")) select.value = column ?? "";
      select.disabled = busy;
      setText(sample, sampleOf(job, column).join(" · "));
      setAttribute(sample, "title", sample.textContent);
    },
  };
}
