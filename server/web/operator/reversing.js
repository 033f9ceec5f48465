/**
 * Taking a charge back (R27). What is given back, and where, the answer says: only the ledger knows
 * whether the credit month is still open at that moment.
 *
 * @import { ZoneFormat } from "/ui/format.js"
 * @import { Entry } from "../history/entries.js"
 * @import { Desk } from "./desk.js"
 */

import { el, setText } from "/ui/dom.js";
import { kindKey, whenText } from "../history/lines.js";
import { createSelect } from "../parts/choice.js";
import { field } from "../parts.js";
import { words } from "../words.js";
import { openConfirm } from "./confirm.js";

const { say, count } = words;
const REASONS = /** @type {const} */ (["bounced", "wrong_number", "mistake", "goodwill"]);
const BANNING = ["bounced", "wrong_number"];
/** @type {Record<string, string>} */
const OF_KIND = { bounced: "email", wrong_number: "phone" };
const NOTE_CHARS_MAX = "500";

/**
 * @param {Desk} desk
 * @param {string} path  of the customer's calls
 * @param {ZoneFormat} zone
 * @param {Entry} entry  a charge
 * @param {() => Promise<void>} refresh
 */
export function openReversing(desk, path, zone, entry, refresh) {
  const reason = createReason(entry);
  const remark = field(say("reverse_note"), {
    name: "reversal-note",
    maxlength: NOTE_CHARS_MAX,
    autocomplete: "off",
    dir: "auto",
  });
  remark.input.required = false;

  async function run() {
    const text = remark.input.value.trim();
    const body = { seq: entry.seq, reason: reason.chosen(), ...(text ? { note: text } : {}) };
    const answer = await desk.unanswered.ask(`${path} reversal ${JSON.stringify(body)}`, (key) =>
      desk.call("POST", `${path}/reversals`, { body, key }),
    );
    if (!answer.ok) return answer.problem;
    desk.tell(doneText(answer.value));
    await refresh();
    return null;
  }

  openConfirm({
    title: say("reverse_title"),
    lines: [whatText(zone, entry), ...backTexts(entry)],
    fields: [reason.element, remark.element],
    action: say("reverse_go"),
    run,
  });
}

/**
 * @param {ZoneFormat} zone
 * @param {Entry} entry
 */
function whatText(zone, entry) {
  return say("reverse_what", {
    kind: entry.kind ? say(kindKey(entry.kind)) : "",
    subject: entry.subject?.name ?? "",
    user: entry.user?.name ?? "",
    when: whenText(words, zone, entry.at, Date.now()),
    credits: count("price", entry.credits),
  });
}

/** @param {Entry} entry */
function backTexts({ from_license: license, from_extra: extra, user }) {
  const name = user?.name ?? "";
  return [
    license > 0 ? count("operator_reverse_license", license, { name }) : "",
    extra > 0 ? count("reverse_to_extra", extra) : "",
  ].filter(Boolean);
}

/** @param {Entry} entry */
function createReason(entry) {
  const offered = REASONS.filter((reason) => (OF_KIND[reason] ?? entry.kind) === entry.kind);
  const hint = el("p", { class: "note-line", "aria-live": "polite" });
  const choice = createSelect(
    say("reverse_reason"),
    offered.map((value) => ({ value, text: say(`reason_${value}`) })),
    foresee,
  );

  /** @param {string} reason */
  function foresee(reason) {
    setText(hint, say(BANNING.includes(reason) ? "operator_reverse_banned" : "reverse_again"));
  }

  foresee(offered[0] ?? "mistake");
  return {
    element: el("div", { class: "stack" }, choice.element, hint),
    chosen: () => choice.select.value,
  };
}

/** @param {Entry} reversal */
function doneText({ granted }) {
  return granted ? count("operator_reversed_extra", granted) : say("reverse_done");
}
