/**
 * Asking once more before something is done that cannot be undone.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 */

import { createDialog } from "../parts/dialog.js";
import { form, sentence } from "../parts.js";

/**
 * @param {object} parts
 * @param {string} parts.title  the question
 * @param {string[]} parts.lines  what it comes to
 * @param {string} parts.action  what the button says
 * @param {HTMLElement[]} [parts.fields]
 * @param {() => Promise<Problem | null>} parts.run  null closes the dialog
 */
export function openConfirm({ title, lines, action, fields = [], run }) {
  const content = form(action, [...lines.map(sentence), ...fields], async () => {
    const problem = await run();
    if (!problem) dialog.close();
    return problem;
  });
  const dialog = createDialog({ title, content: [content] });
  dialog.open();
  const first = content.querySelector("input, select, textarea") ?? content.querySelector("button");
  if (first instanceof HTMLElement) first.focus();
}
