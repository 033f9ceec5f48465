/**
 * The battery, drawn the same everywhere: solid = left, striped = on hold, empty = used (look.md).
 *
 * @import { Battery, Extra, Level, License } from "../protocol.js"
 * @import { Words } from "./words.js"
 */

import { el, setAttribute, setText, show } from "./dom.js";
import { daysLeft, gaugeParts } from "./format.js";

/** The days are counted out loud only when they are few. */
const COUNTED_DAYS_MAX = 7;

/**
 * @param {Words} words
 * @param {Level} level
 */
export function levelName(words, level) {
  return words.say(`level_${level}`);
}

/**
 * R33, once for each level that the user falls to.
 *
 * @param {Words} words
 * @param {Level} level
 * @param {Battery} battery
 */
export function alertText({ say, count, format }, level, { license }) {
  const day = format.day(license.last_day);
  if (level === "empty") return say("alert_empty", { day });
  const left = count("price", license.remaining);
  return say(level === "critical" ? "alert_critical" : "alert_low", { left, day });
}

/**
 * One cell with its terminal.
 *
 * @returns {{element: HTMLElement, write(credits: {remaining: number, held: number,
 *   whole: number}, level: Level, label: string): void}}
 */
export function createCell() {
  const left = el("b");
  const held = el("u");
  const element = el("div", { class: "cell", role: "meter", "aria-valuemin": "0" }, left, held);
  return {
    element,
    write(credits, level, label) {
      const parts = gaugeParts(credits);
      left.style.width = `${parts.left}%`;
      held.style.width = `${parts.held}%`;
      setAttribute(element, "data-level", level);
      setAttribute(element, "aria-valuemax", String(credits.whole));
      setAttribute(element, "aria-valuenow", String(credits.remaining));
      setAttribute(element, "aria-valuetext", label);
      setAttribute(element, "aria-label", label);
    },
  };
}

/**
 * @param {Words} words
 * @returns {{element: HTMLElement, write(battery: Battery, nowMs: number): void}}
 */
export function createLicenseGauge(words) {
  const { say, format } = words;
  const cell = createCell();
  const figure = el("strong", { class: "figure", "data-figure": "left" });
  const notes = el("span", { class: "note-line" });
  const until = el("span", { class: "note-line" });
  const saved = el("span", { class: "note-line end", "data-figure": "saved" });
  const element = el(
    "div",
    { class: "gauge" },
    cell.element,
    figure,
    notes,
    el("span", { class: "note-line end" }, say("license")),
    until,
    saved,
  );
  return {
    element,
    write({ license, level, saved: savings }, nowMs) {
      cell.write(
        { ...license, whole: license.allotment },
        level,
        meterLabel(words, license, level),
      );
      setText(figure, format.number(license.remaining));
      setText(notes, licenseNotes(words, license));
      setText(until, untilText(words, license, nowMs));
      setAttribute(until, "title", say("last_day", { day: format.longDay(license.last_day) }));
      setText(
        saved,
        savings.total > 0 ? say("saved", { credits: format.number(savings.month) }) : "",
      );
      setAttribute(saved, "title", say("saved_why", { total: format.number(savings.total) }));
    },
  };
}

/**
 * @param {Words} words
 * @param {License} license
 */
function licenseNotes({ say, format }, { allotment, used, held }) {
  return [
    say("of_allotment", { allotment: format.number(allotment) }),
    say("used", { credits: format.number(used) }),
    say("on_hold", { credits: format.number(held) }),
  ].join(" · ");
}

/**
 * @param {Words} words
 * @param {License} license
 * @param {number} nowMs
 */
function untilText({ say, count, format }, license, nowMs) {
  const until = say("until_day", { day: format.day(license.last_day) });
  const days = daysLeft(license.resets_at, nowMs);
  return days <= COUNTED_DAYS_MAX ? `${until} (${count("days_left", days)})` : until;
}

/**
 * @param {Words} words
 * @param {License} license
 * @param {Level} level
 */
function meterLabel(words, license, level) {
  const { number } = words.format;
  return words.say("license_meter", {
    left: number(license.remaining),
    allotment: number(license.allotment),
    held: number(license.held),
    used: number(license.used),
    level: levelName(words, level),
  });
}

/**
 * The org's extra credits; hidden for an org that never had any.
 *
 * @param {Words} words
 * @returns {{element: HTMLElement, write(extra: Extra | null, orgName: string): void}}
 */
export function createExtraGauge(words) {
  const { say, format } = words;
  const cell = createCell();
  const figure = el("strong", { class: "figure small", "data-figure": "extra" });
  const notes = el("span", { class: "note-line wide" });
  const element = el("div", { class: "gauge thin" }, cell.element, figure, notes);
  return {
    element,
    write(extra, orgName) {
      show(element, extra !== null);
      if (!extra) return;
      const label = say("extra_meter", {
        left: format.number(extra.remaining),
        granted: format.number(extra.granted),
        held: format.number(extra.held),
        used: format.number(extra.used),
      });
      cell.write({ ...extra, whole: extra.granted }, extra.remaining > 0 ? "ok" : "empty", label);
      setText(figure, format.number(extra.remaining));
      setText(notes, extraNotes(words, extra, orgName));
    },
  };
}

/**
 * @param {Words} words
 * @param {Extra} extra
 * @param {string} orgName
 */
function extraNotes({ say, format }, extra, orgName) {
  const notes = [say("extra_for", { org: orgName })];
  if (extra.held > 0) notes.push(say("on_hold", { credits: format.number(extra.held) }));
  if (extra.remaining > 0 && extra.available === 0) notes.push(say("extra_none_yours"));
  else if (extra.available < extra.remaining) {
    notes.push(say("extra_yours", { credits: format.number(extra.available) }));
  }
  return notes.join(" · ");
}
