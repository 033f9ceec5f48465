/**
 * Another allotment for a known user.
 *
 * @import { Desk } from "./desk.js"
 * @import { OrgUser } from "./shapes.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { createDialog } from "../parts/dialog.js";
import { form, sentence } from "../parts.js";
import { words } from "../words.js";
import { creditsField } from "./credits-field.js";

const { say, format } = words;

/**
 * Higher at once, lower from the next month (R15).
 *
 * @param {Desk} desk
 * @param {OrgUser} user
 * @param {() => Promise<void>} refresh
 */
export function openLicense(desk, user, refresh) {
  const { allotment: running, last_day: lastDay } = user.battery.license;
  const allotment = creditsField(
    "license-allotment",
    say("operator_allotment"),
    String(user.license.allotment),
  );
  const effect = el("p", { class: "note-line", "aria-live": "polite" });
  const path = `/users/${encodeURIComponent(user.id)}/license`;

  function foresee() {
    const asked = Number(allotment.input.value);
    const day = format.longDay(lastDay);
    const key = asked > running ? "operator_license_higher" : "operator_license_lower";
    show(effect, asked !== running);
    setText(effect, say(key, { credits: format.number(asked - running), day }));
  }

  const fields = [sentence(say("operator_license_now", nowOf(user))), allotment.element, effect];
  const content = form(say("save"), fields, async () => {
    const body = { allotment: Number(allotment.input.value) };
    const answer = await desk.call("PUT", path, { body });
    if (!answer.ok) return answer.problem;
    dialog.close();
    desk.tell(say("operator_saved"));
    await refresh();
    return null;
  });
  const dialog = createDialog({ title: say("operator_license_change"), content: [content] });
  allotment.input.addEventListener("input", foresee);
  foresee();
  dialog.open();
  allotment.input.select();
}

/** @param {OrgUser} user */
function nowOf({ name, battery: { license } }) {
  return {
    name,
    credits: format.number(license.allotment),
    left: format.number(license.remaining),
  };
}
