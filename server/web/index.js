/**
 * `/`: one's own battery and the browsers connected to it; signed out, the way in.
 *
 * @import { Me } from "./session.js"
 */

import { el, show } from "/ui/dom.js";
import { batteryCard } from "./battery.js";
import { devicesCard } from "./devices.js";
import { card, note, sentence, showPage } from "./parts.js";
import { whoAmI } from "./session.js";
import { signInForm } from "./signin-form.js";
import { words } from "./words.js";

const { say } = words;

async function start() {
  const who = await whoAmI();
  if ("me" in who) showHome(who.me);
  else if ("signedOut" in who) showPage(null, signInForm(start));
  else showPage(null, card(say("extension_name"), sentence(say("server_away"))));
}

/** @param {Me} me */
function showHome(me) {
  showPage(me, batteryCard(me.org, start), devicesCard(), moreCard());
}

function moreCard() {
  const demo = el(
    "li",
    { hidden: true },
    el("a", { href: "/demo/" }, say("demo")),
    note(say("demo_note")),
  );
  showIfServed(demo, "/demo/");
  return card(
    say("more"),
    el(
      "ul",
      { class: "links" },
      el("li", {}, el("a", { href: "/docs" }, say("docs")), note(say("docs_note"))),
      demo,
    ),
  );
}

/**
 * Only `server demo` has the demo site.
 *
 * @param {HTMLElement} element
 * @param {string} path
 */
async function showIfServed(element, path) {
  const { ok } = await fetch(path, { method: "HEAD" });
  show(element, ok);
}

start();
