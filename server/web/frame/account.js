/**
 * `/account`: who one is, the connected browsers, the password, the look.
 *
 * @import { App, OpenScreen } from "./screens.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { card, field, form, note, problemText, screenHead } from "../parts.js";
import { signOut } from "../session.js";
import { words } from "../words.js";
import { devicesCard } from "./devices.js";
import { themeChoice } from "./theme.js";

const { say } = words;

/** @type {OpenScreen} */
export function open(app) {
  const title = say("account_title");
  const out = el("button", { type: "button" }, say("sign_out_web"));
  out.addEventListener("click", async () => {
    out.disabled = true;
    const problem = await signOut();
    out.disabled = false;
    if (problem) app.tell(problemText(problem));
    else location.assign("/signin?ended=signed_out");
  });
  const devices = devicesCard(app);
  const element = el(
    "section",
    { class: "screen narrow" },
    screenHead(title, out),
    whoCard(app),
    devices.element,
    passwordCard(app),
    card(say("theme"), themeChoice()),
    moreCard(app),
  );
  return { title, element, leave: devices.leave };
}

/** @param {App} app */
function whoCard({ me: { user, org } }) {
  const facts = [
    [say("who_name"), user.name],
    [say("email"), user.email],
    [say("who_role"), user.role === "admin" ? say("role_admin") : say("role_rep")],
    [say("who_org"), org.name],
    [say("who_zone"), org.time_zone],
  ];
  const lines = facts.flatMap(([name = "", value = ""]) => [
    el("dt", {}, name),
    el("dd", {}, el("bdi", {}, value)),
  ]);
  return card(say("who_title"), el("dl", { class: "facts" }, ...lines));
}

/** @param {App} app */
function passwordCard({ call }) {
  const old = passwordField("old", say("password_old"), "current-password");
  const wanted = passwordField("new", say("password_new"), "new-password");
  const done = el("p", { role: "status" });
  const submit = async () => {
    show(done, false);
    const body = { old: old.input.value, new: wanted.input.value };
    const answer = await call("POST", "/api/v1/me/password", { body });
    if (!answer.ok) return answer.problem;
    old.input.value = "";
    wanted.input.value = "";
    setText(done, say("password_done"));
    show(done, true);
    return null;
  };
  show(done, false);
  const fields = [old.element, wanted.element];
  return card(say("password_title"), form(say("password_save"), fields, submit), done);
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} autocomplete
 */
function passwordField(name, label, autocomplete) {
  return field(label, { name: `password_${name}`, type: "password", autocomplete });
}

/**
 * @param {App} app  only `server demo` has the demo site
 */
function moreCard({ me }) {
  const docs = el("li", {}, el("a", { href: "/docs" }, say("docs")), note(say("docs_note")));
  const demo = el("li", {}, el("a", { href: "/demo/" }, say("demo")), note(say("demo_note")));
  return card(say("more"), el("ul", { class: "links" }, docs, me.demo ? demo : null));
}
