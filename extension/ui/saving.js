/**
 * A file that the server answered, handed to the browser to save.
 *
 * @import { Problem } from "../protocol.js"
 */

import { readFailure } from "./calls.js";
import { fileName } from "./file-name.js";

/** A hundred thousand rows over a slow line. */
const FILE_DEADLINE_MS = 10 * 60_000;
/** The browser has read a file's address long before. */
const SAVED_MS = 60_000;

/**
 * @param {string} url
 * @param {RequestInit} request  how to be let in
 * @param {string} plainName  for a file to which the server gives no name
 * @returns {Promise<Problem | null>} null when the browser has the whole file
 */
export async function saveFrom(url, request, plainName) {
  try {
    const signal = AbortSignal.timeout(FILE_DEADLINE_MS);
    const response = await fetch(url, { cache: "no-store", ...request, signal });
    if (!response.ok) return await readFailure(response);
    save(await response.blob(), nameOf(response) ?? plainName);
    return null;
  } catch {
    return { status: 0, code: "download_cut", title: "", detail: "" };
  }
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
