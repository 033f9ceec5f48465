/**
 * What the answer to a reveal makes of the subject that is shown, without asking for it again.
 *
 * @import { Piece, RevealResult, Subject } from "../protocol.js"
 */

/**
 * @param {Subject} subject
 * @param {RevealResult} result
 * @param {{name: string, at: string}} me who revealed what the result does not say otherwise of
 * @returns {Subject} the same one when the result says nothing about it
 */
export function withOutcome(subject, result, me) {
  const piece = subject.id === result.subject ? pieceOf(result, me) : null;
  return piece ? { ...subject, pieces: { ...subject.pieces, [result.kind]: piece } } : subject;
}

/**
 * @param {RevealResult} result
 * @param {{name: string, at: string}} me
 * @returns {Piece | null} null when the result says nothing about the piece
 */
function pieceOf({ outcome, value, revealed_by, revealed_at, seq }, me) {
  if (outcome === "not_found") return { state: "not_found" };
  if (!value || seq === undefined) return null;
  return {
    state: "owned",
    value,
    revealed_by: revealed_by ?? me.name,
    revealed_at: revealed_at ?? me.at,
    seq,
  };
}
