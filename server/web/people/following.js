/**
 * Keeps what a screen shows of people true: the socket says that something changed, never what, so
 * it is fetched again.
 *
 * @import { ChangesMessage, Prices, Problem } from "../../../extension/protocol.js"
 * @import { Live } from "../frame/live.js"
 */

import { createPace } from "../pace.js";

/** Colleagues' reveals of a busy moment are fetched together. */
const SHOWN_EVERY_MS = 200;
/** Somebody else's reveal may have bought a piece that a person shown here shares (R3). */
const SHARED_EVERY_MS = 5_000;
const RETRY_MS = 5_000;

/**
 * @param {object} parts
 * @param {Pick<Live, "now" | "listen">} parts.live
 * @param {(subject: string) => boolean} parts.shows
 * @param {(anew: boolean) => Promise<Problem | null>} parts.fetchAgain  `anew`: also who is shown may
 *   have changed
 */
export function createFollowing({ live, shows, fetchAgain }) {
  let anew = false;
  /** Whether somebody would have told what changed since the last fetch. */
  let told = isLive();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retrying;
  let prices = priceText(live.now().prices);

  const near = createPace(work, SHOWN_EVERY_MS);
  const far = createPace(work, SHARED_EVERY_MS);

  function isLive() {
    return live.now().link === "live";
  }

  async function work() {
    clearTimeout(retrying);
    told = isLive();
    const whole = anew;
    anew = false;
    const problem = await fetchAgain(whole);
    if (!problem) return;
    anew ||= whole;
    const waitMs = problem.retry_after_s === undefined ? RETRY_MS : problem.retry_after_s * 1000;
    retrying = setTimeout(near.ask, waitMs);
  }

  function all() {
    anew = true;
    near.ask();
  }

  const stop = live.listen((news) => {
    switch (news.type) {
      case "changes":
        return hear(news.changes);
      case "prices":
        return price(live.now().prices);
      case "gap":
        return all();
      case "link":
        return isLive() && !told ? all() : undefined;
    }
  });

  /** @param {ChangesMessage} changes */
  function hear({ items, many }) {
    if (many !== undefined) all();
    else if (items.some(({ subject }) => shows(subject))) near.ask();
    else if (items.length > 0) far.ask();
  }

  /** @param {Prices | null} next */
  function price(next) {
    const text = priceText(next);
    if (prices !== text && prices !== priceText(null)) all();
    prices = text;
  }

  return {
    /** What is shown is no longer known to be right. */
    ask: near.ask,
    /** The screen itself is about to fetch. */
    asks() {
      told = isLive();
    },
    leave() {
      clearTimeout(retrying);
      stop();
      near.leave();
      far.leave();
    },
  };
}

/** @param {Prices | null} prices */
function priceText(prices) {
  return JSON.stringify(prices);
}
