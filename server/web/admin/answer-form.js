/**
 * An admin's answer to a request for more credits: a higher cap, "more was ordered", or no.
 *
 * @import { CreditRequest } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { AdminUser } from "./members.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { form } from "../parts.js";
import { words } from "../words.js";
import { extraTaken } from "./members.js";

const { say, format } = words;
const OUTCOMES = /** @type {const} */ (["cap_raised", "ordered", "declined"]);
const CREDITS_MAX = 1_000_000_000;
const NOTE_CHARS_MAX = 2_000;

/**
 * @param {App} app
 * @param {CreditRequest} request  an open one
 * @param {(request: CreditRequest) => void} done
 * @returns {{element: HTMLElement, write(user: AdminUser | undefined): void}}
 */
export function createAnswerForm(app, request, done) {
  const choice = createOutcome(request.id, () => write(user));
  const cap = createCap(request.id);
  const note = createNote(request.id);
  /** @type {AdminUser | undefined} */
  let user;

  const element = form(
    say("admin_answer_go"),
    [choice.element, cap.element, note.element],
    async () => {
      const outcome = choice.read();
      const remark = note.input.value.trim();
      const raised = outcome === "cap_raised" ? { extra_cap: cap.input.valueAsNumber } : {};
      const body = { outcome, ...raised, ...(remark ? { note: remark } : {}) };
      const path = `/api/v1/credit-requests/${request.id}/answer`;
      const answer = await app.call("POST", path, { body });
      if (!answer.ok) return answer.problem;
      done(answer.value);
      app.tell(say("admin_answered", { name: request.user_name }));
      return null;
    },
  );

  /** @param {AdminUser | undefined} known */
  function write(known) {
    user = known;
    const capped = known?.extra_cap ?? null;
    choice.write(known ? capped !== null : false);
    cap.write(choice.read() === "cap_raised", capped ?? 0, known ? extraTaken(known) : 0);
  }

  write(undefined);
  return { element, write };
}

/**
 * @param {string} id
 * @param {() => void} onChange
 */
function createOutcome(id, onChange) {
  const radios = OUTCOMES.map((value) =>
    el("input", { type: "radio", name: `outcome-${id}`, value, required: true }),
  );
  const labels = radios.map((radio, i) =>
    el("label", { class: "option" }, radio, say(`admin_answer_${OUTCOMES[i] ?? "declined"}`)),
  );
  const why = el("p", { class: "note-line" }, say("admin_answer_uncapped"));
  const element = el(
    "fieldset",
    { class: "options" },
    el("legend", {}, say("admin_answer")),
    ...labels,
    why,
  );
  element.addEventListener("change", onChange);
  return {
    element,
    read: () => OUTCOMES.find((_, i) => radios[i]?.checked) ?? null,
    /** @param {boolean} capped  only a cap can be raised */
    write(capped) {
      const [raise] = radios;
      if (raise) raise.disabled = !capped;
      if (raise?.checked && !capped) raise.checked = false;
      show(why, !capped);
    },
  };
}

/** @param {string} id */
function createCap(id) {
  const name = `cap-${id}`;
  const input = el("input", {
    type: "number",
    id: name,
    max: String(CREDITS_MAX),
    step: "1",
    inputmode: "numeric",
  });
  const now = el("p", { class: "note-line" });
  const label = el("label", { for: name }, say("admin_answer_cap"));
  const element = el("div", { class: "field" }, label, input, now);
  return {
    element,
    input,
    /**
     * @param {boolean} shown
     * @param {number} cap
     * @param {number} taken
     */
    write(shown, cap, taken) {
      show(element, shown);
      input.disabled = !shown;
      input.required = shown;
      input.min = String(cap + 1);
      const figures = { cap: format.number(cap), taken: format.number(taken) };
      setText(now, say("admin_answer_cap_now", figures));
    },
  };
}

/** @param {string} id */
function createNote(id) {
  const name = `note-${id}`;
  const input = el("textarea", {
    id: name,
    rows: "2",
    maxlength: String(NOTE_CHARS_MAX),
    dir: "auto",
  });
  const label = el("label", { for: name }, say("admin_answer_note"));
  return { element: el("div", { class: "field" }, label, input), input };
}
