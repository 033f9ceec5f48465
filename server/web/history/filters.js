/**
 * The filter of the history: what the address says of it, and what the server is asked. Pure.
 *
 * @import { Days } from "./calendar.js"
 */

import { monthBefore, readDay, shifted } from "./calendar.js";

export const RANGES = /** @type {const} */ ([
  "all",
  "today",
  "month",
  "last_month",
  "90d",
  "custom",
]);
export const KINDS = /** @type {const} */ (["email", "phone", "personality"]);
export const CHARGES = /** @type {const} */ (["reveal", "export", "import"]);
/** Left out by the server unless asked for (api.md, History). */
export const QUIET = /** @type {const} */ (["hold", "release", "license", "cap", "prices"]);
export const ACTIONS = /** @type {const} */ ([...CHARGES, "reversal", "grant", ...QUIET]);
export const SOURCES = /** @type {const} */ (["license", "extra"]);
/** The server takes no longer text. */
const TEXT_CHARS_MAX = 200;
const QUARTER_DAYS = 90;

/**
 * @typedef {(typeof RANGES)[number]} Range  `month`: the running credit month of who is concerned;
 *   `last_month`: the calendar month before this one
 *
 * @typedef {object} HistoryFilter  "" and null: all
 * @property {Range} range
 * @property {string | null} from  of a `custom` range
 * @property {string | null} to
 * @property {string | null} user
 * @property {string} kind  one or several with commas, as `action`
 * @property {string} action
 * @property {"license" | "extra" | ""} source
 * @property {string} text
 * @property {number | null} seq  one entry, whatever else the filter says
 *
 * @typedef {object} Present  in the org's zone
 * @property {string} today
 * @property {{from: string, to: string}} month  the credit month
 */

/**
 * Whatever is not understood is left out: an address may have been typed.
 *
 * @param {URLSearchParams} query
 * @returns {HistoryFilter}
 */
export function readFilter(query) {
  const [from, to] = [readDay(query.get("from")), readDay(query.get("to"))];
  const seq = Number(query.get("seq"));
  return {
    range: oneOf(RANGES, query.get("range")) ?? (from || to ? "custom" : "all"),
    from,
    to,
    user: query.get("user") || null,
    kind: someOf(KINDS, query.get("kind")),
    action: someOf(ACTIONS, query.get("action")),
    source: oneOf(SOURCES, query.get("source")) ?? "",
    text: (query.get("q") ?? "").replaceAll("\0", "").trim().slice(0, TEXT_CHARS_MAX),
    seq: Number.isSafeInteger(seq) && seq > 0 ? seq : null,
  };
}

/**
 * The days a filter means at present.
 *
 * @param {Pick<HistoryFilter, "range" | "from" | "to">} filter
 * @param {Present} present
 * @returns {Days}
 */
export function daysOf({ range, from, to }, { today, month }) {
  switch (range) {
    case "all":
      return { from: null, to: null };
    case "today":
      return { from: today, to: today };
    case "month":
      return month;
    case "last_month":
      return monthBefore(today);
    case "90d":
      return { from: shifted(today, 1 - QUARTER_DAYS), to: today };
    case "custom":
      return { from, to };
  }
}

/**
 * The change of an address that turns to another range; a custom one begins with the days shown.
 *
 * @param {Range} range
 * @param {Days} shown
 * @returns {Record<string, string | null>}
 */
export function rangeQuery(range, shown) {
  if (range === "custom") return { range, ...shown };
  return { range: range === "all" ? null : range, from: null, to: null };
}

/**
 * @param {HistoryFilter} filter
 * @param {Days} days
 * @returns {string} query of `/api/v1/history`, and with a `format` of its file
 */
export function apiQuery(filter, { from, to }) {
  const given = { from, to, user: filter.user, ...narrowedBy(filter) };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value) query.set(name, value);
  return query.toString();
}

/**
 * @param {HistoryFilter} filter
 * @returns {Record<string, string>} what it says beside whose and which days
 */
export function narrowedBy({ kind, action, source, text }) {
  return { kind, action, source, q: text };
}

/**
 * @param {HistoryFilter} filter
 * @returns {boolean} whether it leaves anything out
 */
export function narrows({ range, user, kind, action, source, text }) {
  return range !== "all" || [user, kind, action, source, text].some(Boolean);
}

/**
 * @template {string} V
 * @param {readonly V[]} values
 * @param {string | null} text
 * @returns {V | undefined}
 */
function oneOf(values, text) {
  return values.find((value) => value === text);
}

/**
 * @param {readonly string[]} values
 * @param {string | null} listed  with commas
 * @returns {string} those that are known, each once, in their own order
 */
function someOf(values, listed) {
  const given = (listed ?? "").split(",");
  return values.filter((value) => given.includes(value)).join(",");
}
