/**
 * The place where a file is chosen: dropped on the page, or by a button that keys reach.
 *
 * @import { Me } from "../session.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { words } from "../words.js";
import { faultOf, sizeText } from "./file-checks.js";

const { say, format } = words;
const ACCEPTED = ".csv,.tsv,.txt,.xlsx,text/csv";

/**
 * @param {Me["import_limits"]} limits
 * @param {() => void} changed
 * @returns {{element: HTMLElement, file(): File | null, fault(): string,
 *   offer(files: File[]): void, invite(over: boolean): void, lock(locked: boolean): void}}
 *   `fault` is a sentence, empty without one
 */
export function createChosenFile(limits, changed) {
  /** @type {File | null} */
  let chosen = null;
  let fault = "";

  const input = el("input", { type: "file", id: "file", accept: ACCEPTED, class: "unseen" });
  const choose = el("label", { for: "file", class: "button" }, say("import_choose"));
  const invitation = el("p", { class: "invitation" }, say("import_drop"));
  const or = el("p", { class: "note-line" }, say("import_or"));
  const name = el("bdi", { class: "name" });
  const size = el("span", { class: "note-line" });
  const file = el("p", { class: "file", role: "status" }, name, " ", size);
  const formats = el("p", { class: "note-line", id: "formats" }, formatsText(limits));
  setAttribute(input, "aria-describedby", "formats");
  const button = el("div", { class: "choose" }, input, choose);
  const element = el(
    "div",
    { class: "drop-file", "data-part": "drop" },
    file,
    invitation,
    or,
    button,
    formats,
  );
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
    // The same file may be chosen again after it was changed.
    input.value = "";
  });

  /** @param {File[]} files */
  function take(files) {
    const [first, second] = files;
    if (first && !second) chosen = first;
    fault = faultText(files, limits);
    write();
    changed();
  }

  function write() {
    setText(name, chosen?.name ?? "");
    setText(size, chosen ? sizeOf(chosen.size) : "");
    show(file, chosen !== null);
    show(invitation, chosen === null);
    show(or, chosen === null);
    setText(choose, say(chosen ? "import_remove" : "import_choose"));
  }

  write();
  return {
    element,
    file: () => chosen,
    fault: () => fault,
    offer: take,
    invite(over) {
      element.classList.toggle("over", over);
      setText(invitation, say(over ? "import_drop_now" : "import_drop"));
    },
    lock(locked) {
      show(button, !locked);
    },
  };
}

/** @param {Me["import_limits"]} limits */
function formatsText({ file_bytes, rows }) {
  return say("import_formats", { size: sizeOf(file_bytes), rows: format.number(rows) });
}

/** @param {number} bytes */
function sizeOf(bytes) {
  return sizeText(bytes, navigator.language);
}

/**
 * @param {File[]} files
 * @param {Me["import_limits"]} limits
 */
function faultText([first, second], { file_bytes }) {
  if (!first) return say("import_not_a_file");
  if (second) return say("import_several");
  const found = faultOf(first, file_bytes);
  return found ? say(found, { size: sizeOf(file_bytes) }) : "";
}
