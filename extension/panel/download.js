/**
 * A finished job's file, fetched with this browser's token and handed to the browser to save. Done by
 * the page and not by the background, because a worker cannot make a file out of what it fetched.
 *
 * @import { Problem } from "../protocol.js"
 * @import { FileFormat } from "../ui/job.js"
 */

import { createAccount } from "../background/account.js";
import { local } from "../browser.js";
import { saveFrom } from "../ui/saving.js";

/**
 * @param {string} job
 * @param {FileFormat} format
 * @returns {Promise<Problem | null>} null when the browser has the whole file
 */
export async function download(job, format) {
  const account = createAccount(local);
  await account.load();
  const url = `${account.server()}/api/v1/jobs/${encodeURIComponent(job)}/file?format=${format}`;
  const headers = { Authorization: `Bearer ${account.token()}` };
  return saveFrom(url, { headers, credentials: "omit" }, `${job}.${format}`);
}
