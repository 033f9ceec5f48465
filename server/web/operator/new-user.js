/**
 * A new user of a customer.
 *
 * @import { Desk } from "./desk.js"
 */

import { el } from "/ui/dom.js";
import { createSelect } from "../parts/choice.js";
import { createDialog } from "../parts/dialog.js";
import { field, form, note } from "../parts.js";
import { words } from "../words.js";
import { creditsField } from "./credits-field.js";
import { createInvitation } from "./invitation.js";

const { say } = words;

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
    if (url) {
      const link = createInvitation(say("operator_invitation_lead", { name }), url);
      content.replaceWith(link.element);
      link.focus();
    } else {
      dialog.close();
      desk.tell(say("operator_user_created", { name }));
    }
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
 * @param {string} type
 */
function optional(name, label, type) {
  const made = field(label, { name, type, autocomplete: "new-password" });
  made.input.required = false;
  return made;
}
