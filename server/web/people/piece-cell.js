/**
 * One kind of one person or company in a list: owned with who revealed it, to be had for what the
 * button says, or not there and then without a button.
 *
 * @import { Kind, OwnedPiece, Piece, UpdatedPiece } from "../../../extension/protocol.js"
 */

import { copyText } from "/ui/clipboard.js";
import { entriesOf } from "/ui/details.js";
import { createSlot, el, setAttribute, setText, show } from "/ui/dom.js";
import { breakable, bylineOf, copyButton, ownedPart, priceOf } from "/ui/pieces.js";
import { words } from "../words.js";

const { say, count, format } = words;

/**
 * @typedef {object} CellState
 * @property {string} name  whose piece it is
 * @property {Piece} piece
 * @property {boolean} pending  a reveal is under way
 * @property {boolean} online
 * @property {boolean} paused  just after a click, when no other one counts
 *
 * @typedef {(event: MouseEvent, kind: Kind, price: number) => void} Spend
 */

/**
 * @param {Kind} kind
 * @param {Spend} spend
 * @returns {{element: HTMLElement, write(state: CellState): void}}
 */
export function createPieceCell(kind, spend) {
  const value = el("div", { class: "piece-value" });
  const by = el("span", { class: "note-line", "data-part": "by" });
  const newer = el("span", { class: "note-line" }, say("newer"));
  const none = el("span", { class: "none" }, say(`none_${kind}`));
  const button = createRevealButton(kind, spend);
  const element = el(
    "div",
    { class: "piece", "data-kind": kind },
    value,
    by,
    newer,
    none,
    button.element,
  );
  const writeValue = createSlot(value, (/** @type {OwnedPiece["value"] | null} */ owned) =>
    owned ? entriesOf(words, kind, owned).map(entryElement) : [],
  );

  return {
    element,
    write(state) {
      const { piece } = state;
      const owned = ownedPart(piece);
      const focused = button.element === document.activeElement;
      setAttribute(element, "data-state", piece.state);
      writeValue(owned?.value ?? null);
      writeByline(by, owned);
      show(newer, piece.state === "updated");
      show(none, piece.state === "not_found");
      button.write(priceOf(piece), state);
      // Whoever stood on the button that is gone now goes on at what came for it.
      if (focused && button.element.hidden) next(element)?.focus();
    },
  };
}

/**
 * @param {HTMLElement} cell
 * @returns {HTMLElement | null}
 */
function next(cell) {
  return (
    cell.querySelector("button:not([hidden])") ?? cell.closest("tr")?.querySelector("a") ?? null
  );
}

/**
 * @param {HTMLElement} element
 * @param {OwnedPiece | UpdatedPiece | null} owned
 */
function writeByline(element, owned) {
  setText(element, owned ? bylineOf(words, owned, Date.now()) : "");
  show(element, owned !== null);
}

/** @param {import("/ui/details.js").Entry} entry */
function entryElement({ text, note, copyable }) {
  // Addresses and numbers run from left to right in every script.
  const value = el("span", { class: "value", dir: copyable ? "ltr" : "auto" }, ...breakable(text));
  const kind = note ? el("span", { class: "note-line" }, note) : null;
  const copy = copyable ? copyButton(words, text, copyText) : null;
  return el("div", { class: "piece-entry" }, value, kind, copy);
}

/**
 * @param {Kind} kind
 * @param {Spend} spend
 */
function createRevealButton(kind, spend) {
  let price = 0;
  const label = el("span");
  const figure = el("b");
  const element = el("button", { type: "button", class: "reveal" }, label, " ", figure);
  element.addEventListener("click", (event) => spend(event, kind, price));
  return {
    element,
    /**
     * @param {number | null} asked
     * @param {CellState} state
     */
    write(asked, { name, pending, online, paused }) {
      show(element, asked !== null);
      if (asked === null) return;
      price = asked;
      element.disabled = !online;
      setAttribute(element, "aria-disabled", pending || paused ? "true" : null);
      setText(label, say(pending ? "revealing" : "reveal"));
      setText(figure, format.number(asked));
      const what = { kind: say(`kind_${kind}`), name, price: format.number(asked) };
      setAttribute(element, "aria-label", count("people_reveal", asked, what));
    },
  };
}
