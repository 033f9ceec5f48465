/**
 * What a chart of usage is asked for: by the address, and of the server. Pure.
 *
 * @typedef {"day" | "week" | "month"} Bucket
 * @typedef {"kind" | "user" | "action"} Group
 * @typedef {"chart" | "table"} View
 *
 * @typedef {object} UsageScope  whose and which days; null: everybody's the reader may see, all days
 * @property {string | null} user
 * @property {string | null} from  `YYYY-MM-DD` in the org's zone, as `to`; both included
 * @property {string | null} to
 * @property {Record<string, string>} [narrowed]  `kind`, `action`, `source`, `q` as the history has
 *   them (api.md, History)
 *
 * @typedef {{bucket: Bucket, group: Group, view: View}} UsageChoice
 */

import { SERIES_MAX } from "./sums.js";

export const BUCKETS = /** @type {const} */ (["day", "week", "month"]);
export const VIEWS = /** @type {const} */ (["chart", "table"]);
const DAY_MS = 86_400_000;
/** As many bars as can be told apart on a phone. */
const DAYS_MAX = 45;
const WEEKS_MAX_DAYS = 200;

/**
 * The choice an address makes; what it leaves open is chosen to fit.
 *
 * @param {URLSearchParams} query  `bucket`, `group`, `view`
 * @param {readonly Group[]} groups  the first is the usual one
 * @param {UsageScope} scope
 * @returns {UsageChoice}
 */
export function choiceOf(query, groups, scope) {
  return {
    bucket: oneOf(BUCKETS, query.get("bucket")) ?? fittingBucket(scope),
    group: oneOf(groups, query.get("group")) ?? groups[0] ?? "kind",
    view: oneOf(VIEWS, query.get("view")) ?? "chart",
  };
}

/**
 * @param {UsageScope} scope
 * @returns {Bucket}
 */
export function fittingBucket({ from, to }) {
  if (!from) return "month";
  const days = (Date.parse(to ?? new Date().toISOString()) - Date.parse(from)) / DAY_MS;
  if (days <= DAYS_MAX) return "day";
  return days <= WEEKS_MAX_DAYS ? "week" : "month";
}

/**
 * @param {UsageScope} scope
 * @param {UsageChoice} choice
 * @returns {string} of `/api/v1/history/usage`
 */
export function usageQuery({ user, from, to, narrowed = {} }, { bucket, group }) {
  const given = { bucket, group, from, to, user, ...narrowed };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value) query.set(name, value);
  if (group === "user") query.set("top", String(SERIES_MAX - 1));
  return query.toString();
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
