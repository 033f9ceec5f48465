/** Figures and dates as people write them. Pure: the locale and the present are handed in. */

const DAY_MS = 86_400_000;

/**
 * What still fits a toolbar badge as it stands; above it, thousands and millions.
 */
const BADGE_PLAIN_MAX = 9_999;

/**
 * @typedef {object} Format
 * @property {(n: number) => string} number
 * @property {(n: number) => string} compact  at most four characters; rounds down: never promises
 *   more than there is
 * @property {(date: string) => string} day  `YYYY-MM-DD` → "14 Dec"
 * @property {(date: string) => string} longDay  `YYYY-MM-DD` → "14 December 2026"
 * @property {(date: string) => string} month  `YYYY-MM-DD` → "Dec 2026"
 * @property {(instant: string, nowMs: number) => string} instantDay  RFC 3339 → "3 May", with the
 *   year when it is not this one
 * @property {(ms: number) => string} clock  → "09:41"
 * @property {(instant: string, nowMs: number) => string} moment  RFC 3339 → "09:41", with the day
 *   when it is not today
 * @property {(zone: string) => ZoneFormat} inZone  as the clocks of an IANA zone show it
 *
 * @typedef {object} ZoneFormat  of instants, as RFC 3339 or in milliseconds
 * @property {(instant: string | number) => string} date  → `YYYY-MM-DD`
 * @property {(instant: string | number) => string} clock  → "09:41"
 * @property {(instant: string | number) => string} full  → "23 November 2026 at 09:41:07 GMT-5"
 */

/**
 * @param {{numbers: string, dates: string}} locales
 * @returns {Format}
 */
export function createFormat({ numbers, dates }) {
  const number = new Intl.NumberFormat(numbers);
  const tenths = new Intl.NumberFormat(numbers, { maximumFractionDigits: 1 });
  // A date without a time has no zone: both ends of the conversion are UTC.
  const day = new Intl.DateTimeFormat(dates, { day: "numeric", month: "short", timeZone: "UTC" });
  const longDay = new Intl.DateTimeFormat(dates, { dateStyle: "long", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(dates, {
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  const instant = new Intl.DateTimeFormat(dates, { day: "numeric", month: "short" });
  const longInstant = new Intl.DateTimeFormat(dates, {
    day: "numeric",
    month: "short",
    year: "numeric",
  });
  const clock = new Intl.DateTimeFormat(numbers, { hour: "2-digit", minute: "2-digit" });

  /**
   * @param {string} text
   * @param {number} nowMs
   */
  function instantDay(text, nowMs) {
    const at = new Date(text);
    const thisYear = at.getFullYear() === new Date(nowMs).getFullYear();
    return (thisYear ? instant : longInstant).format(at);
  }

  return {
    number: (n) => number.format(n),
    compact(n) {
      if (n <= BADGE_PLAIN_MAX) return String(n);
      const [unit, letter] = n < 1_000_000 ? [1_000, "k"] : [1_000_000, "M"];
      const units = n / unit;
      return tenths.format(units < 10 ? Math.floor(units * 10) / 10 : Math.floor(units)) + letter;
    },
    day: (date) => day.format(new Date(date)),
    longDay: (date) => longDay.format(new Date(date)),
    month: (date) => month.format(new Date(date)),
    instantDay,
    clock: (ms) => clock.format(new Date(ms)),
    moment(text, nowMs) {
      const time = clock.format(new Date(text));
      const today = new Date(text).toDateString() === new Date(nowMs).toDateString();
      return today ? time : `${instantDay(text, nowMs)} ${time}`;
    },
    inZone: (zone) => zoneFormat(zone, { numbers, dates }),
  };
}

/**
 * @param {string} timeZone
 * @param {{numbers: string, dates: string}} locales
 * @returns {ZoneFormat}
 */
function zoneFormat(timeZone, { numbers, dates }) {
  const clock = new Intl.DateTimeFormat(numbers, { hour: "2-digit", minute: "2-digit", timeZone });
  const full = new Intl.DateTimeFormat(dates, { dateStyle: "long", timeStyle: "long", timeZone });
  const date = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    timeZone,
  });
  return {
    date(instant) {
      const parts = date.formatToParts(new Date(instant));
      const [year, month, day] = ["year", "month", "day"].map(
        (type) => parts.find((part) => part.type === type)?.value,
      );
      return `${year}-${month}-${day}`;
    },
    clock: (instant) => clock.format(new Date(instant)),
    full: (instant) => full.format(new Date(instant)),
  };
}

/**
 * Days that are left of a credit month, today included.
 *
 * @param {string} resetsAt RFC 3339
 * @param {number} nowMs
 * @returns {number} at least 0
 */
export function daysLeft(resetsAt, nowMs) {
  return Math.max(0, Math.ceil((Date.parse(resetsAt) - nowMs) / DAY_MS));
}

/**
 * The parts of a gauge in percent. What is not zero stays visible (1 %), what is not full does not
 * look full.
 *
 * @param {{remaining: number, held: number, whole: number}} credits
 * @returns {{left: number, held: number}} percent of the width
 */
export function gaugeParts({ remaining, held, whole }) {
  if (whole <= 0) return { left: 0, held: 0 };
  const left = share(remaining, whole);
  return { left, held: Math.min(share(held, whole), 100 - left) };
}

/**
 * @param {number} part
 * @param {number} whole
 */
function share(part, whole) {
  if (part <= 0) return 0;
  const exact = (100 * part) / whole;
  return part >= whole ? 100 : Math.min(99, Math.max(1, exact));
}
