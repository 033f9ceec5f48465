/**
 * A page's line to this extension's own background.
 *
 * @import { PageRequest, View } from "../protocol.js"
 */

import { openPort } from "../browser.js";
import { PAGE_PORT } from "../protocol.js";
import { browserClock } from "../ui/live.js";
import { createLine } from "./line.js";

/**
 * @param {object} parts
 * @param {(view: View) => void} parts.onView
 * @param {() => PageRequest} parts.introduce what this page shows
 */
export function createConnection({ onView, introduce }) {
  return createLine({
    open: () => openPort(PAGE_PORT),
    clock: browserClock,
    newId: () => crypto.randomUUID(),
    onView,
    introduce,
  });
}
