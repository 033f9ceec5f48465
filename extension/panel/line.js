/**
 * A page's line to the background. The worker may be stopped at any time: the line then ends, and
 * opening a new one is what brings the worker back. No browser API is named here, so that the tests
 * can let a worker die at every moment.
 *
 * @import { Port } from "../browser.js"
 * @import { BackgroundMessage, PageMessage, PageRequest, View } from "../protocol.js"
 * @import { Clock } from "../ui/link.js"
 */

import { createAsked } from "./asked.js";

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 5_000;
/** A worker that is just being stopped hears nothing, and nobody says that the line has ended: a living
 * one answers in less, with a view or that it is done. */
const SILENT_MS = 1_000;

/**
 * @param {object} parts
 * @param {() => Port} parts.open
 * @param {Clock} parts.clock
 * @param {() => string} parts.newId never the same twice: a reveal is charged once per id (R11)
 * @param {(view: View) => void} parts.onView
 * @param {() => PageRequest} parts.introduce what this page shows, told first on every line
 * @returns {{send(request: PageRequest): void}} what is sent is told to every next worker until one
 *   says that it is done
 */
export function createLine({ open, clock, newId, onView, introduce }) {
  const asked = createAsked(clock.now);
  /** @type {Port | null} */
  let port = null;
  let retryMs = FIRST_RETRY_MS;
  let cancelRetry = () => {};
  /** @type {(() => void) | null} */
  let cancelSilence = null;

  function connect() {
    cancelRetry();
    const opened = open();
    port = opened;
    opened.onMessage((message) => {
      if (opened === port) hear(message);
    });
    opened.onGone(() => {
      if (opened === port) lose();
    });
    say(opened, { id: newId(), request: introduce() });
    for (const message of asked.left()) say(opened, message);
  }

  function lose() {
    port = null;
    cancelSilence?.();
    cancelSilence = null;
    cancelRetry = clock.after(retryMs, connect);
    retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
  }

  /**
   * @param {Port} to
   * @param {PageMessage} message
   */
  function say(to, message) {
    to.post(message);
    cancelSilence ??= clock.after(SILENT_MS, () => {
      to.close();
      lose();
    });
  }

  /** @param {BackgroundMessage} message */
  function hear(message) {
    cancelSilence?.();
    cancelSilence = null;
    retryMs = FIRST_RETRY_MS;
    if (message.type === "view") onView(message.view);
    else asked.done(message.id);
  }

  connect();
  return {
    send(request) {
      const message = { id: newId(), request };
      // What is shown is told on every line anyway.
      if (request.type !== "show") asked.keep(message);
      // Whoever clicks does not wait for the next attempt.
      if (port) say(port, message);
      else connect();
    },
  };
}
