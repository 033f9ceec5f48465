/**
 * The two batteries as cards: the cell, what is left largest, and the figures beside it (look.md).
 *
 * @import { Battery, Extra, License } from "../../../extension/protocol.js"
 */

import { createCell, levelName } from "/ui/battery.js";
import { el, setAttribute, setText, show } from "/ui/dom.js";
import { daysLeft } from "/ui/format.js";
import { words } from "../words.js";

const { say, count, format } = words;

/**
 * @typedef {{element: HTMLElement, write(battery: Battery): void}} Gauge
 * @typedef {Parameters<typeof say>[0]} Text
 */

/**
 * @param {{name: string | null}} of  null: one's own
 * @returns {Gauge}
 */
export function createLicenseCard({ name }) {
  const cell = createCell();
  const pill = el("span", { class: "pill" });
  const figures = createFigures(["figure_left", "figure_held", "figure_used", "figure_allotment"]);
  const last = el("p", { class: "note-line" });
  const title = name === null ? say("gauge_license") : say("gauge_license_of", { name });
  const element = gaugeCard("license", title, pill, cell.element, figures.element, last);
  return {
    element,
    write({ license, level }) {
      const whole = { ...license, whole: license.allotment };
      cell.write(whole, level, meterText(license, levelName(words, level)));
      setText(pill, levelName(words, level));
      setAttribute(pill, "data-level", level);
      const { remaining, held, used, allotment } = license;
      figures.write([remaining, held, used, allotment].map(format.number));
      setText(last, lastDayText(license, name));
    },
  };
}

/**
 * @param {License} license
 * @param {string} level
 */
function meterText({ remaining, allotment, held, used }, level) {
  return say("license_meter", {
    left: format.number(remaining),
    allotment: format.number(allotment),
    held: format.number(held),
    used: format.number(used),
    level,
  });
}

/**
 * @param {License} license
 * @param {string | null} name
 */
function lastDayText({ last_day, resets_at }, name) {
  const text = name === null ? "battery_last_day" : "battery_last_day_user";
  const days = count("days_left", daysLeft(resets_at, Date.now()));
  return say(text, { day: format.longDay(last_day), days });
}

/**
 * Hidden for an org that never had any.
 *
 * @param {{org: string, name: string | null}} of
 * @returns {Gauge}
 */
export function createExtraCard({ org, name }) {
  const cell = createCell();
  const shared = el("span", { class: "note-line", dir: "auto" }, say("gauge_extra_for", { org }));
  const take = name === null ? "figure_take" : "figure_take_user";
  const figures = createFigures(["figure_left", "figure_held", "figure_used", take]);
  const cap = el("p", { class: "note-line" });
  const rule = el("p", { class: "note-line" }, say("extra_rule"));
  const element = gaugeCard(
    "extra",
    say("gauge_extra"),
    shared,
    cell.element,
    figures.element,
    cap,
    rule,
  );
  return {
    element,
    write({ extra }) {
      show(element, extra !== null);
      if (!extra) return;
      const whole = { ...extra, whole: extra.granted };
      cell.write(whole, extra.remaining > 0 ? "ok" : "empty", extraMeterText(extra));
      const figuresNow = [extra.remaining, extra.held, extra.used].map(format.number);
      figures.write([...figuresNow, takeText(extra)]);
      setText(cap, capText(extra));
      show(cap, extra.cap !== null);
    },
  };
}

/** @param {Extra} extra */
function extraMeterText({ remaining, granted, held, used }) {
  return say("extra_meter", {
    left: format.number(remaining),
    granted: format.number(granted),
    held: format.number(held),
    used: format.number(used),
  });
}

/** @param {Extra} extra */
function takeText({ available, remaining }) {
  const all = available === remaining && remaining > 0;
  return all ? say("figure_take_all") : format.number(available);
}

/**
 * R17.
 *
 * @param {Extra} extra
 */
function capText({ cap, mine }) {
  if (cap === 0) return say("extra_cap_none");
  const taken = format.number(mine.used + mine.held);
  return say("extra_cap", { cap: format.number(cap ?? 0), taken });
}

/**
 * @param {string} part
 * @param {string} title
 * @param {HTMLElement} beside
 * @param {...HTMLElement} content
 */
function gaugeCard(part, title, beside, ...content) {
  const head = el("div", { class: "card-head" }, el("h2", { dir: "auto" }, title), beside);
  return el("section", { class: "gauge-card", "data-part": part }, head, ...content);
}

/**
 * Figures side by side, the first the largest.
 *
 * @param {Text[]} names
 */
function createFigures(names) {
  const values = names.map((name) => {
    const kept = { name, value: el("dd", { class: "figure small", "data-figure": name }) };
    return kept;
  });
  const parts = values.map(({ name, value }) =>
    el("div", {}, el("dt", { class: "note-line" }, say(name)), value),
  );
  return {
    element: el("dl", { class: "three" }, ...parts),
    /** @param {string[]} texts */
    write(texts) {
      for (const [i, { value }] of values.entries()) setText(value, texts[i] ?? "");
    },
  };
}
