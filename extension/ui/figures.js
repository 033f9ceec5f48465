/**
 * The figures of a quote or a bill: one column for the rows and, with several kinds, one for each.
 *
 * @import { Kind } from "../protocol.js"
 * @import { Words } from "./words.js"
 */

import { createSlot, el, icon, setText } from "./dom.js";

/**
 * @typedef {"rows" | "found" | "already_owned" | "duplicates" | "not_found" | "net_new" | "charged"
 *   | "over_hold" | "credits"} FigureName
 * @typedef {{name: FigureName, numbers: number[]}} FigureLine  of rows, then of each kind
 */

/**
 * @template {FigureName} F
 * @param {readonly F[]} names  in the order in which they are shown
 * @param {Record<F, number>} rows
 * @param {Kind[]} kinds
 * @param {Partial<Record<Kind, Record<F, number>>>} byKind
 * @returns {FigureLine[]} a single kind says the same as the rows do
 */
export function figureLines(names, rows, kinds, byKind) {
  const columns = kinds.length > 1 ? kinds.map((kind) => byKind[kind]) : [];
  return names.map((name) => ({
    name,
    numbers: [rows[name], ...columns.map((column) => column?.[name] ?? 0)],
  }));
}

/**
 * @param {Words} words
 * @returns {{element: HTMLElement, write(title: string, kinds: Kind[], lines: FigureLine[]): void}}
 */
export function createFigureTable(words) {
  const caption = el("caption", { class: "unseen" });
  const head = el("thead");
  const body = el("tbody");
  const element = el("table", { class: "figures" }, caption, head, body);

  const writeHead = createSlot(head, (/** @type {Kind[]} */ kinds) =>
    kinds.length > 1 ? [headRow(words, kinds)] : [],
  );
  const writeBody = createSlot(body, (/** @type {FigureLine[]} */ lines) =>
    lines.map((line) => figureRow(words, line)),
  );
  return {
    element,
    write(title, kinds, lines) {
      setText(caption, title);
      writeHead(kinds);
      writeBody(lines);
    },
  };
}

/**
 * @param {Words} words
 * @param {Kind[]} kinds
 */
function headRow({ say }, kinds) {
  const names = kinds.map((kind) => {
    const name = say(`kind_${kind}`);
    const unseen = el("span", { class: "unseen" }, name);
    return el("th", { scope: "col", title: name }, icon(kind), unseen);
  });
  return el("tr", {}, el("td"), el("th", { scope: "col" }, say("figure_all_rows")), ...names);
}

/**
 * @param {Words} words
 * @param {FigureLine} line
 */
function figureRow({ say, format }, { name, numbers }) {
  const cells = numbers.map((n) => el("td", {}, format.number(n)));
  const label = el("th", { scope: "row" }, say(`figure_${name}`));
  return el("tr", { "data-figure": name }, label, ...cells);
}
