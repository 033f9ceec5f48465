/**
 * One row per kind: masked with its price on the button, owned with who revealed it, or not there
 * and then without a button.
 *
 * @import { Kind, OwnedPiece, Piece, Subject, UpdatedPiece } from "../protocol.js"
 * @import { Entry } from "./details.js"
 * @import { Words } from "./words.js"
 */

import { detailsOf, entriesOf } from "./details.js";
import { createSlot, el, icon, setAttribute, setText, show } from "./dom.js";

/** How long "Copied" stands on the button. */
const COPIED_MS = 1_500;

/** As long as such values usually are; says nothing about this one. */
const MASKS = { email: "••••••••@•••••••", phone: "+•• ••• ••• ••", personality: "• • • •" };

/**
 * @typedef {object} PieceActions
 * @property {(event: MouseEvent, kind: Kind, price: number) => void} spend
 * @property {(text: string) => Promise<boolean>} copy  whether it worked
 *
 * @typedef {object} PieceState
 * @property {Piece} piece
 * @property {Subject["type"]} type
 * @property {boolean} pending  a reveal is under way
 * @property {boolean} online  whether a reveal can be sent at all
 * @property {boolean} paused  just after a click, when no other one counts
 * @property {number} nowMs
 */

/**
 * @param {Words} words
 * @param {Kind} kind
 * @param {PieceActions} actions
 * @returns {{element: HTMLElement, write(state: PieceState): void}}
 */
export function createPieceRow(words, kind, actions) {
  const entries = el("div", { class: "entries" });
  const by = el("span", { class: "note-line", "data-part": "by" });
  const newer = el("span", { class: "newer" }, words.say("newer"));
  const details = el("div", { class: "details" });
  const reveal = createRevealButton(words, kind, actions.spend);
  const element = el(
    "div",
    { class: "row", "data-kind": kind },
    icon(kind),
    el("div", { class: "body" }, entries, by),
    newer,
    reveal.element,
    details,
  );
  const writeEntries = createSlot(entries, (/** @type {ShownEntry[]} */ shown) =>
    shown.map((entry) => entryElement(words, entry, actions.copy)),
  );
  const writeDetails = createSlot(details, (/** @type {OwnedPiece["value"] | null} */ value) =>
    value ? detailsOf(words, kind, value) : [],
  );

  return {
    element,
    write(state) {
      const { piece } = state;
      const owned = ownedPart(piece);
      setAttribute(element, "data-state", piece.state);
      const byline = owned ? bylineOf(words, owned, state.nowMs) : "";
      const shown = shownEntries(words, kind, state);
      // A single line carries its byline itself; several numbers share one below them.
      const [only, second] = shown;
      if (only && !second && owned) only.note ||= byline;
      writeEntries(shown);
      setText(by, byline);
      show(by, owned !== null && only?.note !== byline);
      show(newer, piece.state === "updated");
      writeDetails(owned ? owned.value : null);
      reveal.write(priceOf(piece), state);
    },
  };
}

/**
 * @typedef {Entry & {style: "value" | "mask" | "none"}} ShownEntry
 */

/**
 * @param {Words} words
 * @param {Kind} kind
 * @param {PieceState} state
 * @returns {ShownEntry[]}
 */
function shownEntries(words, kind, { piece, type }) {
  switch (piece.state) {
    case "not_found":
      return [{ text: words.say(`none_${kind}`), note: "", copyable: false, style: "none" }];
    case "available": {
      const note = words.say(opensKey(kind, type));
      return [{ text: MASKS[kind], note, copyable: false, style: "mask" }];
    }
    default:
      return entriesOf(words, kind, piece.value).map((entry) => ({ ...entry, style: "value" }));
  }
}

/**
 * @param {Kind} kind
 * @param {Subject["type"]} type
 */
function opensKey(kind, type) {
  if (type === "account" && kind !== "personality")
    return /** @type {const} */ (`opens_account_${kind}`);
  return /** @type {const} */ (`opens_${kind}`);
}

/**
 * @param {Piece} piece
 * @returns {OwnedPiece | UpdatedPiece | null}
 */
export function ownedPart(piece) {
  return piece.state === "owned" || piece.state === "updated" ? piece : null;
}

/**
 * @param {Piece} piece
 * @returns {number | null} null when there is nothing to buy
 */
export function priceOf(piece) {
  return piece.state === "available" || piece.state === "updated" ? piece.price : null;
}

/**
 * @param {Words} words
 * @param {OwnedPiece | UpdatedPiece} piece
 * @param {number} nowMs
 */
export function bylineOf({ say, format }, piece, nowMs) {
  const day = format.instantDay(piece.revealed_at, nowMs);
  return say("revealed_by", { name: piece.revealed_by, day });
}

/**
 * @param {Words} words
 * @param {ShownEntry} entry
 * @param {PieceActions["copy"]} copy
 */
function entryElement(words, entry, copy) {
  const hidden = entry.style === "mask";
  // Addresses and numbers run from left to right in every script.
  const text = el(
    "span",
    {
      class: entry.style,
      dir: entry.copyable ? "ltr" : "auto",
      "aria-hidden": hidden ? "true" : null,
    },
    ...breakable(entry.text),
  );
  const note = entry.note ? el("span", { class: "note-line" }, entry.note) : null;
  const button = entry.copyable ? copyButton(words, entry.text, copy) : null;
  return el("div", { class: "entry" }, el("div", { class: "entry-text" }, text, note), button);
}

/**
 * An address that needs two lines breaks before its domain.
 *
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
export function breakable(text) {
  const at = text.lastIndexOf("@");
  return at < 0 ? [text] : [text.slice(0, at), el("wbr"), text.slice(at)];
}

/**
 * @param {Words} words
 * @param {string} value
 * @param {PieceActions["copy"]} copy
 */
export function copyButton(words, value, copy) {
  const button = el(
    "button",
    { type: "button", class: "copy", "aria-label": words.say("copy_label", { value }) },
    words.say("copy"),
  );
  button.addEventListener("click", async () => {
    if (!(await copy(value))) return;
    setText(button, words.say("copied"));
    setTimeout(() => setText(button, words.say("copy")), COPIED_MS);
  });
  return button;
}

/**
 * @param {Words} words
 * @param {Kind} kind
 * @param {PieceActions["spend"]} spend
 */
function createRevealButton(words, kind, spend) {
  let price = 0;
  const label = el("span");
  const figure = el("b");
  const button = el("button", { type: "button", class: "go reveal" }, label, figure);
  button.addEventListener("click", (event) => spend(event, kind, price));
  return {
    element: button,
    /**
     * @param {number | null} asked
     * @param {PieceState} state
     */
    write(asked, { pending, online, paused }) {
      show(button, asked !== null);
      if (asked === null) return;
      price = asked;
      const shownPrice = words.format.number(asked);
      const name = words.say(`kind_${kind}`);
      button.disabled = pending || !online;
      setAttribute(button, "aria-disabled", paused ? "true" : null);
      setText(label, words.say(pending ? "revealing" : "reveal"));
      setText(figure, shownPrice);
      setAttribute(
        button,
        "aria-label",
        words.count("reveal_label", asked, { kind: name, price: shownPrice }),
      );
    },
  };
}
