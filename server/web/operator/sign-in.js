/**
 * Signing in with an operator's token.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { Who } from "./desk.js"
 */

import { el } from "/ui/dom.js";
import { field, form, note, pageCard, problemText, showPage } from "../parts.js";
import { words } from "../words.js";
import { isSendable, whoseToken } from "./desk.js";

const { say } = words;

/**
 * @param {(token: string, who: Who) => void} signedIn
 * @param {Problem | null} [ended]  why the last token opens nothing any more
 */
export function showSignIn(signedIn, ended = null) {
  const token = field(say("operator_token"), {
    name: "operator-token",
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "operator-token-note",
  });
  const about = note(say("operator_token_note"));
  about.id = "operator-token-note";
  const why = ended && el("p", { class: "error", role: "alert" }, endedText(ended));
  const enter = form(say("sign_in"), [token.element, about], async () => {
    const given = token.input.value.trim();
    if (!isSendable(given)) return oddToken();
    const answer = await whoseToken(given);
    if (!answer.ok) return answer.problem;
    signedIn(given, answer.value);
    return null;
  });
  showPage(null, pageCard(say("operator_sign_in"), why, enter));
  token.input.focus();
}

/** @param {Problem} problem */
function endedText(problem) {
  return problem.status === 401 ? say("operator_ended") : problemText(problem);
}

/** @returns {Problem} */
function oddToken() {
  return { status: 400, code: "bad_request", title: "", detail: say("operator_token_odd") };
}
