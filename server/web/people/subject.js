/**
 * The screen of one person or company with every piece, live.
 *
 * @import { Problem, Subject } from "../../../extension/protocol.js"
 * @import { App, OpenScreen, Place } from "../frame/screens.js"
 */

import { unknownScreen } from "../frame/failures.js";
import { words } from "../words.js";
import { fetchOne } from "./fetching.js";
import { createFollowing } from "./following.js";
import { listOf } from "./lists.js";
import { createReveals } from "./reveals.js";
import { createSubjectView } from "./subject-view.js";

const { say } = words;

/**
 * @typedef {object} Sight  of one subject
 * @property {Subject | null} subject  null until it is there
 * @property {boolean} unknown  there is no such one
 * @property {Problem | null} problem  why it cannot be had, or why what is shown may not be right
 */

/** @type {OpenScreen} */
export function open(app, place) {
  const { live } = app;
  const company = place.path.startsWith("/companies/");
  const sight = createSight(app, place, draw);
  const following = createFollowing({
    live,
    shows: (id) => id === place.params["subject"],
    fetchAgain: sight.fetch,
  });
  const doubt = following.ask;
  const reveals = createReveals(app, { change: sight.change, doubt, changed: draw });
  const view = createSubjectView({
    retry: fetch,
    spend(event, subject, kind, price) {
      if (reveals.decides(event)) reveals.reveal(subject.id, kind, price);
    },
    dismiss: reveals.dismiss,
  });
  const title = say(company ? "subject_company" : "subject_person");

  let left = false;

  /** Answers come after one has left, too, and the title is another screen's then. */
  function draw() {
    if (left) return;
    const now = sight.now();
    if (now.unknown) return leadNowhere();
    view.write(now, {
      standing: live.now(),
      paused: reveals.paused(),
      pending: reveals.pending,
      refusal: reveals.refusal(),
    });
    if (now.subject) entitle(now.subject.name);
  }

  function leadNowhere() {
    const nowhere = unknownScreen();
    leave();
    view.element.replaceChildren(nowhere.element);
    entitle(nowhere.title);
    view.element.querySelector("h1")?.focus();
  }

  function fetch() {
    following.asks();
    return sight.fetch();
  }

  function leave() {
    left = true;
    stop();
    following.leave();
    sight.leave();
  }

  const stop = live.listen(draw);
  fetch();
  draw();
  return { title, element: view.element, leave };
}

/** @param {string} title  known only after the screen was shown */
function entitle(title) {
  document.title = `${title} · ${say("extension_name")}`;
}

/**
 * @param {App} app
 * @param {Place} place
 * @param {() => void} changed
 */
function createSight(app, place, changed) {
  /** @type {Sight} */
  let now = { subject: null, unknown: false, problem: null };
  let turn = 0;

  /** @param {Partial<Sight>} next */
  function become(next) {
    now = { ...now, ...next };
    changed();
  }

  return {
    now: () => now,

    /** @returns {Promise<Problem | null>} */
    async fetch() {
      const mine = ++turn;
      const fetched = await fetchOne(app.call, place.params["subject"] ?? "");
      if (mine !== turn) return null;
      const problem = fetched.ok ? null : fetched.problem;
      become(fetched.ok ? seen(fetched.subjects[0], place) : { problem });
      return problem;
    },

    /** @param {(subject: Subject) => Subject} change  by an answer newer than what is on its way */
    change(change) {
      turn += 1;
      if (now.subject) become({ subject: change(now.subject) });
    },

    leave() {
      turn += 1;
    },
  };
}

/**
 * @param {Subject | undefined} subject
 * @param {Place} place
 * @returns {Partial<Sight>} no company is among the people
 */
function seen(subject, { path }) {
  const here = subject && path.startsWith(`${listOf(subject.type).path}/`);
  return here ? { subject, problem: null } : { unknown: true };
}
