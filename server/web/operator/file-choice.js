/** Choosing a file, with the dialog of the browser or by dropping it. */

import { el, setText, show } from "/ui/dom.js";
import { words } from "../words.js";
import { sizeText } from "./directory.js";

const { say } = words;

/**
 * @param {number} bytesMax
 * @param {(file: File) => void} send
 * @param {(text: string) => void} fail
 */
export function createFileChoice(bytesMax, send, fail) {
  const input = el("input", { type: "file", id: "directory-file", accept: ".csv,text/csv" });
  const label = el("label", { for: "directory-file" }, say("operator_file"));
  const hint = el("p", { class: "note-line" }, say("operator_drop"));
  const chosen = el("p", { class: "note-line", dir: "auto", role: "status" });
  const button = el("button", { type: "button", class: "go" }, say("operator_import"));
  const zone = el("div", { class: "operator-drop" }, label, input, hint, chosen);
  /** @type {File | null} */
  let file = null;

  /** @param {File | null} next */
  function choose(next) {
    file = next;
    button.disabled = file === null;
    setText(chosen, file ? sizeText(file.size) : "");
    show(chosen, file !== null);
  }

  /** @param {boolean} over */
  function highlight(over) {
    zone.classList.toggle("over", over);
  }

  input.addEventListener("change", () => choose(input.files?.[0] ?? null));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    highlight(true);
  });
  zone.addEventListener("dragleave", () => highlight(false));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    highlight(false);
    if (input.disabled || !event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    choose(input.files[0] ?? null);
  });
  button.addEventListener("click", () => {
    if (!file) return;
    const [size, most] = [sizeText(file.size), sizeText(bytesMax)];
    if (file.size > bytesMax) return fail(say("operator_too_large", { size, most }));
    send(file);
  });
  choose(null);
  return {
    element: el("div", { class: "stack" }, zone, el("div", { class: "buttons" }, button)),
    /** @param {boolean} on */
    enable(on) {
      input.disabled = !on;
      button.disabled = !on || file === null;
    },
  };
}
