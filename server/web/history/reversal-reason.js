/**
 * Which charge is to be taken back, and why (R27): the same for admins and operators.
 *
 * @import { ZoneFormat } from "/ui/format.js"
 * @import { Kind } from "../../../extension/protocol.js"
 * @import { Entry } from "./entries.js"
 */

import { el, setText } from "/ui/dom.js";
import { createSelect } from "../parts/choice.js";
import { words } from "../words.js";
import { kindKey, whenText } from "./lines.js";

const { say, count } = words;
const REASONS = /** @type {const} */ (["bounced", "wrong_number", "mistake", "goodwill"]);
const BANNING = ["bounced", "wrong_number"];
/** @type {Partial<Record<Reason, Kind>>} */
const OF_KIND = { bounced: "email", wrong_number: "phone" };

/**
 * @typedef {(typeof REASONS)[number]} Reason
 */

/**
 * @param {ZoneFormat} zone
 * @param {Entry} entry  a charge
 * @returns {string}
 */
export function reversedText(zone, entry) {
  return say("reverse_what", {
    kind: entry.kind ? say(kindKey(entry.kind)) : "",
    subject: entry.subject?.name ?? "",
    user: entry.user?.name ?? "",
    when: whenText(words, zone, entry.at, Date.now()),
    credits: count("price", entry.credits),
  });
}

/**
 * @param {Entry} entry
 * @param {"reverse_banned" | "operator_reverse_banned"} banned  what follows from a reason after
 *   which the value is never sold to the org again
 */
export function createReason(entry, banned) {
  const offered = REASONS.filter((reason) => (OF_KIND[reason] ?? entry.kind) === entry.kind);
  /** @type {Reason} */
  let chosen = offered[0] ?? "mistake";
  const hint = el("p", { class: "note-line", "aria-live": "polite" });
  const { element, select } = createSelect(
    say("reverse_reason"),
    offered.map((value) => ({ value, text: say(`reason_${value}`) })),
    (/** @type {Reason} */ value) => choose(value),
  );

  /** @param {Reason} reason */
  function choose(reason) {
    chosen = reason;
    setText(hint, say(BANNING.includes(reason) ? banned : "reverse_again"));
  }

  choose(chosen);
  return { element: el("div", { class: "stack" }, element, hint), select, chosen: () => chosen };
}
