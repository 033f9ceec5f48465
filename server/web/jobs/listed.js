/**
 * The jobs that a list shows, kept as they are now: one's own by the socket's news, those of others
 * by asking again, because of them nothing is pushed.
 *
 * @import { Answer } from "/ui/calls.js"
 * @import { Job, Problem } from "../../../extension/protocol.js"
 * @import { News } from "../frame/live.js"
 * @import { App } from "../frame/screens.js"
 * @import { Filter, Listing } from "./listing.js"
 */

import { isLater, isUnderWay } from "/ui/course.js";
import { createPace } from "../pace.js";
import { pathOf, withFresh, withJob, withMore } from "./listing.js";

const PER_PAGE = 20;
/** As many as one answer holds: older ones change no more, or are one's own and told of. */
const REFRESHED_MAX = 100;
/** While others have something under way. */
const ASK_AGAIN_MS = 2_500;
/** A busy moment is one question. */
const CHANGES_MS = 500;

/**
 * @param {App} app
 * @param {Filter} first
 * @param {object} on
 * @param {(listing: Listing | null, filter: Filter) => void} on.write  null while it is fetched
 * @param {(problem: Problem) => void} on.fail
 * @param {(problem: Problem | null) => void} on.failMore
 */
export function createListed({ call, live, me: { user } }, first, on) {
  let filter = first;
  /** @type {Listing | null} */
  let listing = null;
  /** Answers to an earlier filter are nothing to us. */
  let round = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let asking;
  let wasOffline = false;
  const pace = createPace(refresh, CHANGES_MS);

  /**
   * @param {string} path
   * @returns {Promise<Answer | null>} null: nobody waits for it any more
   */
  async function ask(path) {
    const mine = round;
    const answer = await call("GET", path);
    return mine === round ? answer : null;
  }

  /** @param {Listing | null} next */
  function take(next) {
    listing = next;
    on.write(listing, filter);
    if (next?.jobs.some(({ status, by }) => isUnderWay(status) && by.id !== user.id)) askAgain();
  }

  function askAgain() {
    asking ??= setTimeout(() => {
      asking = undefined;
      pace.ask();
    }, ASK_AGAIN_MS);
  }

  async function load() {
    round += 1;
    take(null);
    const answer = await ask(pathOf(filter, PER_PAGE));
    if (answer?.ok) take({ jobs: answer.value.jobs, next: answer.value.next_before });
    else if (answer) on.fail(answer.problem);
  }

  async function refresh() {
    if (!listing) return load();
    const limit = Math.min(REFRESHED_MAX, Math.max(PER_PAGE, listing.jobs.length));
    const answer = await ask(pathOf(filter, limit));
    if (answer?.ok) take(withFresh(listing, answer.value));
    else if (answer) askAgain();
  }

  async function more() {
    if (!listing?.next) return;
    const answer = await ask(pathOf(filter, PER_PAGE, listing.next));
    if (answer?.ok) take(withMore(listing, answer.value));
    else if (answer) on.failMore(answer.problem);
  }

  /** @param {Job} job */
  function hearOf(job) {
    if (!listing) return;
    const old = listing.jobs.find(({ id }) => id === job.id);
    if (!old || isLater(old, job)) take(withJob(listing, job, filter));
  }

  function relink() {
    const { link } = live.now();
    // What ended while nobody was listening is not told again.
    if (link === "live" && wasOffline) pace.ask();
    if (link !== "connecting") wasOffline = link === "offline";
  }

  /** @param {News} news */
  function hear(news) {
    switch (news.type) {
      case "job":
        return hearOf(news.job);
      case "gap":
        return pace.ask();
      case "link":
        return relink();
      case "changes":
        return user.role === "admin" ? pace.ask() : undefined;
    }
  }

  const stopListening = live.listen(hear);
  return {
    load,
    more,
    /** @param {Filter} next */
    filter(next) {
      filter = next;
      load();
    },
    leave() {
      round += 1;
      clearTimeout(asking);
      pace.leave();
      stopListening();
    },
  };
}
