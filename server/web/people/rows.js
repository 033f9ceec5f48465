/**
 * The table of people or companies.
 *
 * @import { Subject } from "../../../extension/protocol.js"
 * @import { Spend } from "./piece-cell.js"
 * @import { List } from "./lists.js"
 */

import { createRows, el, setAttribute, setText, show } from "/ui/dom.js";
import { headlineOf } from "/ui/person.js";
import { createTable } from "../parts/table.js";
import { words } from "../words.js";
import { hrefOf } from "./lists.js";
import { createPieceCell } from "./piece-cell.js";

const { say } = words;

/**
 * @typedef {object} RowActions
 * @property {(subject: Subject, on: boolean) => void} tick
 * @property {(event: MouseEvent, subject: Subject, kind: Parameters<Spend>[1], price: number) => void
 *   } spend
 *
 * @typedef {object} RowState
 * @property {Subject} subject
 * @property {boolean} ticked
 * @property {readonly string[]} pending  kinds whose reveal is under way
 * @property {boolean} online
 * @property {boolean} paused
 */

/**
 * @param {List} list
 * @param {RowActions} actions
 * @returns {{element: HTMLElement, write(rows: RowState[]): void}}
 */
export function createSubjectTable(list, actions) {
  /** @type {import("../parts/table.js").Column<string>[]} */
  const columns = [
    { name: "tick", text: say("people_selected"), unseen: true },
    { name: "name", text: say("people_name"), head: true },
    ...list.kinds.map((kind) => ({ name: kind, text: say(`kind_${kind}`) })),
  ];
  const table = createTable(say(list.title), columns);
  table.element.classList.add("found");
  table.element.dataset["list"] = list.name;
  const write = createRows(table.body, () => createRow(table.row(), list, actions));
  return {
    element: table.element,
    write: (rows) => write(rows.map((row) => ({ key: row.subject.id, value: row }))),
  };
}

/**
 * @param {{element: HTMLElement, cells: Record<string, HTMLElement>}} row
 * @param {List} list
 * @param {RowActions} actions
 * @returns {{element: HTMLElement, write(state: RowState): void}}
 */
function createRow({ element, cells }, list, { tick, spend }) {
  /** @type {Subject | null} */
  let shown = null;
  const box = el("input", { type: "checkbox" });
  box.addEventListener("change", () => shown && tick(shown, box.checked));
  const who = createWho();
  const pieces = list.kinds.map((kind) => {
    const cell = createPieceCell(
      kind,
      (event, _, price) => shown && spend(event, shown, kind, price),
    );
    cells[kind]?.append(cell.element);
    return { kind, cell };
  });
  cells["tick"]?.append(el("label", { class: "tick" }, box));
  cells["name"]?.append(who.element);
  return {
    element,
    write({ subject, ticked, pending, online, paused }) {
      shown = subject;
      box.checked = ticked;
      setAttribute(box, "aria-label", say("people_tick", { name: subject.name }));
      who.write(subject);
      for (const { kind, cell } of pieces) {
        const piece = subject.pieces[kind] ?? { state: "not_found" };
        const { name } = subject;
        cell.write({ name, piece, pending: pending.includes(kind), online, paused });
      }
    },
  };
}

function createWho() {
  const name = el("a", { class: "name", dir: "auto" });
  const headline = el("span", { class: "note-line headline", dir: "auto" });
  const place = el("span", { class: "note-line", dir: "auto" });
  return {
    element: el("div", { class: "who-is" }, name, headline, place),
    /** @param {Subject} subject */
    write(subject) {
      setAttribute(name, "href", hrefOf(subject));
      setText(name, subject.name);
      setText(headline, headlineOf(words, subject));
      // Cut after two lines.
      setAttribute(headline, "title", headline.textContent);
      show(headline, headline.textContent !== "");
      setText(place, subject.location ?? "");
      show(place, subject.location !== null && subject.location !== headline.textContent);
    },
  };
}
