/** The days an org's usage is shown of. Pure. */

import { monthBefore, shifted } from "../history/calendar.js";

export const RANGES = /** @type {const} */ (["month", "last_month", "90d", "year", "all"]);
const QUARTER_DAYS = 90;
const YEAR_DAYS = 365;

/**
 * @typedef {(typeof RANGES)[number]} Range  months are the calendar's: licenses each have their own
 */

/**
 * @param {string | null} text
 * @returns {Range}
 */
export function readRange(text) {
  return RANGES.find((range) => range === text) ?? "month";
}

/**
 * @param {Range} range
 * @param {string} today  `YYYY-MM-DD` in the org's zone
 * @returns {{from: string | null, to: string | null}} both included
 */
export function daysOf(range, today) {
  switch (range) {
    case "month":
      return { from: `${today.slice(0, 7)}-01`, to: today };
    case "last_month":
      return monthBefore(today);
    case "90d":
      return { from: shifted(today, 1 - QUARTER_DAYS), to: today };
    case "year":
      return { from: shifted(today, 1 - YEAR_DAYS), to: today };
    case "all":
      return { from: null, to: null };
  }
}

/**
 * @param {string} zone  IANA name
 * @param {number} nowMs
 * @returns {string} `YYYY-MM-DD`
 */
export function todayIn(zone, nowMs) {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(nowMs);
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${part["year"]}-${part["month"]}-${part["day"]}`;
}

/**
 * @typedef {{id: string, name: string, credits: number, entries: number}} Spender
 */

/**
 * @param {readonly {groups: Record<string, {credits: number, entries: number}>}[]} buckets
 * @param {Record<string, string>} names  of the users told apart; the others are summed up
 * @returns {Spender[]} who spent most first
 */
export function topSpenders(buckets, names) {
  /** @type {Map<string, Spender>} */
  const all = new Map();
  for (const { groups } of buckets) {
    for (const [id, { credits, entries }] of Object.entries(groups)) {
      const name = names[id];
      if (name === undefined) continue;
      const before = all.get(id) ?? { id, name, credits: 0, entries: 0 };
      const sum = { credits: before.credits + credits, entries: before.entries + entries };
      all.set(id, { ...before, ...sum });
    }
  }
  return [...all.values()].sort((a, b) => b.credits - a.credits);
}
