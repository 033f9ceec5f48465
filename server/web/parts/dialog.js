/** A dialog above the screen: labelled by its title, left by Escape, focus goes back where it was. */

import { el, icon } from "/ui/dom.js";
import { words } from "../words.js";

const { say } = words;
let dialogs = 0;

/**
 * It stands in the document only while it is open.
 *
 * @param {object} parts
 * @param {string} parts.title
 * @param {Node[]} parts.content
 * @param {() => void} [parts.close]  after it was closed, whichever way
 * @returns {{element: HTMLDialogElement, heading: HTMLElement, open(): void, close(): void}}
 */
export function createDialog({ title, content, close = () => {} }) {
  const id = `dialog-${++dialogs}`;
  const heading = el("h2", { id }, title);
  const away = el("button", { type: "button", class: "quiet", "aria-label": say("close") });
  away.append(icon("close"));
  const head = el("div", { class: "dialog-head" }, heading, away);
  const element = el("dialog", { class: "card dialog", "aria-labelledby": id }, head, ...content);
  /** @type {Element | null} */
  let before = null;

  away.addEventListener("click", () => element.close());
  element.addEventListener("close", () => {
    element.remove();
    if (before instanceof HTMLElement) before.focus();
    close();
  });
  return {
    element,
    heading,
    open() {
      if (element.open) return;
      before = document.activeElement;
      document.body.append(element);
      element.showModal();
    },
    close: () => element.close(),
  };
}

/** Whatever was asked belongs to the screen that is left. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}
