/**
 * Where screens stand, and the sentence that is told for a while: of the members' app and of the
 * operator's page alike.
 *
 * @import { Screen } from "./screens.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { closeDialogs } from "../parts/dialog.js";
import { createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";

const { say } = words;
const TOLD_MS = 8_000;
const LOADING_ROWS = 6;

/**
 * @typedef {object} Frame
 * @property {(screen: Screen, moved: boolean) => void} show
 * @property {() => void} wait  a screen is on its way
 * @property {(text: string) => void} tell
 */

/**
 * @param {string} site  named in the document's title
 * @param {(path: string) => void} moved  another screen stands
 * @param {...HTMLElement} above  the bar, and what else stands over every screen
 * @returns {Frame & {main: HTMLElement}}
 */
export function createStage(site, moved, ...above) {
  const told = el("p", { class: "told", role: "status" });
  const main = el("main", { id: "main", tabindex: "-1" });
  const skip = el("a", { href: "#main", class: "skip" }, say("skip"));
  show(told, false);
  document.documentElement.lang = words.language;
  document.body.replaceChildren(skip, ...above, main, told);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;

  /** @param {HTMLElement} content */
  function stand(content) {
    // One that was opened on the last screen would spend there still.
    closeDialogs();
    main.replaceChildren(content);
  }

  return {
    main,
    show(screen, focus) {
      document.title = `${screen.title} · ${site}`;
      stand(screen.element);
      moved(location.pathname);
      if (focus) main.querySelector("h1")?.focus({ preventScroll: true });
    },
    wait() {
      stand(el("div", { class: "card pad" }, createSkeletonRows(LOADING_ROWS)));
    },
    tell(text) {
      clearTimeout(hiding);
      setText(told, text);
      show(told, true);
      hiding = setTimeout(() => show(told, false), TOLD_MS);
    },
  };
}
