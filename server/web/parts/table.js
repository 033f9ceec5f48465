/**
 * A table as the whole app has them: on a narrow screen each row becomes a block whose figures bear
 * the names of their columns.
 */

import { el, setAttribute } from "/ui/dom.js";

/**
 * @template {string} N
 * @typedef {object} Column
 * @property {N} name
 * @property {string} text  of the head, and of the figure's label on a narrow screen
 * @property {boolean} [end]  figures stand at the end
 * @property {boolean} [head]  the cell names its row
 * @property {boolean} [unseen]  the head is only heard, as that of a column of buttons
 * @property {boolean} [sort]  the head is a button
 */

/**
 * @typedef {"ascending" | "descending"} Direction
 */

/**
 * @template {string} N
 * @typedef {object} Table
 * @property {HTMLElement} element
 * @property {HTMLTableSectionElement} body  for `createRows`
 * @property {HTMLTableSectionElement} head
 * @property {() => {element: HTMLTableRowElement, cells: Record<N, HTMLTableCellElement>}} row
 *   a new row with a cell for each column, in no table yet
 * @property {(name: N, direction: Direction) => void} showSort
 */

/**
 * @template {string} N
 * @param {string} label
 * @param {readonly Column<N>[]} columns
 * @param {(name: N) => void} [onSort]  a head that sorts was pressed
 * @returns {Table<N>}
 */
export function createTable(label, columns, onSort = () => {}) {
  const heads = columns.map((column) => ({ name: column.name, cell: headCell(column, onSort) }));
  const head = el("thead", {}, el("tr", { role: "row" }, ...heads.map(({ cell }) => cell)));
  const body = el("tbody", { role: "rowgroup" });
  const caption = el("caption", { class: "unseen" }, label);
  // Blocks on a narrow screen must still be heard as a table: hence the roles in words.
  const element = el("table", { class: "table", role: "table" }, caption, head, body);
  element.classList.toggle(
    "sortable",
    columns.some(({ sort }) => sort),
  );
  return {
    element,
    body,
    head,
    row: () => newRow(columns),
    showSort(name, direction) {
      for (const each of heads) {
        setAttribute(each.cell, "aria-sort", each.name === name ? direction : null);
      }
    },
  };
}

/**
 * @template {string} N
 * @param {Column<N>} column
 * @param {(name: N) => void} onSort
 */
function headCell({ name, text, end, unseen, sort }, onSort) {
  const cell = el("th", { scope: "col", role: "columnheader", class: end ? "end" : null });
  if (sort) {
    const button = el("button", { type: "button", class: "sort" }, text);
    button.addEventListener("click", () => onSort(name));
    cell.append(button);
  } else cell.append(el("span", { class: unseen ? "unseen" : null }, text));
  return cell;
}

/**
 * @template {string} N
 * @param {readonly Column<N>[]} columns
 */
function newRow(columns) {
  const made = columns.map(({ name, text, end, head, unseen }) => {
    const attributes = { class: end ? "end" : null, "data-label": unseen ? null : text };
    const cell = head
      ? el("th", { scope: "row", role: "rowheader", ...attributes })
      : el("td", { role: "cell", ...attributes });
    return /** @type {const} */ ([name, cell]);
  });
  const element = el("tr", { role: "row" }, ...made.map(([, cell]) => cell));
  return { element, cells: /** @type {any} */ (Object.fromEntries(made)) };
}
