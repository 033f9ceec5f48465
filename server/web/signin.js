/** `/signin?next=…` */

import { showPage } from "./parts.js";
import { safeNext } from "./session.js";
import { signInForm } from "./signin-form.js";

const next = safeNext(new URLSearchParams(location.search).get("next"));

showPage(
  null,
  signInForm(() => location.replace(next)),
);
