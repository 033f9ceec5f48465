/**
 * One line when what is shown could not be brought up to date. That the line is away is told above
 * every screen.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { problemText } from "../parts.js";
import { words } from "../words.js";

const { say } = words;

/**
 * @returns {{element: HTMLElement, write(problem: Problem | null): void}}
 */
export function createFreshness() {
  const element = el("p", { class: "note-line freshness", role: "status" });
  return {
    element,
    write(problem) {
      setText(element, problem ? say("people_stale", { why: problemText(problem) }) : "");
      show(element, problem !== null);
    },
  };
}
