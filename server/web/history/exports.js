/** Files of exactly what is filtered (R30). */

import { el, setText, show } from "/ui/dom.js";
import { download } from "../parts/download.js";
import { problemText } from "../parts.js";
import { words } from "../words.js";

const { say } = words;
const FORMATS = /** @type {const} */ (["csv", "xlsx"]);

/**
 * @param {() => string} query  of `/api/v1/history`, as it is filtered now
 */
export function createExports(query) {
  const problem = el("p", { class: "error", role: "alert" });
  const buttons = FORMATS.map((format) => exportButton(format, query, problem));
  show(problem, false);
  return { buttons: el("div", { class: "buttons" }, ...buttons), problem };
}

/**
 * @param {(typeof FORMATS)[number]} format
 * @param {() => string} query
 * @param {HTMLElement} problem
 */
function exportButton(format, query, problem) {
  const text = say(`history_${format}`);
  const button = el("button", { type: "button" }, text);
  button.addEventListener("click", async () => {
    if (button.ariaDisabled === "true") return;
    // Not `disabled`, which would take the focus away.
    button.ariaDisabled = "true";
    setText(button, say("history_exporting"));
    const asked = new URLSearchParams(query());
    asked.set("format", format);
    const trouble = await download(`/api/v1/history/file?${asked}`);
    setText(problem, trouble ? problemText(trouble) : "");
    show(problem, trouble !== null);
    setText(button, text);
    button.ariaDisabled = null;
  });
  return button;
}
