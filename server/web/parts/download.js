/**
 * Saving what the server makes into a file.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 */

import { saveFrom } from "/ui/saving.js";

const PLAIN_NAME = "credit-battery";

/**
 * A call, and not a link: a refusal is told on the page instead of replacing it.
 *
 * @param {string} path  with its query
 * @returns {Promise<Problem | null>} null when the browser has the whole file
 */
export function download(path) {
  return saveFrom(path, { credentials: "same-origin" }, PLAIN_NAME);
}
