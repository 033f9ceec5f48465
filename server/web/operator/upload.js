/**
 * Sending a directory file, which `fetch` could do without telling how far it is, and hearing how
 * far the import is, line by line.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { DirectoryResult } from "./shapes.js"
 */

import { readFailure } from "/ui/calls.js";

const PATH = "/api/v1/operator/directory";

/**
 * @typedef {object} Told  by the server while it imports; `done` and `total` are bytes of the file
 * @property {(done: number, total: number) => void} sent
 * @property {(rows: number, done: number, total: number) => void} imported
 *
 * @typedef {{result: DirectoryResult} | {problem: Problem, arrived: boolean}} Outcome  `arrived`:
 *   the whole file did, and is imported whatever became of the line
 */

/**
 * @param {string} token
 * @param {File} file
 * @param {Told} told
 * @returns {{outcome: Promise<Outcome>, stop: () => void}}
 */
export function sendDirectory(token, file, told) {
  const request = new XMLHttpRequest();
  const lines = createLines((rows, done, total) => told.imported(rows, done, total));
  let arrived = false;
  request.open("POST", PATH);
  request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.setRequestHeader("Accept", "application/x-ndjson");
  request.setRequestHeader("Content-Type", "text/csv");
  request.upload.addEventListener("progress", ({ loaded, total }) => told.sent(loaded, total));
  request.upload.addEventListener("load", () => {
    arrived = true;
    told.sent(file.size, file.size);
  });
  request.addEventListener("progress", () => {
    if (request.status === 200) lines.read(request.responseText);
  });
  const outcome = new Promise((/** @type {(outcome: Outcome) => void} */ resolve) => {
    request.addEventListener("loadend", async () => {
      if (request.status === 200) lines.read(request.responseText);
      resolve(lines.last() ?? { problem: await failureOf(request), arrived });
    });
  });
  request.send(file);
  return { outcome, stop: () => request.abort() };
}

/**
 * @param {Told["imported"]} imported
 */
function createLines(imported) {
  let read = 0;
  /** @type {Outcome | null} */
  let last = null;

  /** @param {any} line */
  function take(line) {
    if (line.type === "progress") imported(line.rows, line.bytes_done, line.bytes_total);
    if (line.type === "result") last = { result: line.result };
    if (line.type === "problem") last = { problem: line.problem, arrived: false };
  }

  return {
    last: () => last,
    /** @param {string} text  of the whole answer so far */
    read(text) {
      for (let end = text.indexOf("\n", read); end >= 0; end = text.indexOf("\n", read)) {
        take(JSON.parse(text.slice(read, end)));
        read = end + 1;
      }
    },
  };
}

/**
 * @param {XMLHttpRequest} request  that brought no result
 * @returns {Promise<Problem>}
 */
async function failureOf(request) {
  const { status, responseText } = request;
  if (status === 0 || status === 200) {
    return { status: 0, code: "unreachable", title: "", detail: "" };
  }
  return readFailure(new Response(responseText, { status }));
}
