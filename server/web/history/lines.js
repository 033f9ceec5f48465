/**
 * What an entry of the history says in each column. Pure: words and the present are handed in.
 *
 * @import { Format, ZoneFormat } from "/ui/format.js"
 * @import { WebWords } from "../words.js"
 * @import { Entry } from "./entries.js"
 */

import { shifted } from "./calendar.js";

/** How the server calls who was erased (R4). */
const ERASED = "erased contact";

/**
 * @typedef {Pick<WebWords, "say" | "count" | "format">} HistoryWords
 */

/**
 * @param {HistoryWords} words
 * @param {ZoneFormat} zone  the org's
 * @param {string} at  RFC 3339
 * @param {number} nowMs
 * @returns {string} as "Today 09:41"
 */
export function whenText({ say, format }, zone, at, nowMs) {
  const time = zone.clock(at);
  const [day, today] = [zone.date(at), zone.date(nowMs)];
  if (day === today) return say("history_today_at", { time });
  if (day === shifted(today, -1)) return say("history_yesterday_at", { time });
  return say("history_day_at", { day: dayText(format, day, today), time });
}

/**
 * @param {Format} format
 * @param {string} day
 * @param {string} today
 */
export function dayText(format, day, today) {
  const year = day.slice(0, 4);
  return year === today.slice(0, 4) ? format.day(day) : `${format.day(day)} ${year}`;
}

/**
 * @param {HistoryWords} words
 * @param {Entry} entry
 * @returns {string} empty for what spends nothing
 */
export function creditsText({ format }, { action, credits }) {
  if (credits === 0 && action !== "reversal" && !isCharge(action)) return "";
  return credits < 0 ? `−${format.number(-credits)}` : format.number(credits);
}

/**
 * Where the credits came from, went back to, or wait.
 *
 * @param {HistoryWords} words
 * @param {Entry} entry
 * @returns {string}
 */
export function sourceText(words, { action, from_license, from_extra, granted }) {
  const { say, format } = words;
  if (action === "grant") return say("history_granted", { credits: format.number(granted ?? 0) });
  const parts = partsText(words, Math.abs(from_license), Math.abs(from_extra));
  if (parts === "") return "";
  switch (action) {
    case "reversal":
      return say("history_back_to", { parts });
    case "hold":
      return say("history_on_hold", { parts });
    case "release":
      return say("history_released", { parts });
    default:
      return parts;
  }
}

/**
 * @param {HistoryWords} words
 * @param {number} license
 * @param {number} extra
 */
function partsText({ say, format }, license, extra) {
  if (license > 0 && extra > 0) {
    const [fromLicense, fromExtra] = [format.number(license), format.number(extra)];
    return say("history_both", { license: fromLicense, extra: fromExtra });
  }
  if (license > 0) return say("history_license");
  return extra > 0 ? say("history_extra") : "";
}

/**
 * What was set, given as a reason or noted, by whom when it was not the user.
 *
 * @param {HistoryWords} words
 * @param {Entry} entry
 * @returns {string[]}
 */
export function noteTexts(words, entry) {
  const { say } = words;
  const acted = entry.user && entry.by.id !== entry.user.id;
  const notes = [
    entry.reason && say(/** @type {"reason_bounced"} */ (`reason_${entry.reason}`)),
    settingText(words, entry),
    acted || !entry.user ? say("history_by", { name: entry.by.name }) : null,
    entry.note,
  ];
  return notes.filter((note) => note !== null).filter((note) => note !== "");
}

/**
 * @param {HistoryWords} words
 * @param {Entry} entry
 * @returns {string | null}
 */
function settingText({ say, format }, { action, data }) {
  if (!data) return null;
  switch (action) {
    case "license":
      return say("history_set_license", {
        credits: format.number(data["allotment"]),
        day: format.longDay(data["anchor"]),
      });
    case "cap":
      return data["cap"] === null
        ? say("history_set_no_cap")
        : say("history_set_cap", { credits: format.number(data["cap"]) });
    case "prices":
      return Object.entries(data["prices"])
        .map(([kind, price]) => `${say(kindKey(kind))} ${format.number(Number(price))}`)
        .join(", ");
    default:
      return null;
  }
}

/**
 * @param {Entry["subject"]} subject
 * @returns {string | null} the address of the page about who was opened; null when there is none
 */
export function subjectPath(subject) {
  if (!subject || subject.name === ERASED) return null;
  const folder = subject.type === "account" ? "companies" : "people";
  return `/${folder}/${encodeURIComponent(subject.id)}`;
}

/** @param {string} kind */
export function kindKey(kind) {
  return /** @type {"kind_email"} */ (`kind_${kind}`);
}

/** @param {string} action */
export function actionKey(action) {
  return /** @type {"action_reveal"} */ (`action_${action}`);
}

/** @param {string} action */
export function isCharge(action) {
  return action === "reveal" || action === "export" || action === "import";
}
