/**
 * A finished job's file, fetched with this browser's token and handed to the browser to save. Done by
 * the page and not by the background, because a worker cannot make a file out of what it fetched.
 *
 * @import { Problem } from "../protocol.js"
 * @import { FileFormat } from "../ui/job.js"
 */

import { createAccount } from "../background/account.js";
import { local } from "../browser.js";
import { readFailure } from "../ui/calls.js";
import { fileName } from "../ui/file-name.js";

/** A hundred thousand rows over a slow line. */
const FILE_DEADLINE_MS = 10 * 60_000;
/** The browser has read a file's address long before. */
const SAVED_MS = 60_000;

/**
 * @param {string} job
 * @param {FileFormat} format
 * @returns {Promise<Problem | null>} null when the browser has the whole file
 */
export async function download(job, format) {
  const account = createAccount(local);
  await account.load();
  const url = `${account.server()}/api/v1/jobs/${encodeURIComponent(job)}/file?format=${format}`;
  try {
    const response = await fetch(url, requestOf(account.token()));
    if (!response.ok) return await readFailure(response);
    save(await response.blob(), nameOf(response) ?? `${job}.${format}`);
    return null;
  } catch {
    return { status: 0, code: "download_cut", title: "", detail: "" };
  }
}

/**
 * @param {string | null} token
 * @returns {RequestInit}
 */
function requestOf(token) {
  return {
    headers: { Authorization: `Bearer ${token}` },
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(FILE_DEADLINE_MS),
  };
}

/**
 * @param {Blob} file
 * @param {string} name
 */
function save(file, name) {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), SAVED_MS);
}

/**
 * @param {Response} response
 * @returns {string | null} the name the server gave the file
 */
function nameOf(response) {
  return fileName(response.headers.get("Content-Disposition") ?? "");
}
