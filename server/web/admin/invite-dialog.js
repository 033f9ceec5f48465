/**
 * Inviting somebody; for an address that the org knows it is a new password instead.
 *
 * @import { App } from "../frame/screens.js"
 * @import { AdminUser } from "./members.js"
 * @import { Team } from "./team.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { createSelect } from "../parts/choice.js";
import { createDialog } from "../parts/dialog.js";
import { field, form, note } from "../parts.js";
import { words } from "../words.js";
import { createCapField } from "./cap-field.js";
import { createLinkView } from "./link-view.js";
import { ROLES } from "./members.js";

const { say } = words;
const NAME_CHARS_MAX = 200;

/**
 * @param {App} app
 * @param {Team} team
 */
export function openInvite(app, team) {
  const fields = createFields(team);
  const body = el("div", { class: "stack" });
  const ask = form(say("admin_invite_go"), fields.elements, async () => {
    const asked = fields.read();
    const answer = await app.call("POST", "/api/v1/admin/invitations", { body: asked });
    if (!answer.ok) return answer.problem;
    body.replaceChildren(createLinkView(answer.value, asked.name ?? asked.email));
    body.querySelector("input")?.focus();
    return null;
  });
  body.append(ask);
  createDialog({ title: say("admin_invite_title"), content: [body] }).open();
}

/**
 * A new link for somebody who is there: the invitation again, or a new password.
 *
 * @param {App} app
 * @param {AdminUser} user
 */
export function openNewLink(app, user) {
  const body = el("div", { class: "stack" });
  const ask = form(say("admin_link_make"), [], async () => {
    const asked = { email: user.email };
    const answer = await app.call("POST", "/api/v1/admin/invitations", { body: asked });
    if (!answer.ok) return answer.problem;
    body.replaceChildren(createLinkView(answer.value, user.name));
    body.querySelector("input")?.focus();
    return null;
  });
  const why = user.invited ? "admin_link_again_why" : "admin_link_reset_why";
  body.append(el("p", {}, say(why, { name: user.name })), ask);
  const title = say(user.invited ? "admin_link_again" : "admin_link_reset");
  createDialog({ title, content: [body] }).open();
}

/** @param {Team} team */
function createFields(team) {
  const email = field(say("email"), { name: "invite-email", type: "email", autocomplete: "off" });
  const name = field(say("admin_name"), {
    name: "invite-name",
    autocomplete: "off",
    maxlength: String(NAME_CHARS_MAX),
    dir: "auto",
  });
  name.input.required = false;
  const known = el("p", { class: "known", role: "status" });
  let chosen = "rep";
  const role = createSelect(
    say("admin_role"),
    ROLES.map((value) => ({ value, text: say(`admin_role_${value}`) })),
    (value) => {
      chosen = value;
    },
  );
  const cap = createCapField(null);
  const news = [name.element, role.element, cap.element, note(say("admin_invite_license"))];
  const forNew = el("fieldset", { class: "stack" }, ...news);

  email.input.addEventListener("input", () => {
    const user = userAt(team, email.input.value);
    setText(known, user ? say("admin_invite_known", { name: user.name }) : "");
    show(forNew, !user);
    // A required field that nobody sees would keep the form from being sent.
    forNew.disabled = user !== undefined;
  });
  return {
    elements: [email.element, known, forNew],
    /** @returns {{email: string, name?: string, role?: string, extra_cap?: number | null}} */
    read() {
      const address = email.input.value.trim();
      if (userAt(team, address)) return { email: address };
      const called = name.input.value.trim();
      const about = called ? { name: called } : {};
      return { email: address, ...about, role: chosen, extra_cap: cap.read() };
    },
  };
}

/**
 * @param {Team} team
 * @param {string} email
 */
function userAt(team, email) {
  const sought = email.trim().toLowerCase();
  return [...team.now().users.values()].find((user) => user.email === sought);
}
