/**
 * The sentence after a reveal: what happened, what it cost, or what is missing and what to do next.
 *
 * @import { Notice, Problem, RevealResult } from "../protocol.js"
 * @import { Words } from "./words.js"
 */

/**
 * @typedef {object} Circumstances
 * @property {string} userName
 * @property {string} orgName
 * @property {string} server
 * @property {number} nowMs
 *
 * @typedef {{tone: "good" | "plain" | "warn", text: string}} Sentence
 */

/**
 * @param {Words} words
 * @param {Notice} notice
 * @param {Circumstances} at
 * @returns {Sentence}
 */
export function noticeSentence(words, notice, at) {
  if ("problem" in notice)
    return { tone: "warn", text: problemText(words, notice.problem, at.server) };
  return outcomeSentence(words, notice.result, at);
}

/**
 * @param {Words} words
 * @param {RevealResult} result
 * @param {Circumstances} at
 * @returns {Sentence}
 */
function outcomeSentence(words, result, at) {
  switch (result.outcome) {
    case "already_owned":
      return { tone: "plain", text: ownedText(words, result, at) };
    case "charged": {
      const kind = words.say(`kind_${result.kind}`);
      const text = words.count("charged", result.credits, { kind, org: at.orgName });
      return { tone: "good", text };
    }
    default:
      return { tone: "plain", text: words.say("found_nothing") };
  }
}

/**
 * @param {Words} words
 * @param {RevealResult} result
 * @param {Circumstances} at
 */
function ownedText({ say, format }, { revealed_by: name = "", revealed_at: instant }, at) {
  const day = instant ? format.instantDay(instant, at.nowMs) : "";
  return name === at.userName
    ? say("already_owned_by_you", { day })
    : say("already_owned", { name, day });
}

/**
 * The server's own `detail` wherever it speaks of this request: it names pools and figures, and when
 * to come back.
 *
 * @param {Words} words
 * @param {Problem} problem
 * @param {string} server
 * @returns {string}
 */
export function problemText({ say }, problem, server) {
  switch (problem.code) {
    case "unreachable":
      return say("unreachable");
    case "download_cut":
      return say("download_cut");
    case "not_a_server":
      return say("not_a_server", { server });
    case "price_changed":
      return say("price_changed");
    case "unavailable":
      return say("unavailable");
    default:
      return problem.detail || problem.title;
  }
}
