/**
 * The contact or account on the page, with a row for each kind.
 *
 * @import { PersonView, Subject } from "../protocol.js"
 * @import { PieceActions, PieceState } from "./pieces.js"
 * @import { Words } from "./words.js"
 */

import { el, setText, show } from "./dom.js";
import { createPieceRow } from "./pieces.js";

const KINDS = /** @type {const} */ (["email", "phone", "personality"]);

/**
 * @param {Words} words
 * @param {PieceActions} actions
 * @returns {{element: HTMLElement, write(person: PersonView & {subject: Subject}, state:
 *   Pick<PieceState, "online" | "paused" | "nowMs">): void}}
 */
export function createPerson(words, actions) {
  const name = el("h2", { class: "name", dir: "auto" });
  const headline = el("p", { class: "note-line", dir: "auto" });
  const rows = KINDS.map((kind) => ({ kind, row: createPieceRow(words, kind, actions) }));
  const element = el(
    "div",
    {},
    el("section", { class: "sec" }, name, headline),
    el("section", { class: "sec rows" }, ...rows.map(({ row }) => row.element)),
  );
  return {
    element,
    write({ subject, pending }, state) {
      setText(name, subject.name);
      setText(headline, headlineOf(words, subject));
      for (const { kind, row } of rows) {
        const piece = subject.pieces[kind];
        show(row.element, piece !== undefined);
        if (!piece) continue;
        row.write({ ...state, piece, type: subject.type, pending: pending.includes(kind) });
      }
    },
  };
}

/**
 * @param {Words} words
 * @param {Pick<Subject, "headline" | "company" | "location">} subject
 */
export function headlineOf({ say }, { headline, company, location }) {
  if (!headline) return company ?? location ?? "";
  if (!company || headline.includes(company)) return headline;
  return say("at_company", { headline, company });
}

/**
 * Grey shapes of what will stand here.
 *
 * @param {Words} words
 * @param {"person_loading" | "list_loading"} label
 */
export function createSkeleton(words, label = "person_loading") {
  const bar = (/** @type {string} */ size) => el("div", { class: `bone ${size}` });
  return el(
    "div",
    { class: "skeleton", role: "status", "aria-label": words.say(label) },
    el("section", { class: "sec" }, bar("wide"), bar("mid")),
    el("section", { class: "sec" }, bar("full"), bar("full"), bar("full")),
  );
}
