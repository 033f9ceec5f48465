/**
 * Saving what the server makes into a file.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 */

import { saveFrom } from "/ui/saving.js";
import { goToSignIn, ownerHeaders } from "../session.js";

const PLAIN_NAME = "credit-battery";

/**
 * A call, and not a link: a refusal is told on the page instead of replacing it.
 *
 * @param {string} path  with its query
 * @returns {Promise<Problem | null>} null when the browser has the whole file
 */
export async function download(path) {
  const problem = await saveFrom(
    path,
    { credentials: "same-origin", headers: ownerHeaders() },
    PLAIN_NAME,
  );
  if (problem?.status === 401) goToSignIn("signed_out");
  return problem;
}
