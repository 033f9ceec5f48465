/** `/invite?code=…`: a new user, or one who forgot the password, chooses one and is signed in. */

import { field, form, note, pageCard, sentence, showPage } from "./parts.js";
import { call, signIn } from "./session.js";
import { words } from "./words.js";

const { say } = words;
const code = new URLSearchParams(location.search).get("code");

showPage(
  null,
  code ? passwordCard(code) : pageCard(say("invite_title"), sentence(say("invite_missing"))),
);

/** @param {string} invitation */
function passwordCard(invitation) {
  const password = field(say("new_password"), {
    name: "password",
    type: "password",
    autocomplete: "new-password",
  });
  const submit = async () => {
    const body = { password: password.input.value };
    const path = `/api/v1/invitations/${encodeURIComponent(invitation)}`;
    const accepted = await call("POST", path, { body });
    if (!accepted.ok) return accepted.problem;
    // The answer is a token for scripts; a browser's session is a cookie.
    const refused = await signIn(accepted.value.user.email, body.password);
    location.replace(refused ? "/signin" : "/");
    return null;
  };
  const fields = [password.element];
  return pageCard(
    say("invite_title"),
    note(say("invite_lead")),
    form(say("invite_save"), fields, submit),
  );
}
