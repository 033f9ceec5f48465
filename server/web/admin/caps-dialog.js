/**
 * The same cap for everybody who was ticked, in one go: all or none (R17).
 *
 * @import { App } from "../frame/screens.js"
 * @import { AdminUser } from "./members.js"
 * @import { Team } from "./team.js"
 */

import { el } from "/ui/dom.js";
import { createDialog } from "../parts/dialog.js";
import { form, note } from "../parts.js";
import { words } from "../words.js";
import { createCapField } from "./cap-field.js";

const { say, count } = words;
const NAMED_MAX = 5;

/**
 * @param {App} app
 * @param {Team} team
 * @param {readonly AdminUser[]} users  at least one
 * @param {() => void} done  they have it
 */
export function openCaps(app, team, users, done) {
  const cap = createCapField(commonCap(users));
  const ask = form(count("admin_cap_save", users.length), [cap.element], async () => {
    const body = { users: users.map(({ id }) => id), extra_cap: cap.read() };
    const answer = await app.call("PATCH", "/api/v1/admin/users", { body });
    if (!answer.ok) return answer.problem;
    team.take(answer.value.users);
    dialog.close();
    app.tell(count("admin_cap_saved", users.length));
    done();
    return null;
  });
  const who = el("p", { dir: "auto" }, namesText(users));
  const dialog = createDialog({
    title: count("admin_cap_title", users.length),
    content: [who, note(say("admin_cap_rule")), ask],
  });
  dialog.open();
}

/** @param {readonly AdminUser[]} users */
function commonCap([first, ...rest]) {
  const cap = first?.extra_cap ?? null;
  return rest.every(({ extra_cap }) => extra_cap === cap) ? cap : null;
}

/** @param {readonly AdminUser[]} users */
function namesText(users) {
  const named = users.slice(0, NAMED_MAX).map(({ name }) => name);
  const others = users.length - named.length;
  const texts = others > 0 ? [...named, count("admin_others", others)] : named;
  return new Intl.ListFormat(words.language).format(texts);
}
