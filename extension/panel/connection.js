/**
 * A page's line to the background. The worker may be stopped at any time: the port then ends, and
 * opening a new one is what brings the worker back.
 *
 * @import { PageRequest, View } from "../protocol.js"
 */

import { openPort } from "../browser.js";
import { PAGE_PORT } from "../protocol.js";

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 5_000;
/** A line opened to a worker that is just being stopped stays silent, and nobody says that it ended. */
const SILENT_MS = 1_000;
/** How old a click may be that a dying worker may have taken with it. */
const LOST_MS = 10_000;

/**
 * @param {object} parts
 * @param {(view: View) => void} parts.onView
 * @param {() => PageRequest} parts.introduce what this page shows, told on every new line
 * @returns {{send(request: PageRequest): void}}
 */
export function createConnection({ onView, introduce }) {
  let retryMs = FIRST_RETRY_MS;
  /** @type {ReturnType<typeof openPort> | null} */
  let port = null;
  /** What nothing has come back after. To send it twice is safe: it spends by one key (R11).
   * @type {{request: PageRequest, atMs: number}[]} */
  let unanswered = [];

  function line() {
    port ??= open();
    return port;
  }

  function gone() {
    port = null;
    setTimeout(lineAgain, retryMs);
    retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
  }

  function lineAgain() {
    const again = line();
    unanswered = unanswered.filter(({ atMs }) => performance.now() - atMs < LOST_MS);
    for (const { request } of unanswered) again.post(request);
  }

  function open() {
    const opened = openPort(PAGE_PORT);
    const silent = setTimeout(() => {
      opened.close();
      gone();
    }, SILENT_MS);
    opened.onMessage((view) => {
      clearTimeout(silent);
      retryMs = FIRST_RETRY_MS;
      unanswered = [];
      onView(view);
    });
    opened.onGone(() => {
      clearTimeout(silent);
      gone();
    });
    opened.post(introduce());
    return opened;
  }

  line();
  return {
    // Whoever clicks does not wait for the next attempt.
    send(request) {
      // What is shown is told on every line anyway.
      if (request.type !== "show") unanswered.push({ request, atMs: performance.now() });
      line().post(request);
    },
  };
}
