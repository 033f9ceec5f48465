/**
 * The signed-in web app: one document, one socket, a screen for each address.
 *
 * @import { App } from "./frame/screens.js"
 * @import { Me } from "./session.js"
 */

import { el } from "/ui/dom.js";
import { ignoreRepeats } from "/ui/spending.js";
import { createUnanswered } from "/ui/unanswered.js";
import { createAsking } from "./admin/asking.js";
import { createFrame } from "./frame/frame.js";
import { watchIdentity } from "./frame/identity.js";
import { createLive } from "./frame/live.js";
import { openScreen } from "./frame/opening.js";
import { createRouter, matchOf } from "./frame/router.js";
import { ROUTES } from "./frame/routes.js";
import { pageCard, sentence, showPage } from "./parts.js";
import { belongTo, createSessionCall, goToSignIn, whoAmI } from "./session.js";
import { browserStore } from "./store.js";
import { words } from "./words.js";

const { say } = words;
/** Close code of the socket. */
const DEACTIVATED = 4503;
const call = createSessionCall(() => signedOut());

async function start() {
  const who = await whoAmI();
  if ("me" in who) open(who.me);
  else if ("signedOut" in who) stranger();
  else showPage(null, pageCard(say("extension_name"), sentence(say("server_away"))));
}

/** Nobody signs in only to learn that an address leads nowhere. */
function stranger() {
  if (matchOf(ROUTES, location.pathname)) return goToSignIn();
  const home = el("a", { href: "/", class: "button" }, say("back_home"));
  const buttons = el("div", { class: "buttons" }, home);
  showPage(null, pageCard(say("unknown_title"), sentence(say("unknown_more")), buttons));
}

/** @param {number} [code] of the socket's close (`api.md`) */
function signedOut(code) {
  goToSignIn(code === DEACTIVATED ? "deactivated" : "signed_out");
}

/** @param {Me} me */
function open(me) {
  belongTo(me.user.id);
  const live = createLive(signedOut, browserStore(localStorage, me.user.id));
  /** @type {App} */
  const app = {
    me,
    live,
    call,
    unanswered: createUnanswered({
      store: browserStore(localStorage, me.user.id),
      now: Date.now,
      newKey: () => crypto.randomUUID(),
    }),
    asking:
      me.user.role === "admin"
        ? createAsking({ call, listen: live.listen, online: () => live.now().link === "live" })
        : null,
    router: createRouter(ROUTES, (match, place) => openScreen(app, match, place)),
    tell: (text) => frame.tell(text),
  };
  const frame = createFrame(app);
  watchIdentity(app);
  document.addEventListener("keydown", ignoreRepeats, { capture: true });
  app.router.start(frame);
}

start();
