/**
 * What an admin may change of one user: role and cap together, access, a new link.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { AdminUser } from "./members.js"
 * @import { Team } from "./team.js"
 */

import { el } from "/ui/dom.js";
import { createSelect } from "../parts/choice.js";
import { createDialog } from "../parts/dialog.js";
import { form, note } from "../parts.js";
import { words } from "../words.js";
import { createCapField } from "./cap-field.js";
import { openNewLink } from "./invite-dialog.js";
import { ROLES } from "./members.js";

const { say } = words;

/**
 * @param {App} app
 * @param {Team} team
 * @param {AdminUser} user
 */
export function openManage(app, team, user) {
  const { id, name } = user;
  const link = el("button", { type: "button" }, say(linkKey(user)));
  const access = el(
    "button",
    { type: "button" },
    say(user.active ? "admin_deactivate" : "admin_activate"),
  );
  const others = user.active ? [link, access] : [access];
  const dialog = createDialog({
    title: say("admin_manage_title", { name }),
    content: [
      el("p", { class: "note-line", dir: "auto" }, user.email),
      createSettings(app, team, user, () => dialog.close()),
      el("h3", {}, say("admin_access")),
      el("div", { class: "buttons" }, ...others),
    ],
  });
  link.addEventListener("click", () => {
    dialog.close();
    openNewLink(app, team.now().users.get(id) ?? user);
  });
  access.addEventListener("click", () => {
    dialog.close();
    openAccess(app, team, user);
  });
  dialog.open();
}

/** @param {AdminUser} user */
function linkKey({ invited }) {
  return invited ? "admin_link_again" : "admin_link_reset";
}

/**
 * @param {App} app
 * @param {Team} team
 * @param {AdminUser} user
 * @param {() => void} close
 */
function createSettings(app, team, user, close) {
  let chosen = user.role;
  const role = createSelect(
    say("admin_role"),
    ROLES.map((value) => ({ value, text: say(`admin_role_${value}`) })),
    (value) => {
      chosen = value;
    },
  );
  role.write(user.role);
  const cap = createCapField(user.extra_cap);
  const mine = user.id === app.me.user.id ? [note(say("admin_self"))] : [];
  const fields = [role.element, ...mine, cap.element, note(say("admin_cap_rule"))];
  return form(say("save"), fields, async () => {
    const body = patchOf(user, chosen, cap.read());
    const problem = Object.keys(body).length > 0 ? await save(app, team, user, body) : null;
    if (!problem) close();
    return problem;
  });
}

/**
 * @param {AdminUser} user
 * @param {AdminUser["role"]} role
 * @param {number | null} cap
 * @returns {{role?: string, extra_cap?: number | null}} what is to be another than it is
 */
function patchOf(user, role, cap) {
  return {
    ...(role === user.role ? {} : { role }),
    ...(cap === user.extra_cap ? {} : { extra_cap: cap }),
  };
}

/**
 * @param {App} app
 * @param {Team} team
 * @param {AdminUser} user
 * @param {{role?: string, extra_cap?: number | null, active?: boolean}} body
 * @returns {Promise<Problem | null>}
 */
async function save(app, team, user, body) {
  const answer = await app.call("PATCH", `/api/v1/admin/users/${user.id}`, { body });
  if (!answer.ok) return answer.problem;
  team.take([answer.value]);
  // Who is no admin any more has nothing to look for here.
  if (user.id === app.me.user.id && body.role === "rep") location.assign("/");
  app.tell(say(toldKey(body.active), { name: user.name }));
  return null;
}

/** @param {boolean | undefined} active */
function toldKey(active) {
  if (active === undefined) return "admin_saved";
  return active ? "admin_activate_done" : "admin_deactivate_done";
}

/**
 * Says what deactivating or activating somebody does, and does it (R15).
 *
 * @param {App} app
 * @param {Team} team
 * @param {AdminUser} user
 */
function openAccess(app, team, user) {
  const { name, active } = user;
  const what = active ? "deactivate" : "activate";
  const ask = form(say(`admin_${what}_go`, { name }), [], async () => {
    const problem = await save(app, team, user, { active: !active });
    if (!problem) dialog.close();
    return problem;
  });
  const effects = active
    ? [say("admin_deactivate_out"), say("admin_deactivate_jobs"), say("admin_deactivate_stays")]
    : [say("admin_activate_in"), say("admin_activate_month")];
  const list = el("ul", { class: "effects" }, ...effects.map((text) => el("li", {}, text)));
  const mine = user.id === app.me.user.id ? [note(say("admin_self"))] : [];
  const dialog = createDialog({
    title: say(`admin_${what}_title`, { name }),
    content: [list, ...mine, ask],
  });
  dialog.open();
}
