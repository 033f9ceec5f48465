/**
 * A new user of a customer; another allotment for a known one.
 *
 * @import { Desk } from "./desk.js"
 * @import { OrgUser } from "./shapes.js"
 */

import { copyText } from "/ui/clipboard.js";
import { el, setText, show } from "/ui/dom.js";
import { createSelect } from "../parts/choice.js";
import { createDialog } from "../parts/dialog.js";
import { field, form, note, sentence } from "../parts.js";
import { words } from "../words.js";

const { say, format } = words;

/**
 * @param {Desk} desk
 * @param {string} path  of the customer's calls
 * @param {() => Promise<void>} refresh
 */
export function openNewUser(desk, path, refresh) {
  const fields = createNewUserFields();
  const content = form(say("operator_user_create"), fields.elements, async () => {
    const answer = await desk.call("POST", `${path}/users`, { body: fields.values() });
    if (!answer.ok) return answer.problem;
    const { name, invitation_url: url } = answer.value;
    if (url) content.replaceWith(createInvitation(name, url));
    else dialog.close();
    if (!url) desk.tell(say("operator_user_created", { name }));
    await refresh();
    return null;
  });
  const dialog = createDialog({ title: say("operator_user_new"), content: [content] });
  dialog.open();
  fields.focus();
}

function createNewUserFields() {
  const name = field(say("operator_name"), {
    name: "user-name",
    maxlength: "200",
    autocomplete: "off",
    dir: "auto",
  });
  const email = field(say("email"), { name: "user-email", type: "email", autocomplete: "off" });
  const role = createSelect(
    say("operator_role"),
    [
      { value: "rep", text: say("operator_role_rep") },
      { value: "admin", text: say("operator_role_admin") },
    ],
    () => {},
  );
  role.element.classList.remove("inline");
  const allotment = creditsField("user-allotment", say("operator_allotment"));
  const anchor = optional("user-anchor", say("operator_anchor"), "date");
  const password = optional("user-password", say("operator_password"), "password");
  const notes = [note(say("operator_anchor_note")), note(say("operator_password_note"))];
  const [anchorNote, passwordNote] = notes;
  return {
    elements: [
      name.element,
      email.element,
      role.element,
      allotment.element,
      el("div", { class: "stack" }, anchor.element, anchorNote),
      el("div", { class: "stack" }, password.element, passwordNote),
    ],
    values: () => ({
      name: name.input.value,
      email: email.input.value.trim(),
      role: role.select.value,
      license: {
        allotment: Number(allotment.input.value),
        ...(anchor.input.value ? { anchor: anchor.input.value } : {}),
      },
      ...(password.input.value ? { password: password.input.value } : {}),
    }),
    focus: () => name.input.focus(),
  };
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} [value]
 */
export function creditsField(name, label, value = "") {
  return field(label, {
    name,
    value,
    type: "number",
    min: "0",
    step: "1",
    inputmode: "numeric",
    autocomplete: "off",
  });
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} type
 */
function optional(name, label, type) {
  const made = field(label, { name, type, autocomplete: "new-password" });
  made.input.required = false;
  return made;
}

/**
 * Only the server's hash of the link stays.
 *
 * @param {string} name
 * @param {string} url
 */
function createInvitation(name, url) {
  const link = el("input", {
    type: "text",
    readonly: true,
    value: url,
    "aria-label": say("operator_invitation"),
    dir: "ltr",
  });
  const copy = el("button", { type: "button", class: "go" }, say("operator_copy"));
  const told = el("p", { class: "note-line", role: "status" });
  link.addEventListener("focus", () => link.select());
  copy.addEventListener("click", async () => {
    link.select();
    const copied = await copyText(url);
    setText(told, say(copied ? "copied" : "operator_copy_by_hand"));
  });
  const lead = sentence(say("operator_invitation_lead", { name }));
  const once = note(say("operator_invitation_once"));
  const buttons = el("div", { class: "buttons" }, copy);
  return el("div", { class: "stack" }, lead, link, once, buttons, told);
}

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
