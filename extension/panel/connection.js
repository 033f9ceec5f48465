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

  function line() {
    port ??= open();
    return port;
  }

  function open() {
    const opened = openPort(PAGE_PORT);
    opened.onMessage((view) => {
      retryMs = FIRST_RETRY_MS;
      onView(view);
    });
    opened.onGone(() => {
      port = null;
      setTimeout(line, retryMs);
      retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    });
    opened.post(introduce());
    return opened;
  }

  line();
  return {
    // Whoever clicks does not wait for the next attempt.
    send: (request) => line().post(request),
  };
}
