/** How far the sending of a file is, and how it is cancelled. */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { words } from "../words.js";
import { sizeText } from "./file-checks.js";

const { say } = words;

/**
 * @param {() => void} cancel
 */
export function createSending(cancel) {
  const fill = el("b");
  const bar = el(
    "div",
    { class: "progress", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" },
    fill,
  );
  const text = el("p", { class: "note-line" });
  const button = el("button", { type: "button" }, say("cancel"));
  button.addEventListener("click", cancel);
  const line = el("div", { class: "job-line" }, text, button);
  const element = el("div", { "data-part": "sending" }, bar, line);
  show(element, false);
  return {
    element,
    focus: () => button.focus(),
    /** @param {{name: string, sent: number, total: number} | null} at  bytes; null: nothing is sent */
    write(at) {
      show(element, at !== null);
      if (!at) return;
      const { name, sent, total } = at;
      const percent = total > 0 ? (100 * sent) / total : 0;
      const size = (/** @type {number} */ bytes) => sizeText(bytes, navigator.language);
      const told = say("import_sending", { sent: size(sent), total: size(total) });
      fill.style.width = `${percent}%`;
      setAttribute(bar, "aria-valuenow", String(Math.round(percent)));
      setAttribute(bar, "aria-label", say("import_progress", { name }));
      setText(text, total > 0 && sent >= total ? say("import_counting") : told);
      setAttribute(bar, "aria-valuetext", text.textContent);
    },
  };
}
