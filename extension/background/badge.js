/**
 * The toolbar: what is left, in four characters; the level by colour and in the title's words.
 *
 * @import { Battery, View } from "../protocol.js"
 * @import { Words } from "../ui/words.js"
 */

import { levelName } from "../ui/battery.js";

/** Each carries white text at 4.5 : 1. */
const COLORS = { ok: "#0b7a5c", low: "#8f5a00", critical: "#b3261e", empty: "#b3261e" };
const GREY = "#5b6472";

/**
 * @typedef {{text: string, color: string, title: string}} Badge
 */

/**
 * @param {Words} words
 * @param {View} view
 * @returns {Badge}
 */
export function badgeOf(words, { phase, battery, link, as_of_ms }) {
  const { say, format } = words;
  if (phase !== "signed_in") return { text: "", color: GREY, title: say("toolbar_signed_out") };
  if (!battery) return { text: "…", color: GREY, title: say("toolbar_connecting") };
  const left = format.number(battery.license.remaining);
  const text = format.compact(battery.license.remaining);
  if (link === "offline") {
    const time = format.clock(as_of_ms ?? 0);
    return { text, color: GREY, title: say("toolbar_stale", { left, time }) };
  }
  return { text, color: COLORS[battery.level], title: titleOf(words, battery, left) };
}

/**
 * @param {Words} words
 * @param {Battery} battery
 * @param {string} left
 */
function titleOf(words, { license, extra, level }, left) {
  const { say, format } = words;
  const title = say("toolbar_left", {
    left,
    allotment: format.number(license.allotment),
    day: format.day(license.last_day),
    level: levelName(words, level),
  });
  if (!extra) return title;
  return `${title} ${say("toolbar_extra", { credits: format.number(extra.remaining) })}`;
}
