/**
 * The entries of a customer's ledger as a table.
 *
 * @import { ZoneFormat } from "/ui/format.js"
 * @import { Entry } from "../history/entries.js"
 */

import { createRows, createSlot, el, setAttribute, setText } from "/ui/dom.js";
import {
  actionKey,
  creditsText,
  isCharge,
  kindKey,
  noteTexts,
  sourceText,
  whenText,
} from "../history/lines.js";
import { createTable } from "../parts/table.js";
import { words } from "../words.js";

const { say, format } = words;

/**
 * @param {ZoneFormat} zone  the org's
 * @param {(entry: Entry) => void} reverse
 */
export function createHistoryTable(zone, reverse) {
  const table = createTable(say("operator_tab_history"), [
    { name: "when", text: say("history_when"), head: true },
    { name: "user", text: say("history_user") },
    { name: "action", text: say("history_action") },
    { name: "who", text: say("history_who") },
    { name: "what", text: say("history_what") },
    { name: "credits", text: say("history_credits"), end: true },
    { name: "from", text: say("history_from") },
    { name: "license", text: say("history_license_after"), end: true },
    { name: "extra", text: say("history_extra_after"), end: true },
    { name: "act", text: say("reverse"), unseen: true },
  ]);
  const rows = createRows(table.body, (key) => {
    const { element, cells } = table.row();
    const action = createSlot(cells.action, actionParts);
    const act = createSlot(cells.act, (/** @type {Entry} */ entry) => acts(entry, reverse));
    for (const cell of [cells.user, cells.who]) cell.dir = "auto";
    for (const cell of [cells.when, cells.what]) cell.classList.add("operator-whole");
    setAttribute(element, "data-seq", key);
    return {
      element,
      /** @param {Entry} entry */
      write(entry) {
        setText(cells.when, whenText(words, zone, entry.at, Date.now()));
        setAttribute(cells.when, "title", zone.full(entry.at));
        setText(cells.user, entry.user?.name ?? "");
        action(entry);
        setText(cells.who, entry.subject?.name ?? "");
        setText(cells.what, entry.kind ? say(kindKey(entry.kind)) : "");
        setText(cells.credits, creditsText(words, entry));
        setText(cells.from, sourceText(words, entry));
        setText(
          cells.license,
          entry.license_left === null ? "" : format.number(entry.license_left),
        );
        setText(cells.extra, format.number(entry.extra_left));
        act(entry);
      },
    };
  });
  return {
    element: table.element,
    /** @param {Entry[]} entries */
    write: (entries) => rows(entries.map((value) => ({ key: String(value.seq), value }))),
  };
}

/** @param {Entry} entry */
function actionParts(entry) {
  const notes = [
    entry.reversed_by === null ? null : say("history_reversed"),
    entry.job_label,
    ...noteTexts(words, entry),
  ].filter(Boolean);
  const lines = notes.map((text) => el("div", { class: "note-line", dir: "auto" }, text));
  return [el("span", {}, say(actionKey(entry.action))), ...lines];
}

/**
 * @param {Entry} entry
 * @param {(entry: Entry) => void} reverse
 */
function acts(entry, reverse) {
  if (!isCharge(entry.action) || entry.reversed_by !== null) return [];
  const label = say("reverse_label", { name: entry.subject?.name ?? "" });
  const button = el("button", { type: "button", "aria-label": label }, say("reverse"));
  button.addEventListener("click", () => reverse(entry));
  return [button];
}
