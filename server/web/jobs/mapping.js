/**
 * Which column of an imported file is what (R25), while somebody corrects it. Pure.
 *
 * @import { Job } from "../../../extension/protocol.js"
 */

/** As the server knows them, the most telling first. */
export const FIELDS = /** @type {const} */ ([
  "email",
  "url",
  "name",
  "first_name",
  "last_name",
  "company",
  "title",
  "phone",
]);

/** Of a column, as many as fit beside its name. */
const SHOWN_MAX = 3;

/**
 * @typedef {(typeof FIELDS)[number]} Field
 * @typedef {Partial<Record<Field, string>>} Mapping  field to column
 */

/**
 * A column holds one thing: taken for this field, it is no other one's any more.
 *
 * @param {Mapping} mapping
 * @param {Field} field
 * @param {string} column  "" for none
 * @returns {Mapping}
 */
export function remapped(mapping, field, column) {
  const others = Object.entries(mapping).filter(([name, has]) => name !== field && has !== column);
  return Object.fromEntries(column === "" ? others : [...others, [field, column]]);
}

/**
 * @param {Mapping} a
 * @param {Mapping} b
 */
export function isSame(a, b) {
  return FIELDS.every((field) => a[field] === b[field]);
}

/**
 * @param {Pick<Job, "file" | "sample">} job
 * @param {string | undefined} column
 * @returns {string[]} what stands in the first rows of it, empty cells left out
 */
export function sampleOf({ file, sample }, column) {
  const place = file?.columns.indexOf(column ?? "") ?? -1;
  if (place < 0) return [];
  const cells = sample.map((row) => row[place] ?? "").filter((cell) => cell.trim() !== "");
  return [...new Set(cells)].slice(0, SHOWN_MAX);
}

/**
 * Whether rows can be told apart by it: by an address, a profile, or a name with a company.
 *
 * @param {Mapping} mapping
 */
export function findsPeople({ email, url, name, first_name, last_name, company }) {
  const named = name !== undefined || first_name !== undefined || last_name !== undefined;
  return email !== undefined || url !== undefined || (named && company !== undefined);
}
