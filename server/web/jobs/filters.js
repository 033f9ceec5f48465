/**
 * Which exports and imports are listed; the address says it too.
 *
 * @import { Filter } from "./listing.js"
 */

import { el, show } from "/ui/dom.js";
import { createChoices, createSelect } from "../parts/choice.js";
import { words } from "../words.js";
import { ACTIONS, STATUSES } from "./listing.js";

const { say } = words;

/**
 * @param {boolean} isAdmin  who has others' too
 * @param {(query: Record<string, string>) => void} change  of the address
 * @returns {{element: HTMLElement, write(filter: Filter): void}}
 */
export function createFilters(isAdmin, change) {
  const who = createChoices(
    say("jobs_who"),
    [
      { value: "", text: say("jobs_who_all") },
      { value: "me", text: say("jobs_who_me") },
    ],
    (value) => change({ who: value }),
    "segments",
  );
  const action = createSelect(
    say("jobs_action"),
    [
      { value: "", text: say("jobs_action_all") },
      ...ACTIONS.map((value) => ({ value, text: say(`jobs_action_${value}`) })),
    ],
    (value) => change({ action: value }),
  );
  const status = createSelect(
    say("jobs_status"),
    [
      { value: "", text: say("jobs_status_all") },
      ...STATUSES.map((value) => ({ value, text: say(`jobs_status_${value}`) })),
    ],
    (value) => change({ status: value }),
  );
  show(who.element, isAdmin);
  return {
    element: el("div", { class: "toolbar" }, who.element, action.element, status.element),
    write(filter) {
      who.write(filter.user === null ? "" : "me");
      action.write(filter.action ?? "");
      status.write(filter.status ?? "");
    },
  };
}
