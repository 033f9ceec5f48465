/**
 * Why a bill differs from its quote, in sentences (R20, `api.md` "Jobs").
 *
 * @import { AccountLine } from "../protocol.js"
 * @import { Words } from "./words.js"
 */

/** Reasons with a sentence of their own; a newer server may know more. */
const REASONS = /** @type {const} */ ([
  "already_owned",
  "reversed",
  "found",
  "not_found",
  "over_hold",
  "duplicate",
  "first_of_piece",
  "price",
]);

/**
 * @typedef {{userName: string, nowMs: number}} Reader
 */

/**
 * @param {Words} words
 * @param {AccountLine} line
 * @param {Reader} reader
 * @returns {string}
 */
export function accountText(words, line, reader) {
  const { say } = words;
  const what = words.count(`pieces_${line.kind ?? "any"}`, line.count);
  if (line.by && line.action) return broughtText(words, line, what, reader);
  const reason = REASONS.find((known) => known === line.why);
  return reason
    ? say(`account_${reason}`, { what })
    : say("account_other", { what, why: line.why });
}

/**
 * Somebody came first.
 *
 * @param {Words} words
 * @param {AccountLine} line
 * @param {string} what
 * @param {Reader} reader
 */
function broughtText(words, line, what, reader) {
  const name = line.by ?? "";
  const action = line.action ?? "reveal";
  const when = whenText(words, line, reader.nowMs);
  return name === reader.userName
    ? words.say(`account_${action}_you`, { what, when })
    : words.say(`account_${action}`, { what, name, when });
}

/**
 * @param {Words} words
 * @param {AccountLine} line
 * @param {number} nowMs
 */
function whenText({ say, format }, { first_at, last_at }, nowMs) {
  const from = first_at ? format.moment(first_at, nowMs) : "";
  const to = last_at ? format.moment(last_at, nowMs) : from;
  return from === to ? from : say("span", { from, to });
}

/**
 * @param {Words} words
 * @param {number} credits
 * @returns {{figure: string, label: string}} "−20", "20 credits less"; empty for 0
 */
export function difference({ count, format }, credits) {
  if (credits === 0) return { figure: "", label: "" };
  const n = Math.abs(credits);
  const figure = `${credits < 0 ? "−" : "+"}${format.number(n)}`;
  return { figure, label: count(credits < 0 ? "account_less" : "account_more", n) };
}
