/** Signing in with address and password; the session lives in a cookie that scripts cannot read. */

import { field, form, pageCard } from "./parts.js";
import { signIn } from "./session.js";
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
    const problem = await signIn(email.input.value, password.input.value);
    if (!problem) signedIn();
    return problem;
  };
  return pageCard(say("sign_in_title"), form(say("sign_in"), fields, submit));
}
