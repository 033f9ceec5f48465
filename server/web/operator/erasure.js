/**
 * `/operator/erasure`: a person who asked to be forgotten (R4).
 *
 * @import { Place, Screen } from "../frame/screens.js"
 * @import { Desk } from "./desk.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { field, form, screenHead, sentence } from "../parts.js";
import { words } from "../words.js";
import { openConfirm } from "./confirm.js";

const { say, count } = words;

/**
 * @param {Desk} desk
 * @param {Place} _place
 * @returns {Screen}
 */
export function open(desk, _place) {
  const url = field(say("operator_erase_url"), {
    name: "erase-url",
    type: "text",
    inputmode: "url",
    autocomplete: "off",
    spellcheck: "false",
    dir: "ltr",
  });
  const done = el("p", { role: "status" });
  const element = form(say("operator_erase_go"), [url.element], async () => {
    show(done, false);
    const profile = url.input.value.trim();
    askFor(desk, profile, (text) => {
      element.reset();
      setText(done, text);
      show(done, true);
    });
    return null;
  });
  show(done, false);
  const lead = [sentence(say("operator_erase_lead")), sentence(say("operator_erase_rest"))];
  const card = el("div", { class: "card pad" }, ...lead, element, done);
  const head = screenHead(say("operator_erasure"));
  return {
    title: say("operator_erasure"),
    element: el("section", { class: "screen narrow" }, head, card),
  };
}

/**
 * The word is typed by hand: a double click, or Enter held down, erases nobody.
 *
 * @param {Desk} desk
 * @param {string} url
 * @param {(text: string) => void} erased
 */
function askFor(desk, url, erased) {
  const word = say("operator_erase_word");
  const typed = field(say("operator_erase_type", { word }), {
    name: "erase-word",
    autocomplete: "off",
    spellcheck: "false",
  });
  openConfirm({
    title: say("operator_erase_ask"),
    lines: [url, say("operator_erase_sure")],
    fields: [typed.element],
    action: say("operator_erase_do"),
    async run() {
      if (typed.input.value.trim().toLowerCase() !== word) return notTyped(word);
      const answer = await desk.call("POST", "/erasures", { body: { url } });
      if (!answer.ok) return answer.problem;
      erased(resultText(answer.value));
      return null;
    },
  });
}

/** @param {string} word */
function notTyped(word) {
  const detail = say("operator_erase_not_typed", { word });
  return { status: 400, code: "bad_request", title: "", detail };
}

/** @param {{erased: boolean, values: number}} answer */
function resultText({ erased, values }) {
  return erased ? count("operator_erased", values) : say("operator_erased_nobody");
}
