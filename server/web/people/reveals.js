/**
 * Reveals from a screen of the web app: whose click counts, what the answer changes, what is told.
 *
 * @import { Kind, Problem, RevealAnswer, Subject } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 */

import { noticeSentence } from "/ui/notices.js";
import { withOutcome } from "/ui/outcome.js";
import { createSpending } from "/ui/revealing.js";
import { createSpendGuard, PAUSE_MS } from "/ui/spending.js";
import { words } from "../words.js";

/**
 * @typedef {object} RevealActions
 * @property {(change: (subject: Subject) => Subject) => void} change  what is shown, by the answer
 * @property {() => void} doubt  what is shown may be wrong
 * @property {() => void} changed
 *
 * @typedef {{text: string, problem: Problem}} Refusal
 */

/**
 * One for a screen: a click just after another one, on whichever button, does not count.
 *
 * @param {App} app
 * @param {RevealActions} actions
 */
export function createReveals(app, { change, doubt, changed }) {
  const maySpend = createSpendGuard(() => performance.now());
  const spending = createSpending(app);
  let paused = false;
  /** @type {Refusal | null} */
  let refusal = null;

  function pause() {
    paused = true;
    setTimeout(() => {
      paused = false;
      changed();
    }, PAUSE_MS);
  }

  /** @param {Refusal | null} next */
  function refuse(next) {
    refusal = next;
    changed();
  }

  /** @param {RevealAnswer} answer */
  function take({ battery, results }) {
    const me = { name: app.me.user.name, at: new Date().toISOString() };
    app.live.take(battery);
    change((subject) => results.reduce((so_far, one) => withOutcome(so_far, one, me), subject));
    // Others that are shown may share the piece (R3).
    doubt();
  }

  /** @param {import("../../../extension/protocol.js").Notice} notice */
  function sentence(notice) {
    const { user, org } = app.me;
    const at = {
      userName: user.name,
      orgName: org.name,
      server: location.host,
      nowMs: Date.now(),
    };
    return noticeSentence(words, notice, at).text;
  }

  return {
    paused: () => paused,
    pending: spending.pending,
    refusal: () => refusal,
    dismiss: () => refuse(null),
    take,

    /**
     * @param {MouseEvent} event
     * @returns {boolean} whether it is a decision to spend; another one must wait a moment
     */
    decides(event) {
      if (!maySpend(event)) return false;
      pause();
      refuse(null);
      return true;
    },

    /**
     * @param {string} subject
     * @param {Kind} kind
     * @param {number} price  as it stands on the button
     */
    async reveal(subject, kind, price) {
      const asked = spending.reveal({ type: "reveal", subject, kind, price });
      changed();
      const revealed = await asked;
      if (!revealed.ok) {
        doubt();
        return refuse({ text: sentence({ kind, problem: revealed.problem }), ...revealed });
      }
      take(revealed.answer);
      const [result] = revealed.answer.results;
      if (result) app.tell(sentence({ kind, result }));
    },
  };
}
