/** How long ago something was, in a few words: "now", "2 min ago", "5 days ago". Pure. */

const UNITS = /** @type {const} */ ([
  { unit: "day", ms: 86_400_000 },
  { unit: "hour", ms: 3_600_000 },
  { unit: "minute", ms: 60_000 },
]);

/**
 * @param {string} language
 * @returns {(instant: string, nowMs: number) => string}  an instant is RFC 3339; what lies ahead,
 *   because two clocks differ, is "now"
 */
export function createAgo(language) {
  const always = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });
  const now = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");
  return (instant, nowMs) => {
    const past = nowMs - Date.parse(instant);
    const fitting = UNITS.find(({ ms }) => past >= ms);
    return fitting ? always.format(-Math.floor(past / fitting.ms), fitting.unit) : now;
  };
}
