/**
 * Taking a charge back (R27). What is given back, and where, the answer says: only the ledger knows
 * whether the credit month is still open at that moment.
 *
 * @import { ZoneFormat } from "/ui/format.js"
 * @import { Entry } from "../history/entries.js"
 * @import { Desk } from "./desk.js"
 */

import { createReason, reversedText } from "../history/reversal-reason.js";
import { field } from "../parts.js";
import { words } from "../words.js";
import { openConfirm } from "./confirm.js";

const { say, count } = words;
const NOTE_CHARS_MAX = "500";

/**
 * @param {Desk} desk
 * @param {string} path  of the customer's calls
 * @param {ZoneFormat} zone
 * @param {Entry} entry  a charge
 * @param {() => Promise<void>} refresh
 */
export function openReversing(desk, path, zone, entry, refresh) {
  const reason = createReason(entry, "operator_reverse_banned");
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
    lines: [reversedText(zone, entry), ...backTexts(entry)],
    fields: [reason.element, remark.element],
    action: say("reverse_go"),
    run,
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

/** @param {Entry} reversal */
function doneText({ granted }) {
  return granted ? count("operator_reversed_extra", granted) : say("reverse_done");
}
