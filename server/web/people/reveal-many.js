/**
 * Asks before many are revealed at once: what is new, what it costs, what is left after it.
 *
 * @import { Kind, Problem, RevealAnswer } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { Wanted } from "./fetching.js"
 * @import { Sum } from "./sum.js"
 */

import { createDialog } from "../parts/dialog.js";
import { problemText } from "../parts.js";
import { words } from "../words.js";
import { fetchSubjects } from "./fetching.js";
import { createManyView, outcomeText } from "./many-view.js";
import { sumOf } from "./sum.js";

const { say } = words;

/**
 * @typedef {object} ManyActions
 * @property {(event: MouseEvent) => boolean} decides
 * @property {(answer: RevealAnswer) => void} take
 * @property {() => void} doubt
 *
 * @typedef {object} Asked  what the dialog shows; without a sum it is still counting, or could not
 * @property {Sum | null} sum
 * @property {string} problem  empty when there is none
 * @property {boolean} pending
 */

/**
 * @param {App} app
 * @param {ManyActions} actions
 * @returns {{open(wanted: readonly Wanted[], kinds: readonly Kind[]): void, close(): void,
 *   write(): void}}  `write` anew what depends on battery and line
 */
export function createRevealMany(app, { decides, take, doubt }) {
  /** @type {Asked} */
  let now = { sum: null, problem: "", pending: false };
  /** @type {() => Promise<void>} */
  let look = async () => {};
  /** Answers to what was asked before it was closed are nobody's. */
  let turn = 0;
  const view = createManyView(spend);
  const dialog = createDialog({
    title: say("many_title"),
    content: [view.element],
    close: () => turn++,
  });

  /** @param {Partial<Asked>} next */
  function become(next) {
    now = { ...now, ...next };
    write();
  }

  function write() {
    if (dialog.element.open) view.write(now, app.live.now());
  }

  /**
   * @param {readonly Wanted[]} wanted
   * @param {readonly Kind[]} kinds
   */
  async function lookAt(wanted, kinds) {
    const mine = turn;
    const fetched = await fetchSubjects(app.call, wanted);
    if (mine !== turn) return;
    if (fetched.ok) become({ sum: sumOf(fetched.subjects, kinds) });
    else become({ sum: null, problem: problemText(fetched.problem) });
  }

  /** @param {MouseEvent} event */
  async function spend(event) {
    const { sum, pending } = now;
    if (!sum || pending || !decides(event)) return;
    const mine = turn;
    become({ pending: true, problem: "" });
    const problem = await carryOut(sum);
    if (mine === turn) show(problem);
  }

  /**
   * @param {Sum} sum
   * @returns {Promise<Problem | null>}
   */
  async function carryOut(sum) {
    const body = { items: sum.items, max_credits: sum.credits };
    const answer = await app.unanswered.ask(`reveals ${JSON.stringify(body)}`, (key) =>
      app.call("POST", "/api/v1/reveals", { body, key }),
    );
    if (!answer.ok) return answer.problem;
    finish(sum, answer.value);
    return null;
  }

  /** @param {Problem | null} problem  null: it is done */
  function show(problem) {
    become({ pending: false });
    if (problem) refused(problem);
    else dialog.close();
  }

  /**
   * @param {Sum} sum
   * @param {RevealAnswer} answer
   */
  function finish(sum, answer) {
    take(answer);
    app.tell(outcomeText(sum, answer));
  }

  /** @param {Problem} problem */
  function refused(problem) {
    doubt();
    become({ problem: problemText(problem) });
    // Prices, owners and what there is may be others than those that were summed.
    if (problem.status !== 402) look();
  }

  return {
    open(wanted, kinds) {
      turn += 1;
      look = () => lookAt(wanted, kinds);
      now = { sum: null, problem: "", pending: false };
      dialog.open();
      write();
      look();
    },
    close: () => dialog.close(),
    write,
  };
}
