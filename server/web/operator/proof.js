/**
 * Replaying a customer's ledger (R32), with a plain result.
 *
 * @import { Desk } from "./desk.js"
 */

import { el } from "/ui/dom.js";
import { problemText } from "../parts.js";
import { words } from "../words.js";

const { say, count } = words;

/**
 * @param {Desk} desk
 * @param {string} path  of the customer's calls
 */
export function createProof(desk, path) {
  const button = el("button", { type: "button" }, say("operator_verify"));
  const told = el("div", { role: "status", class: "operator-proof" });
  button.addEventListener("click", async () => {
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    told.replaceChildren(say("operator_verifying"));
    const answer = await desk.call("GET", `${path}/verify`);
    button.ariaDisabled = null;
    told.replaceChildren(...(answer.ok ? proofParts(answer.value) : [problemText(answer.problem)]));
  });
  return { element: el("div", { class: "toolbar" }, button, told) };
}

/**
 * @param {{ok: boolean, entries: number, broken: {invariant: number, detail: string}[]}} proof
 * @returns {(string | Node)[]}
 */
function proofParts({ ok, entries, broken }) {
  if (ok) return [count("operator_verified", entries)];
  const lines = broken.map(({ invariant, detail }) => el("li", {}, `${invariant}: ${detail}`));
  return [count("operator_broken", broken.length), el("ul", {}, ...lines)];
}
