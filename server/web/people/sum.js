/**
 * What it would cost to reveal several people at once. Pure.
 *
 * @import { Battery, Kind, RevealResult, Subject } from "../../../extension/protocol.js"
 */

/**
 * @typedef {object} Sum
 * @property {number} subjects  whom it is about
 * @property {{subject: string, kinds: Kind[]}[]} items  what is to be paid for, and nothing else
 * @property {number} pieces  in them
 * @property {number} credits  at most: two people may share one piece, which is paid once (R2)
 * @property {number} owned
 * @property {number} missing  pieces nobody knows
 *
 * @typedef {{charged: number, credits: number, owned: number, missing: number}} Outcome
 */

/**
 * @param {readonly Subject[]} subjects
 * @param {readonly Kind[]} kinds
 * @returns {Sum}
 */
export function sumOf(subjects, kinds) {
  /** @type {Sum} */
  let sum = { subjects: subjects.length, items: [], pieces: 0, credits: 0, owned: 0, missing: 0 };
  for (const subject of subjects) sum = withSubject(sum, subject, kinds);
  return sum;
}

/**
 * @param {Sum} sum
 * @param {Subject} subject
 * @param {readonly Kind[]} kinds
 * @returns {Sum}
 */
function withSubject(sum, { id, pieces }, kinds) {
  const asked = kinds.flatMap((kind) => (pieces[kind] ? [{ kind, piece: pieces[kind] }] : []));
  const priced = asked.flatMap(({ kind, piece }) =>
    "price" in piece ? [{ kind, price: piece.price }] : [],
  );
  const item = { subject: id, kinds: priced.map(({ kind }) => kind) };
  return {
    subjects: sum.subjects,
    items: priced.length > 0 ? [...sum.items, item] : sum.items,
    pieces: sum.pieces + priced.length,
    credits: sum.credits + priced.reduce((credits, { price }) => credits + price, 0),
    owned: sum.owned + asked.filter(({ piece }) => piece.state === "owned").length,
    missing: sum.missing + asked.filter(({ piece }) => piece.state === "not_found").length,
  };
}

/**
 * The license is drawn first (R9).
 *
 * @param {Battery} battery
 * @param {number} credits
 * @returns {{license: number, extra: number, short: number}} what is left of each, what is missing
 */
export function leftAfter({ license, extra }, credits) {
  const fromLicense = Math.min(credits, license.remaining);
  const rest = credits - fromLicense;
  const fromExtra = Math.min(rest, extra?.available ?? 0);
  return {
    license: license.remaining - fromLicense,
    extra: (extra?.remaining ?? 0) - fromExtra,
    short: rest - fromExtra,
  };
}

/**
 * @param {Sum} sum  what was known before
 * @param {readonly RevealResult[]} results
 * @returns {Outcome}
 */
export function outcomeOf(sum, results) {
  /** @param {RevealResult["outcome"]} outcome */
  const of = (outcome) => results.filter((result) => result.outcome === outcome);
  return {
    charged: of("charged").length,
    credits: results.reduce((credits, result) => credits + result.credits, 0),
    owned: sum.owned + of("already_owned").length,
    missing: sum.missing + of("not_found").length,
  };
}
