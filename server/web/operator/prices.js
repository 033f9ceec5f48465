/**
 * `/operator/orgs/:org/prices`: what the customer pays, the deployment's prices or its own.
 *
 * @import { Kind, Prices } from "../../../extension/protocol.js"
 * @import { Place, Screen } from "../frame/screens.js"
 * @import { Desk } from "./desk.js"
 * @import { Org } from "./shapes.js"
 */

import { el } from "/ui/dom.js";
import { form, note } from "../parts.js";
import { words } from "../words.js";
import { creditsField } from "./credits-field.js";
import { openOrgPage, orgPath } from "./org-page.js";

const { say } = words;
/** @type {readonly Kind[]} */
const KINDS = ["email", "phone", "personality"];

/**
 * @param {Desk} desk
 * @param {Place} place
 * @returns {Promise<Screen>}
 */
export function open(desk, place) {
  return openOrgPage(desk, place, "prices", (refresh) => {
    const prices = createPrices(desk, orgPath(place), refresh);
    return { element: el("div", { class: "pad" }, prices.element), write: prices.write };
  });
}

/**
 * @param {Desk} desk
 * @param {string} path
 * @param {() => Promise<void>} refresh
 */
function createPrices(desk, path, refresh) {
  const choice = createChoice(enable);
  const fields = KINDS.map((kind) => ({
    kind,
    ...creditsField(`price-${kind}`, say(`kind_${kind}`)),
  }));
  /** @type {Prices | null} */
  let deployment = null;

  function enable() {
    const own = choice.isOwn();
    for (const { kind, input } of fields) {
      input.disabled = !own;
      if (!own && deployment) input.value = String(deployment[kind]);
    }
  }

  function entered() {
    return Object.fromEntries(fields.map(({ kind, input }) => [kind, Number(input.value)]));
  }

  const inputs = el("div", { class: "operator-prices" }, ...fields.map(({ element }) => element));
  const parts = [choice.element, inputs, note(say("operator_prices_when"))];
  const element = form(say("operator_prices_save"), parts, async () => {
    const body = { prices: choice.isOwn() ? entered() : null };
    const answer = await desk.call("PUT", `${path}/prices`, { body });
    if (!answer.ok) return answer.problem;
    desk.tell(say("operator_prices_saved"));
    await refresh();
    return null;
  });

  return {
    element,
    /** @param {Org} org */
    async write(org) {
      choice.write(org.own_prices);
      for (const { kind, input } of fields) input.value = String(org.prices[kind]);
      deployment = org.own_prices ? null : org.prices;
      enable();
      const answer = await desk.call("GET", "/orgs");
      if (!answer.ok) return;
      deployment = answer.value.prices;
      enable();
    },
  };
}

/** @param {() => void} onChange */
function createChoice(onChange) {
  const common = el("input", { type: "radio", name: "prices-of", value: "common" });
  const own = el("input", { type: "radio", name: "prices-of", value: "own" });
  for (const input of [common, own]) input.addEventListener("change", onChange);
  return {
    element: el(
      "fieldset",
      { class: "operator-choice" },
      el("legend", { class: "unseen" }, say("operator_tab_prices")),
      el("label", {}, common, say("operator_prices_common")),
      el("label", {}, own, say("operator_prices_own")),
    ),
    isOwn: () => own.checked,
    /** @param {boolean} isOwn */
    write(isOwn) {
      own.checked = isOwn;
      common.checked = !isOwn;
    },
  };
}
