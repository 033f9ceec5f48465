/**
 * Why a reveal was refused and what to do: stays at the bottom of the screen until it is put away.
 *
 * @import { Refusal } from "./reveals.js"
 */

import { el, icon, setText, show } from "/ui/dom.js";
import { words } from "../words.js";

const { say } = words;
const NOT_ENOUGH = "insufficient_credits";

/**
 * @param {() => void} dismiss
 * @returns {{element: HTMLElement, write(refusal: Refusal | null): void}}
 */
export function createRefusal(dismiss) {
  const text = el("span", { dir: "auto" });
  const more = el("a", { href: "/batteries#ask" }, say("ask_for_more"));
  const away = el("button", { type: "button", class: "quiet", "aria-label": say("close") });
  away.append(icon("close"));
  away.addEventListener("click", dismiss);
  const body = el("p", { role: "alert" }, text, " ", more);
  const element = el("div", { class: "notice refusal", "data-tone": "warn" }, body, away);
  return {
    element,
    write(refusal) {
      setText(text, refusal?.text ?? "");
      show(more, refusal?.problem.code === NOT_ENOUGH);
      show(element, refusal !== null);
    },
  };
}
