/** A screen that stays open over midnight. */

/** How often it is looked whether another day has begun. */
const LOOK_EVERY_MS = 30_000;

/**
 * @param {() => string} today  `YYYY-MM-DD` as the clock has it now
 * @param {() => string} written  the day what is shown was written for; "": nothing is shown yet
 * @param {() => void} turned  asked again until `written` has followed
 * @returns {() => void} ends it
 */
export function watchDay(today, written, turned) {
  const watch = setInterval(() => {
    const day = written();
    if (day !== "" && day !== today()) turned();
  }, LOOK_EVERY_MS);
  return () => clearInterval(watch);
}
