/**
 * Which fill is whose, with the sum of each.
 *
 * @import { Inks } from "./fills.js"
 */

import { createRows, el, setText } from "/ui/dom.js";
import { paintSample } from "./fills.js";

const SAMPLE_PX = 14;

/**
 * @typedef {{name: string, figure: string}} LegendLine
 */

export function createLegend() {
  const element = el("ul", { class: "legend" });
  /** @type {Map<string, HTMLCanvasElement>} */
  const samples = new Map();
  const rows = createRows(element, (key) => {
    const size = String(SAMPLE_PX);
    const sample = el("canvas", { width: size, height: size, "aria-hidden": "true" });
    const name = el("span", { dir: "auto" });
    const figure = el("b");
    samples.set(key, sample);
    return {
      element: el("li", {}, sample, name, figure),
      /** @param {LegendLine} line */
      write(line) {
        setText(name, line.name);
        setText(figure, line.figure);
      },
    };
  });
  return {
    element,
    /** @param {readonly LegendLine[]} lines */
    write(lines) {
      rows(lines.map((value, i) => ({ key: String(i), value })));
    },
    /** @param {Inks} inks */
    paint(inks) {
      for (const [key, sample] of samples) paintSample(sample, Number(key), inks);
    },
  };
}
