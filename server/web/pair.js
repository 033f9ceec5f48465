/**
 * `/pair?code=…`: the user compares the code with the extension's and approves.
 *
 * @import { Me } from "./session.js"
 */

import { el } from "/ui/dom.js";
import { field, form, note, pageCard, problemText, sentence, showPage } from "./parts.js";
import { belongTo, callAsOwner, goToSignIn, whoAmI } from "./session.js";
import { words } from "./words.js";

const { say } = words;
const code = new URLSearchParams(location.search).get("code");

/** @param {string} pairing */
function pathOf(pairing) {
  return `/api/v1/pairings/${encodeURIComponent(pairing)}`;
}

async function start() {
  const who = await whoAmI();
  if ("me" in who) await ask(who.me);
  else if ("signedOut" in who) goToSignIn();
  else showPage(null, pageCard(say("pair_title"), sentence(say("server_away"))));
}

/** @param {Me} me */
async function ask(me) {
  belongTo(me.user.id);
  if (!code) return showPage(me, codeCard());
  const answer = await callAsOwner("GET", pathOf(code));
  if (answer.ok) return showPage(me, approvalCard(me, code, answer.value.client));
  const gone = answer.problem.status === 404 || answer.problem.status === 410;
  return end(me, gone ? say("pair_expired") : problemText(answer.problem));
}

function codeCard() {
  const typed = field(say("pair_code"), { name: "code", autocomplete: "off", spellcheck: "false" });
  const submit = async () => {
    location.assign(`/pair?code=${encodeURIComponent(typed.input.value.trim())}`);
    return null;
  };
  return pageCard(
    say("pair_title"),
    note(say("pair_ask")),
    form(say("pair_go"), [typed.element], submit),
  );
}

/**
 * @param {Me} me
 * @param {string} pairing
 * @param {string} client
 */
function approvalCard(me, pairing, client) {
  const approve = el("button", { type: "button", class: "go" }, say("approve"));
  const refuse = el("button", { type: "button" }, say("not_me"));
  approve.addEventListener("click", async () => {
    approve.disabled = true;
    const answer = await callAsOwner("POST", `${pathOf(pairing)}/approve`);
    end(me, answer.ok ? say("pair_done") : problemText(answer.problem));
  });
  refuse.addEventListener("click", () => end(me, say("pair_refused")));
  return pageCard(
    say("pair_title"),
    sentence(say("pair_lead")),
    el("p", { class: "code", dir: "ltr" }, pairing),
    sentence(say("pair_who", { client, name: me.user.name, org: me.org.name })),
    note(say("pair_why")),
    el("div", { class: "buttons" }, approve, refuse),
  );
}

/**
 * @param {Me} me
 * @param {string} text
 */
function end(me, text) {
  const home = el("a", { href: "/", class: "button" }, say("back_home"));
  const said = el("p", { role: "status" }, text);
  showPage(me, pageCard(say("pair_title"), said, el("div", { class: "buttons" }, home)));
}

start();
