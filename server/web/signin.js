/** `/signin?next=…&ended=…` */

import { safeNext } from "./next.js";
import { sentence, showPage } from "./parts.js";
import { whoAmI } from "./session.js";
import { signInForm } from "./signin-form.js";
import { words } from "./words.js";

const ENDED = /** @type {const} */ (["deactivated", "signed_out"]);
const query = new URLSearchParams(location.search);
const next = safeNext(query.get("next"), location.origin);
const ended = ENDED.find((why) => why === query.get("ended"));

function enter() {
  location.replace(next);
}

async function start() {
  const form = signInForm(enter);
  if (ended) form.querySelector("h1")?.after(sentence(words.say(`session_ended_${ended}`)));
  showPage(null, form);
  // Signed in already, in another tab or since this address was kept.
  const who = await whoAmI();
  if ("me" in who) enter();
}

start();
