/**
 * One line when what is shown may be out of date: since when, or why.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { Live } from "../frame/live.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { problemText } from "../parts.js";
import { words } from "../words.js";

const { say, format } = words;

/**
 * @returns {{element: HTMLElement, write(standing: ReturnType<Live["now"]>,
 *   problem: Problem | null): void}}
 */
export function createFreshness() {
  const element = el("p", { class: "note-line freshness", role: "status" });
  return {
    element,
    write({ link, heardMs }, problem) {
      const text = link === "offline" ? offlineText(heardMs) : staleText(problem);
      setText(element, text);
      show(element, text !== "");
    },
  };
}

/** @param {number} heardMs */
function offlineText(heardMs) {
  return say("people_offline", { time: format.clock(heardMs) });
}

/** @param {Problem | null} problem */
function staleText(problem) {
  return problem ? say("people_stale", { why: problemText(problem) }) : "";
}
