/**
 * `/operator`: for the vendor's staff, signed in by an operator's token.
 *
 * @import { Desk } from "./desk.js"
 */

import { ignoreRepeats } from "/ui/spending.js";
import { opened } from "../frame/opening.js";
import { createRouter } from "../frame/router.js";
import { pageCard, problemText, sentence, showPage } from "../parts.js";
import { words } from "../words.js";
import { callsWith, forgetToken, keepToken, keptToken, unansweredOf, whoseToken } from "./desk.js";
import { createFrame } from "./frame.js";
import { ROUTES, unknownAddress } from "./routes.js";
import { showSignIn } from "./sign-in.js";

async function start() {
  const token = keptToken();
  if (!token) return showSignIn(enter);
  const answer = await whoseToken(token);
  if (answer.ok) return open(token, answer.value);
  if (answer.problem.status !== 401) return away(problemText(answer.problem));
  forgetToken();
  showSignIn(enter, answer.problem);
}

/**
 * @param {string} token
 * @param {Desk["who"]} who
 */
function enter(token, who) {
  keepToken(token);
  open(token, who);
}

/** @param {string} why */
function away(why) {
  showPage(null, pageCard(words.say("operator_title"), sentence(why)));
}

/**
 * @param {string} token
 * @param {Desk["who"]} who
 */
function open(token, who) {
  /** @type {Desk} */
  const desk = {
    who,
    token,
    call: callsWith(token, ended),
    unanswered: unansweredOf(who.id),
    router: createRouter(ROUTES, (match, place) =>
      match ? opened(async () => (await match.route.load()).open(desk, place)) : unknownAddress(),
    ),
    tell: (text) => frame.tell(text),
    signOut,
  };
  const frame = createFrame(desk);
  document.addEventListener("keydown", ignoreRepeats, { capture: true });
  desk.router.start(frame);
}

/** Loads the page anew: nothing of what the token opened stays in it, and `start` says why. */
function ended() {
  location.reload();
}

function signOut() {
  forgetToken();
  location.reload();
}

start();
