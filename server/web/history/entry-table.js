/**
 * The entries as a table. A row stays the same element while its entry is shown.
 *
 * @import { ZoneFormat } from "/ui/format.js"
 * @import { Column } from "../parts/table.js"
 * @import { Entry } from "./entries.js"
 */

import { createRows, createSlot, el, setAttribute, setText } from "/ui/dom.js";
import { createTable } from "../parts/table.js";
import { words } from "../words.js";
import {
  actionKey,
  creditsText,
  kindKey,
  noteTexts,
  sourceText,
  subjectPath,
  whenText,
} from "./lines.js";

const { say, format } = words;
/** A new or sought row stands out for so long. */
const MARKED_MS = 4_000;

/**
 * @typedef {"when" | "user" | "action" | "who" | "what" | "credits" | "from" | "license" | "extra"
 *   | "do"} ColumnName
 *
 * @typedef {object} TableOptions
 * @property {ZoneFormat} zone  the org's
 * @property {boolean} everyone  entries are of several users
 * @property {((entry: Entry) => boolean) | null} mayReverse  null: nobody here may reverse anything
 * @property {(entry: Entry) => void} reverse
 */

/**
 * @param {TableOptions} options
 */
export function createEntryTable(options) {
  const table = createTable(say("history_title"), columnsFor(options));
  table.element.classList.add("history-entries");
  /** @type {ReadonlySet<number>} */
  let fresh = new Set();
  let nowMs = Date.now();

  const rows = createRows(table.body, (key) => {
    const { element, cells } = table.row();
    const write = createRow(cells, options, seek);
    for (const [name, cell] of Object.entries(cells)) setAttribute(cell, "data-cell", name);
    element.id = `seq-${key}`;
    element.tabIndex = -1;
    if (fresh.has(Number(key))) mark(element, "data-new");
    return {
      element,
      /** @param {Entry} entry */
      write: (entry) => write(entry, nowMs),
    };
  });

  /**
   * @param {number} seq
   * @returns {boolean} whether it is among the rows; then it is where one looks
   */
  function seek(seq) {
    const row = document.getElementById(`seq-${seq}`);
    if (!row) return false;
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
    mark(row, "data-sought");
    return true;
  }

  return {
    element: table.element,
    body: table.body,
    seek,
    /**
     * @param {readonly Entry[]} entries
     * @param {ReadonlySet<number>} [added]  which came just now
     */
    write(entries, added = new Set()) {
      fresh = added;
      nowMs = Date.now();
      rows(entries.map((value) => ({ key: String(value.seq), value })));
    },
  };
}

/**
 * @param {HTMLElement} row
 * @param {"data-new" | "data-sought"} how
 */
function mark(row, how) {
  setAttribute(row, how, true);
  setTimeout(() => setAttribute(row, how, null), MARKED_MS);
}

/**
 * @param {TableOptions} options
 * @returns {Column<ColumnName>[]}
 */
function columnsFor({ everyone, mayReverse }) {
  /** @type {(Column<ColumnName> | null)[]} */
  const columns = [
    { name: "when", text: say("history_when"), head: true },
    everyone ? { name: "user", text: say("history_user") } : null,
    { name: "action", text: say("history_action") },
    { name: "who", text: say("history_who") },
    { name: "what", text: say("history_what") },
    { name: "credits", text: say("history_credits"), end: true },
    { name: "from", text: say("history_from") },
    { name: "license", text: say("history_license_after"), end: true },
    { name: "extra", text: say("history_extra_after"), end: true },
    mayReverse ? { name: "do", text: say("reverse"), unseen: true } : null,
  ];
  return columns.filter((column) => column !== null);
}

/**
 * @param {Record<ColumnName, HTMLTableCellElement>} cells  some may not be in this table
 * @param {TableOptions} options
 * @param {(seq: number) => boolean} seek
 * @returns {(entry: Entry, nowMs: number) => void}
 */
function createRow(cells, { zone, mayReverse, reverse }, seek) {
  const time = el("time");
  cells.when.append(time);
  const action = createSlot(cells.action, (/** @type {Entry} */ entry) => actionParts(entry, seek));
  const who = createSlot(cells.who, whoParts);
  const buttons = cells.do
    ? createSlot(cells.do, (/** @type {Entry} */ entry) =>
        mayReverse?.(entry) ? [reverseButton(entry, reverse)] : [],
      )
    : () => {};
  const user = el("span", { dir: "auto" });
  cells.user?.append(user);
  return (entry, nowMs) => {
    setText(time, whenText(words, zone, entry.at, nowMs));
    setAttribute(time, "datetime", entry.at);
    setAttribute(time, "title", zone.full(entry.at));
    setText(user, entry.user?.name ?? "");
    action(entry);
    who(entry.subject);
    setText(cells.what, entry.kind ? say(kindKey(entry.kind)) : "");
    setText(cells.credits, creditsText(words, entry));
    setText(cells.from, sourceText(words, entry));
    setText(cells.license, entry.license_left === null ? "" : format.number(entry.license_left));
    setText(cells.extra, format.number(entry.extra_left));
    buttons(entry);
  };
}

/**
 * What happened, in which job, why, and the entry on the other side of a reversal.
 *
 * @param {Entry} entry
 * @param {(seq: number) => boolean} seek
 */
function actionParts(entry, seek) {
  const parts = [jobLink(entry), ...linkedEntry(entry, seek)];
  const notes = noteTexts(words, entry).map((text) => el("span", { dir: "auto" }, text));
  const lines = [...parts, ...notes].filter((part) => part !== null);
  return [
    el("span", {}, say(actionKey(entry.action))),
    lines.length > 0 ? el("div", { class: "note-line entry-notes" }, ...lines) : null,
  ].filter((part) => part !== null);
}

/** @param {Entry} entry */
function jobLink({ job, job_label: label }) {
  if (!job) return null;
  const text = label ? say("history_job", { label }) : say("history_job_plain");
  return el("a", { href: `/jobs/${encodeURIComponent(job)}`, dir: "auto" }, text);
}

/**
 * @param {Entry} entry
 * @param {(seq: number) => boolean} seek
 */
function linkedEntry({ ref_seq, reversed_by }, seek) {
  const other = ref_seq ?? reversed_by;
  if (other === null) return [];
  const text = say(ref_seq === null ? "history_reversed" : "history_of_charge");
  // The row itself where it is on the page, else the page of that entry.
  const link = el("a", { href: `/history?seq=${other}` }, text);
  link.addEventListener("click", (event) => {
    if (seek(other)) event.preventDefault();
  });
  return [link];
}

/** @param {Entry["subject"]} subject */
function whoParts(subject) {
  if (!subject) return [];
  const path = subjectPath(subject);
  return path
    ? [el("a", { href: path, dir: "auto" }, subject.name)]
    : [el("span", { class: "note-line" }, say("history_erased"))];
}

/**
 * @param {Entry} entry
 * @param {(entry: Entry) => void} reverse
 */
function reverseButton(entry, reverse) {
  const name = entry.subject?.name ?? "";
  const button = el("button", { type: "button", "aria-label": say("reverse_label", { name }) });
  button.append(say("reverse"));
  button.addEventListener("click", () => reverse(entry));
  return button;
}
