/**
 * Sending a file with its progress, which `fetch` does not tell.
 *
 * @import { Answer } from "/ui/calls.js"
 */

import { readAnswer } from "/ui/calls.js";
import { goToSignIn, ownerHeaders } from "../session.js";

/** The file over a slow line, and then its rows are counted. */
const DEADLINE_MS = 30 * 60_000;

/**
 * @typedef {object} Upload
 * @property {Promise<Answer>} answer  a cancelled one: `cancelled`, status 0
 * @property {() => void} cancel
 */

/**
 * @param {string} path
 * @param {{file: File, texts: Record<string, string>, key: string}} body
 * @param {(sent: number, total: number) => void} progress  bytes; equal when all is sent
 * @returns {Upload}
 */
export function upload(path, { file, texts, key }, progress) {
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", ({ loaded, total }) => progress(loaded, total));
  request.upload.addEventListener("load", ({ total }) => progress(total, total));
  const answer = new Promise((/** @type {(answer: Answer) => void} */ resolve) => {
    request.addEventListener("load", async () => {
      const answered = await readAnswer(responseOf(request));
      if (!answered.ok && answered.problem.status === 401) goToSignIn("signed_out");
      resolve(answered);
    });
    for (const name of ["error", "timeout"]) {
      request.addEventListener(name, () => resolve(lost("unreachable")));
    }
    request.addEventListener("abort", () => resolve(lost("cancelled")));
  });
  request.open("POST", path);
  request.timeout = DEADLINE_MS;
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Idempotency-Key", key);
  for (const [name, value] of Object.entries(ownerHeaders())) request.setRequestHeader(name, value);
  request.send(formOf(file, texts));
  return { answer, cancel: () => request.abort() };
}

/**
 * @param {File} file
 * @param {Record<string, string>} texts
 */
function formOf(file, texts) {
  const form = new FormData();
  for (const [name, text] of Object.entries(texts)) form.append(name, text);
  // Last, so that a refused text is told before the file has come.
  form.append("file", file, file.name);
  return form;
}

/** @param {XMLHttpRequest} request */
function responseOf(request) {
  const wait = request.getResponseHeader("Retry-After");
  const headers = wait === null ? {} : { "Retry-After": wait };
  return new Response(request.responseText, { status: request.status, headers });
}

/**
 * @param {"unreachable" | "cancelled"} code
 * @returns {Answer}
 */
function lost(code) {
  return { ok: false, problem: { status: 0, code, title: "", detail: "" } };
}
