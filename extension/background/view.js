/**
 * The whole picture one page gets, made from the parts of the background's state.
 *
 * @import {
 *   JobView, Kind, LevelAlert, LinkState, ListView, Notice, PairingView, PersonView, Problem, View
 * } from "../protocol.js"
 * @import { Figures } from "./figures.js"
 * @import { Entry } from "./people.js"
 */

/**
 * @typedef {object} State
 * @property {string} server
 * @property {boolean} signedIn
 * @property {PairingView | null} pairing
 * @property {View["ended"]} ended
 * @property {Problem | null} problem
 * @property {LinkState} link
 * @property {Figures} figures
 * @property {LevelAlert | null} alert
 * @property {{entry: Entry, notice: Notice | null} | null} person
 * @property {ListView | null} list
 * @property {JobView[]} jobs
 * @property {(subject: string) => Kind[]} pendingOf
 */

/**
 * @param {State} state
 * @returns {View}
 */
export function viewOf(state) {
  const { server, signedIn, pairing, ended, problem, link, figures, alert } = state;
  const { as_of_ms, user, org, battery, prices, team } = figures;
  return {
    server,
    phase: phaseOf(signedIn, pairing),
    pairing,
    ended,
    problem,
    link,
    // While the figures are right, their age is of no interest and would redraw every page; and a line
    // that comes and goes with each new worker would move the buttons below it.
    as_of_ms: link === "offline" ? as_of_ms : null,
    user,
    org,
    battery,
    prices,
    alert: alert && { level: alert.level, seq: alert.seq },
    team: team.map(({ at_ms: _, ...line }) => line),
    person: signedIn ? personOf(state) : null,
    list: signedIn ? state.list : null,
    jobs: state.jobs,
  };
}

/**
 * @param {boolean} signedIn
 * @param {PairingView | null} pairing
 */
function phaseOf(signedIn, pairing) {
  if (signedIn) return "signed_in";
  return pairing ? "pairing" : "signed_out";
}

/**
 * @param {State} state
 * @returns {PersonView | null}
 */
function personOf({ person, pendingOf }) {
  if (!person) return null;
  const { status, subject, problem } = person.entry;
  return {
    status,
    subject,
    problem,
    pending: subject ? pendingOf(subject.id) : [],
    notice: person.notice,
  };
}
