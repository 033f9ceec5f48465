/**
 * Signed out, and on the way in: the button that starts pairing and the code to compare.
 *
 * @import { PageRequest, View } from "../protocol.js"
 * @import { Words } from "../ui/words.js"
 */

import { el, setAttribute, setText, show } from "../ui/dom.js";
import { problemText } from "../ui/notices.js";

/**
 * @param {Words} words
 * @param {{send: (request: PageRequest) => void}} actions
 * @returns {{element: HTMLElement, write(view: View): void}}
 */
export function createSignIn(words, { send }) {
  const start = createStart(words, () => send({ type: "pair" }));
  const code = createCode(words, () => send({ type: "cancel_pairing" }));
  const element = el("section", { class: "sec" }, start.element, code.element);
  return {
    element,
    write(view) {
      show(element, view.phase !== "signed_in");
      show(start.element, view.phase === "signed_out");
      show(code.element, view.phase === "pairing");
      start.write(view);
      code.write(view);
    },
  };
}

/**
 * @param {Words} words
 * @param {() => void} pair
 */
function createStart(words, pair) {
  const { say } = words;
  const why = el("p", { "data-part": "ended" });
  const server = el("p", { class: "note-line" });
  const problem = el("p", { class: "problem", role: "alert" });
  const button = el("button", { type: "button", class: "go" }, say("connect"));
  button.addEventListener("click", pair);
  const lead = el("p", {}, say("connect_lead"));
  const element = el("div", { class: "message" }, why, lead, server, problem, button);
  return {
    element,
    /** @param {View} view */
    write(view) {
      setText(why, view.ended ? say(`ended_${view.ended}`) : "");
      show(why, view.ended !== null);
      show(lead, view.ended === null);
      setText(server, say("connect_to", { server: view.server }));
      setText(problem, view.problem ? pairingProblem(words, view) : "");
      show(problem, view.problem !== null);
    },
  };
}

/**
 * @param {Words} words
 * @param {View} view
 */
function pairingProblem(words, { problem, server }) {
  if (!problem) return "";
  if (problem.code === "unreachable") return words.say("unreachable_plain", { server });
  return problemText(words, problem, server);
}

/**
 * @param {Words} words
 * @param {() => void} cancel
 */
function createCode(words, cancel) {
  const { say } = words;
  const lead = el("p");
  const code = el("p", { class: "code", dir: "ltr", "data-part": "code" });
  const link = el(
    "a",
    { class: "button", target: "_blank", rel: "noreferrer" },
    say("pairing_open"),
  );
  const button = el("button", { type: "button" }, say("cancel"));
  button.addEventListener("click", cancel);
  const buttons = el("div", { class: "buttons" }, link, button);
  const element = el("div", { class: "message", role: "status" }, lead, code, buttons);
  return {
    element,
    /** @param {View} view */
    write({ pairing, server }) {
      const known = pairing?.code ?? null;
      setText(lead, known ? say("pairing_lead") : say("pairing_starting", { server }));
      setText(code, known ?? "");
      show(code, known !== null);
      setAttribute(link, "href", pairing?.verification_url);
      show(link, known !== null);
    },
  };
}
