/**
 * One job, followed through its whole life. It changes by answers and by the socket's news of one's
 * own jobs; of another user's job nothing is pushed, so an admin asks again.
 *
 * @import { Answer } from "/ui/calls.js"
 * @import { Job, Problem } from "../../../extension/protocol.js"
 * @import { News } from "../frame/live.js"
 * @import { App } from "../frame/screens.js"
 * @import { Mapping } from "./mapping.js"
 */

import { isLater, isUnderWay } from "/ui/course.js";
import { isLost } from "/ui/unanswered.js";
import { createPace } from "../pace.js";
import { isCut, toldAnew } from "./told-anew.js";

/** Counting 100,000 rows takes half a minute, and may wait for another one's turn. */
const COUNTING_DEADLINE_MS = 120_000;
/** Of another user's running job. */
const ASK_AGAIN_MS = 2_000;
/** A busy moment of the org is one question. */
const CHANGES_MS = 500;
/** After a quote's time, until the server's sweep has come to it. */
const EXPIRED_AFTER_MS = 5_000;
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/**
 * @typedef {"start" | "stop" | "map"} Asked
 *
 * @typedef {object} Following
 * @property {"loading" | "known" | "unknown" | "failed"} phase
 * @property {Job | null} job
 * @property {Asked | null} pending  asked of it and not answered yet
 * @property {{asked: Asked, problem: Problem} | null} refusal  why the last thing asked did not happen
 * @property {Problem | null} failure  why it could not be fetched
 */

/**
 * @param {App} app
 * @param {string} id
 * @param {(now: Following) => void} changed
 */
export function createFollowing({ call, live, unanswered, me }, id, changed) {
  const path = `/api/v1/jobs/${encodeURIComponent(id)}`;
  /** @type {Following} */
  let now = { phase: "loading", job: null, pending: null, refusal: null, failure: null };
  let left = false;
  let wasOffline = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let asking;

  /** @param {Partial<Following>} part */
  function put(part) {
    if (left) return;
    now = { ...now, ...part };
    changed(now);
  }

  /** @param {Job} job */
  function take(job) {
    const old = now.job;
    if (old && !isLater(old, job)) return;
    const moved = old?.status !== job.status;
    const refusal = moved ? null : now.refusal;
    put({ phase: "known", job: old ? toldAnew(old, job) : job, refusal, failure: null });
    askAgainLater();
  }

  async function load() {
    const answer = await call("GET", path);
    if (left) return;
    if (answer.ok) take(answer.value);
    else if (answer.problem.status === 404) put({ phase: "unknown" });
    // What is shown stays; only who waits for the first answer is told.
    else if (now.job === null) put({ phase: "failed", failure: answer.problem });
    askAgainLater();
  }

  function askAgainLater() {
    clearTimeout(asking);
    const waitMs = now.job ? waitOf(now.job) : null;
    if (waitMs !== null && !left) asking = setTimeout(load, Math.min(waitMs, TIMEOUT_MAX_MS));
  }

  /**
   * @param {Job} job
   * @returns {number | null} null: the socket tells of it, or nothing more happens
   */
  function waitOf({ status, by, expires_at }) {
    if (status === "quoted" && expires_at) {
      return Math.max(0, Date.parse(expires_at) - Date.now()) + EXPIRED_AFTER_MS;
    }
    return isUnderWay(status) && by.id !== me.user.id ? ASK_AGAIN_MS : null;
  }

  /** @param {News} news */
  function hear(news) {
    switch (news.type) {
      case "job":
        return hearOf(news.job);
      case "changes":
        return now.job?.by.id === me.user.id ? undefined : pace.ask();
      case "gap":
        return load();
      case "link":
        return relink();
      case "battery":
        return changed(now);
    }
  }

  /** @param {Job} job */
  function hearOf(job) {
    if (job.id !== id) return;
    take(job);
    if (now.job && isCut(now.job)) load();
  }

  function relink() {
    const { link } = live.now();
    // What ended while nobody was listening is not told again.
    if (link === "live" && (wasOffline || now.phase === "failed")) load();
    wasOffline = link === "offline" || (wasOffline && link !== "live");
    changed(now);
  }

  /**
   * @param {Asked} asked
   * @param {() => Promise<Answer>} send
   */
  async function ask(asked, send) {
    if (now.pending) return;
    put({ pending: asked, refusal: null });
    const answer = await send();
    if (left) return;
    if (answer.ok) take(answer.value);
    // A refusal says that the job is not what it looks like here: another quote, or further on.
    else if (!isLost(answer)) await load();
    put({ pending: null, refusal: refusalOf(asked, answer, now.job?.status) });
  }

  const pace = createPace(load, CHANGES_MS);
  const stopListening = live.listen(hear);
  load();

  return {
    now: () => now,

    load() {
      put({ phase: "loading", failure: null });
      load();
    },

    start() {
      const send = (/** @type {string} */ key) =>
        call("POST", `${path}/start`, { key, deadlineMs: COUNTING_DEADLINE_MS });
      return ask("start", () => unanswered.ask(`start ${id}`, send));
    },

    stop: () => ask("stop", () => call("POST", `${path}/stop`)),

    /** @param {Mapping} mapping */
    map: (mapping) =>
      ask("map", () =>
        call("PUT", `${path}/mapping`, { body: mapping, deadlineMs: COUNTING_DEADLINE_MS }),
      ),

    leave() {
      left = true;
      clearTimeout(asking);
      pace.leave();
      stopListening();
    },
  };
}

/**
 * @param {Asked} asked
 * @param {Answer} answer
 * @param {Job["status"] | undefined} status  as it has become known
 * @returns {Following["refusal"]}
 */
function refusalOf(asked, answer, status) {
  if (answer.ok || hasHappened(asked, status)) return null;
  return { asked, problem: answer.problem };
}

/**
 * Whether what was asked shows in the job, however the answer came to be lost.
 *
 * @param {Asked} asked
 * @param {Job["status"] | undefined} status
 */
function hasHappened(asked, status) {
  if (asked === "stop") return status === "stopped";
  return asked === "start" && status !== "quoted" && status !== "expired";
}
