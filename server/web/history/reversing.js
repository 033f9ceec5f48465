/**
 * Taking a charge back, where the deployment lets admins do it (R27): what comes back and where is
 * told before it happens.
 *
 * @import { ZoneFormat } from "/ui/format.js"
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { Me } from "../session.js"
 * @import { Entry } from "./entries.js"
 * @import { Reason } from "./reversal-reason.js"
 */

import { el, setText } from "/ui/dom.js";
import { createDialog } from "../parts/dialog.js";
import { form, note, problemText, sentence } from "../parts.js";
import { words } from "../words.js";
import { givenBack, returnText } from "./given-back.js";
import { isCharge } from "./lines.js";
import { createReason, reversedText } from "./reversal-reason.js";

const { say, format } = words;
const DAY_MS = 86_400_000;
const NOTE_CHARS_MAX = "500";

/**
 * Opens the dialog.
 *
 * @param {App} app
 * @param {ZoneFormat} zone  the org's
 * @param {Entry} entry  a charge
 */
export function openReversing(app, zone, entry) {
  const reason = createReason(entry, "reverse_banned");
  const remark = createRemark();
  const back = createForecast(app, zone, entry);
  const content = form(say("reverse_go"), [reason.element, remark.element], async () => {
    const problem = await send(app, entry, reason.chosen(), remark.text());
    if (problem) return problem;
    dialog.close();
    app.tell(say("reverse_done"));
    return null;
  });
  const dialog = createDialog({
    title: say("reverse_title"),
    content: [
      el("div", { class: "stack" }, sentence(reversedText(zone, entry)), back.element, content),
    ],
    close: back.leave,
  });
  dialog.open();
  reason.select.focus();
}

function createRemark() {
  const id = "reversal-note";
  const area = el("textarea", { id, maxlength: NOTE_CHARS_MAX, dir: "auto" });
  const label = el("label", { for: id }, say("reverse_note"));
  return {
    element: el("div", { class: "field" }, label, area),
    text: () => area.value.trim(),
  };
}

/**
 * What will come back, and what of the month's allowance it takes.
 *
 * @param {App} app
 * @param {ZoneFormat} zone
 * @param {Entry} entry
 */
function createForecast(app, zone, entry) {
  const back = sentence(say("loading"));
  const left = note("");
  let over = false;

  async function load() {
    const [battery, me] = await Promise.all([
      app.call("GET", `/api/v1/admin/users/${entry.user?.id}/battery`),
      app.call("GET", "/api/v1/me"),
    ]);
    if (over) return;
    if (!battery.ok) return setText(back, problemText(battery.problem));
    const given = givenBack(entry, zone.date(entry.at), battery.value.license.starts_on);
    setText(back, returnText(words, given, entry.user?.name ?? ""));
    if (me.ok) setText(left, allowanceText(me.value, given.credits));
  }

  load();
  return {
    element: el("div", { class: "stack", "aria-live": "polite" }, back, left),
    leave() {
      over = true;
    },
  };
}

/**
 * @param {Me} me
 * @param {number} credits  that come back
 */
function allowanceText({ admin_reversals: allowed }, credits) {
  const left = allowed.credits_left ?? allowed.credits;
  const fillings = { left: format.number(left), all: format.number(allowed.credits) };
  return say(left < credits ? "reverse_short" : "reverse_left", fillings);
}

/**
 * @param {App} app
 * @param {Entry} entry
 * @param {Reason} reason
 * @param {string} remark
 * @returns {Promise<Problem | null>}
 */
async function send({ call, unanswered }, { seq }, reason, remark) {
  const body = { seq, reason, ...(remark ? { note: remark } : {}) };
  const answer = await unanswered.ask(`reversal ${JSON.stringify(body)}`, (key) =>
    call("POST", "/api/v1/admin/reversals", { body, key }),
  );
  return answer.ok ? null : answer.problem;
}

/**
 * @param {Me} me
 * @returns {((entry: Entry) => boolean) | null} null: this user may take nothing back
 */
export function reversalRule({ user, admin_reversals: { days, credits } }) {
  if (user.role !== "admin" || days === 0 || credits === 0) return null;
  return ({ action, reversed_by, at }) =>
    isCharge(action) && reversed_by === null && Date.parse(at) > Date.now() - days * DAY_MS;
}
