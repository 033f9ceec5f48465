/**
 * What sharing saved, and what opening costs.
 *
 * @import { Battery, Kind, Prices } from "../../../extension/protocol.js"
 */

import { createSlot, el, icon, setText } from "/ui/dom.js";
import { words } from "../words.js";

const { say, count, format } = words;
const KINDS = /** @type {const} */ (["email", "phone", "personality"]);

/** @returns {{element: HTMLElement, write(saved: Battery["saved"]): void}} R31 */
export function createSavings() {
  const month = el("dd", { class: "figure small", "data-figure": "saved_month" });
  const total = el("dd", { class: "figure small", "data-figure": "saved_total" });
  const element = el(
    "section",
    { class: "gauge-card" },
    el("h2", {}, say("savings_title")),
    el(
      "dl",
      { class: "three" },
      el("div", {}, el("dt", { class: "note-line" }, say("savings_month")), month),
      el("div", {}, el("dt", { class: "note-line" }, say("savings_total")), total),
    ),
    el("p", { class: "note-line" }, say("savings_why")),
  );
  return {
    element,
    write(saved) {
      setText(month, format.number(saved.month));
      setText(total, format.number(saved.total));
    },
  };
}

/** @returns {{element: HTMLElement, write(prices: Prices): void}} */
export function createPrices() {
  const list = el("ul", { class: "prices" });
  const write = createSlot(list, (/** @type {Prices} */ prices) =>
    KINDS.map((kind) => priceLine(kind, prices[kind])),
  );
  const element = el(
    "section",
    { class: "gauge-card", "data-part": "prices" },
    el("h2", {}, say("prices_title")),
    list,
    el("p", { class: "note-line" }, say("prices_rule")),
  );
  return { element, write };
}

/**
 * @param {Kind} kind
 * @param {number} price
 */
function priceLine(kind, price) {
  const what = el("p", {}, say(`kind_${kind}`));
  const opens = el("p", { class: "note-line" }, say(`prices_${kind}`));
  const cost = el("strong", { "data-price": kind }, count("price", price));
  return el("li", {}, icon(kind), el("div", {}, what, opens), cost);
}
