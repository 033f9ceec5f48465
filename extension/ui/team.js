/**
 * One quiet line of what colleagues did just now.
 *
 * @import { TeamLine } from "../protocol.js"
 * @import { Words } from "./words.js"
 */

import { el, setText, show } from "./dom.js";

/**
 * @param {Words} words
 * @returns {{element: HTMLElement, write(lines: TeamLine[]): void}}
 */
export function createTeam(words) {
  const text = el("p", { class: "note-line", "data-part": "team" });
  const element = el(
    "section",
    { class: "sec", "aria-live": "polite" },
    el("p", { class: "note-line" }, words.say("team_now")),
    text,
  );
  return {
    element,
    write(lines) {
      show(element, lines.length > 0);
      setText(text, lines.map((line) => teamText(words, line)).join(" · "));
    },
  };
}

/**
 * @param {Words} words
 * @param {TeamLine} line
 */
export function teamText({ say, count }, { by, kind, action, count: n }) {
  if (action === "export" || action === "import") {
    return say(`team_${action}`, { name: by, what: count(`pieces_${kind}`, n) });
  }
  const key =
    action === "reveal"
      ? /** @type {const} */ (`team_reveal_${kind}`)
      : /** @type {const} */ ("team_reversal");
  return count(key, n, { name: by });
}
