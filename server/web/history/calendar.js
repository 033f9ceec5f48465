/** Days of the calendar as `YYYY-MM-DD`, without a zone and without a clock. Pure. */

const DAY_MS = 86_400_000;

/**
 * @typedef {{from: string | null, to: string | null}} Days  both included; null: without that end
 */

/**
 * @param {string} day
 * @param {number} days  negative: before it
 */
export function shifted(day, days) {
  return dayAt(Date.parse(day) + days * DAY_MS);
}

/**
 * The whole calendar month before the one of a day.
 *
 * @param {string} day
 * @returns {{from: string, to: string}}
 */
export function monthBefore(day) {
  const to = shifted(`${day.slice(0, 7)}-01`, -1);
  return { from: `${to.slice(0, 7)}-01`, to };
}

/**
 * @param {string | null} text  as anybody may have written it
 * @returns {string | null} the day; null when the calendar has none like it
 */
export function readDay(text) {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && dayAt(ms) === text ? text : null;
}

/** @param {number} ms */
function dayAt(ms) {
  return new Date(ms).toISOString().slice(0, 10);
}
