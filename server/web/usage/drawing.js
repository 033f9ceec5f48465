/**
 * Stacked bars, drawn by Chart.js on a canvas that follows the colour scheme. What they show stands
 * in the table too: the canvas is a picture.
 *
 * @import { Chart, ChartConfiguration, Dataset } from "../vendor/chart.js/chart.umd.min.js"
 * @import { Inks } from "./fills.js"
 */

import { el, setAttribute, show } from "/ui/dom.js";
import { words } from "../words.js";
import { fillOf, inksOf } from "./fills.js";

const BAR_PX_MAX = 48;

/**
 * @typedef {object} Picture
 * @property {string} label  what the picture shows, in words
 * @property {string[]} names  of the buckets
 * @property {{name: string, credits: number[]}[]} series
 *
 * @typedef {object} Drawing
 * @property {HTMLElement} element
 * @property {() => Inks} inks
 * @property {(picture: Picture) => void} write
 * @property {() => void} leave
 */

/**
 * @param {() => void} onScheme  the colours have changed
 * @returns {Drawing}
 */
export function createDrawing(onScheme) {
  const canvas = el("canvas", { role: "img" });
  const failed = el("p", { class: "note-line", role: "status" }, words.say("chart_failed"));
  const element = el("div", { class: "chart" }, canvas, failed);
  show(failed, false);
  /** @type {Picture | null} */
  let picture = null;
  /** @type {Chart | null} */
  let chart = null;
  let left = false;

  async function draw() {
    const loaded = await import("../vendor/chart.js/chart.umd.min.js").catch(() => null);
    show(failed, loaded === null);
    if (left || !picture || !loaded) return;
    const inks = inksOf(element);
    const data = { labels: picture.names, datasets: datasetsOf(picture, inks) };
    if (chart) {
      chart.data = data;
      chart.options = optionsOf(inks);
      chart.update("none");
    } else {
      chart = new globalThis.Chart(canvas, { type: "bar", data, options: optionsOf(inks) });
    }
    setAttribute(element, "data-drawn", String(picture.series.length));
  }

  const unfollow = followScheme(() => {
    onScheme();
    draw();
  });

  return {
    element,
    inks: () => inksOf(element),
    write(next) {
      picture = next;
      setAttribute(canvas, "aria-label", next.label);
      draw();
    },
    leave() {
      left = true;
      unfollow();
      chart?.destroy();
    },
  };
}

/**
 * Both the system's scheme and one chosen on the page.
 *
 * @param {() => void} tell
 * @returns {() => void} stops
 */
function followScheme(tell) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(tell);
  dark.addEventListener("change", tell);
  chosen.observe(document.documentElement, { attributes: true });
  return () => {
    dark.removeEventListener("change", tell);
    chosen.disconnect();
  };
}

/**
 * @param {Picture} picture
 * @param {Inks} inks
 * @returns {Dataset[]}
 */
function datasetsOf({ series }, inks) {
  return series.map(({ name, credits }, i) => ({
    label: name,
    data: credits,
    backgroundColor: fillOf(i, inks),
    borderColor: inks.ink,
    borderWidth: 1,
    maxBarThickness: BAR_PX_MAX,
  }));
}

/**
 * @param {Inks} inks
 * @returns {ChartConfiguration["options"]}
 */
function optionsOf(inks) {
  const { number } = words.format;
  const ticks = { color: inks.mute, font: { family: inks.font, size: 12 } };
  return {
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    scales: {
      x: {
        stacked: true,
        ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 12 },
        grid: { display: false },
        border: { color: inks.line },
      },
      y: {
        stacked: true,
        ticks: { ...ticks, precision: 0, callback: number },
        grid: { color: inks.line },
        border: { display: false },
      },
    },
    plugins: { legend: { display: false }, tooltip: tooltipOf(inks) },
  };
}

/** @param {Inks} inks */
function tooltipOf(inks) {
  const { number } = words.format;
  const font = { family: inks.font, size: 12 };
  return {
    backgroundColor: inks.ink,
    titleColor: inks.card,
    bodyColor: inks.card,
    titleFont: font,
    bodyFont: font,
    displayColors: false,
    filter: (/** @type {{raw: number}} */ { raw }) => raw !== 0,
    callbacks: {
      label: (/** @type {{dataset: Dataset, raw: number}} */ { dataset, raw }) =>
        `${dataset.label}: ${number(raw)}`,
    },
  };
}
