/**
 * The figures behind the chart, for those who read tables: a row for each bucket, a column for each
 * group, the newest first.
 *
 * @import { Column } from "../parts/table.js"
 * @import { Sheet } from "./sums.js"
 */

import { el, setText } from "/ui/dom.js";
import { createTable } from "../parts/table.js";
import { words } from "../words.js";

const { say, format } = words;

/**
 * @typedef {object} Names
 * @property {(key: string) => string} group
 * @property {(start: string) => string} bucket
 */

/**
 * @param {Sheet} sheet
 * @param {Names} names
 * @param {string} label
 * @returns {HTMLElement}
 */
export function usageTable(sheet, names, label) {
  const series = sheet.series.map((each, i) => ({ ...each, name: `series-${i}` }));
  /** @type {Column<string>[]} */
  const columns = [
    { name: "start", text: say("spent_when"), head: true },
    ...series.map(({ name, key }) => ({ name, text: names.group(key), end: true })),
    { name: "total", text: say("spent_total"), end: true },
  ];
  const table = createTable(label, columns);

  /**
   * @param {string} head
   * @param {(series: {credits: number[], total: number}) => number} figure
   * @param {number} total
   */
  function row(head, figure, total) {
    const { element, cells } = table.row();
    setCell(cells["start"], head);
    for (const each of series) setCell(cells[each.name], format.number(figure(each)));
    setCell(cells["total"], format.number(total));
    return element;
  }

  const rows = sheet.starts.map((start, i) =>
    row(names.bucket(start), ({ credits }) => credits[i] ?? 0, sheet.totals[i] ?? 0),
  );
  table.body.append(...rows.reverse());
  const foot = el("tfoot", { role: "rowgroup" });
  foot.append(row(say("spent_total"), ({ total }) => total, sheet.total));
  table.element.append(foot);
  return table.element;
}

/**
 * @param {HTMLTableCellElement | undefined} cell
 * @param {string} text
 */
function setCell(cell, text) {
  if (cell) setText(cell, text);
}
