/** Signing in with address and password; the session lives in a cookie that scripts cannot read. */

import { field, form, pageCard } from "./parts.js";
import { call } from "./session.js";
import { words } from "./words.js";

const { say } = words;

/**
 * @param {() => void} signedIn
 * @returns {HTMLElement}
 */
export function signInForm(signedIn) {
  const email = field(say("email"), { name: "email", type: "email", autocomplete: "username" });
  const password = field(say("password"), {
    name: "password",
    type: "password",
    autocomplete: "current-password",
  });
  const fields = [email.element, password.element];
  const submit = async () => {
    const body = { email: email.input.value, password: password.input.value, cookie: true };
    const answer = await call("POST", "/api/v1/sessions", { body });
    if (!answer.ok) return answer.problem;
    signedIn();
    return null;
  };
  return pageCard(say("sign_in_title"), form(say("sign_in"), fields, submit));
}
