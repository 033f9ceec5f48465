/**
 * The signed-in web app: one document, one socket, a screen for each address.
 *
 * @import { App } from "./frame/screens.js"
 * @import { Me } from "./session.js"
 */

import { createUnanswered } from "/ui/unanswered.js";
import { createFrame } from "./frame/frame.js";
import { createLive } from "./frame/live.js";
import { createRouter } from "./frame/router.js";
import { ROUTES } from "./frame/routes.js";
import { card, sentence, showPage } from "./parts.js";
import { call, goToSignIn, whoAmI } from "./session.js";
import { browserStore } from "./store.js";
import { words } from "./words.js";

const { say } = words;

async function start() {
  const who = await whoAmI();
  if ("me" in who) open(who.me);
  else if ("signedOut" in who) signedOut();
  else showPage(null, card(say("extension_name"), sentence(say("server_away"))));
}

function signedOut() {
  goToSignIn(location.pathname + location.search);
}

/** @param {Me} me */
function open(me) {
  const live = createLive(signedOut);
  const unanswered = createUnanswered({
    store: browserStore(localStorage, me.user.id),
    now: Date.now,
    newKey: () => crypto.randomUUID(),
  });
  /** @type {App} */
  const app = {
    me,
    live,
    call,
    unanswered,
    router: createRouter(ROUTES),
    tell: (text) => frame.tell(text),
  };
  const frame = createFrame(app);
  app.router.start(app, frame.show);
}

start();
