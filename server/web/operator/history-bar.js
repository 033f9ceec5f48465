/**
 * The filter of a customer's history; the address is the filter.
 *
 * @import { Desk } from "./desk.js"
 */

import { el } from "/ui/dom.js";
import { createSearch, createSelect } from "../parts/choice.js";
import { words } from "../words.js";

const { say } = words;
const ENTRIES = "50";
const ACTIONS = /** @type {const} */ ([
  "reveal",
  "export",
  "import",
  "grant",
  "reversal",
  "license",
  "cap",
  "prices",
  "hold",
  "release",
]);
const NAMES = ["q", "action", "from", "to"];

/** @param {Desk} desk */
export function createHistoryBar({ router }) {
  const search = createSearch(say("operator_history_find"), (q) =>
    router.change({ q }, { replace: true }),
  );
  const action = createSelect(
    say("history_action"),
    [
      { value: "", text: say("history_any_action") },
      ...ACTIONS.map((value) => ({ value, text: say(`action_${value}`) })),
    ],
    (value) => router.change({ action: value }),
  );
  const from = createDay("operator-from", say("operator_from"), (day) =>
    router.change({ from: day }),
  );
  const to = createDay("operator-to", say("operator_to"), (day) => router.change({ to: day }));
  const parts = [search.element, action.element, from.element, to.element];
  return {
    element: el("div", { class: "toolbar" }, ...parts),
    /** @param {URLSearchParams} query */
    write(query) {
      search.write(query.get("q") ?? "");
      action.write(/** @type {(typeof ACTIONS)[number]} */ (query.get("action") ?? ""));
      from.write(query.get("from") ?? "");
      to.write(query.get("to") ?? "");
    },
  };
}

/**
 * @param {string} id
 * @param {string} label
 * @param {(day: string) => void} onChange
 */
function createDay(id, label, onChange) {
  const input = el("input", { id, type: "date" });
  input.addEventListener("change", () => onChange(input.value));
  return {
    element: el("div", { class: "field inline" }, el("label", { for: id }, label), input),
    /** @param {string} day */
    write(day) {
      if (input.value !== day) input.value = day;
    },
  };
}

/**
 * @param {URLSearchParams} query  of the address
 * @param {number | null} before
 * @returns {URLSearchParams} of the call
 */
export function historyQuery(query, before) {
  const asked = new URLSearchParams({ limit: ENTRIES });
  for (const name of NAMES) {
    const value = query.get(name);
    if (value) asked.set(name, value);
  }
  if (before !== null) asked.set("before", String(before));
  return asked;
}
