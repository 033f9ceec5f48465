/**
 * The battery socket of the open app: what it last said, and who is told when it says more.
 *
 * @import { Battery, ChangesMessage, Job, Level, Prices } from "../../../extension/protocol.js"
 * @import { CreditRequest } from "../../../extension/protocol.js"
 */

import { createLink } from "/ui/link.js";
import { browserClock, openSocket } from "/ui/live.js";

const CLIENT = "web/1.0";

/**
 * @typedef {object} Standing  what is known now
 * @property {"connecting" | "live" | "offline"} link
 * @property {number} heardMs  when something was last heard: offline, the figures are as of then
 * @property {Battery | null} battery
 * @property {Prices | null} prices
 * @property {Map<string, Job>} jobs  one's own, as far as the socket spoke of them
 *
 * @typedef {{type: "link"} | {type: "battery"} | {type: "prices"}
 *   | {type: "changes", changes: ChangesMessage}
 *   | {type: "job", job: Job}
 *   | {type: "credit_request", request: CreditRequest}
 *   | {type: "users", users: string[]}
 *   | {type: "alert", level: Level}
 *   | {type: "gap"}} News  `gap`: more was missed than can be told; fetch what is shown again
 *
 * @typedef {object} Live
 * @property {() => Standing} now
 * @property {(listener: (news: News) => void) => () => void} listen  returns how to stop
 * @property {(battery: Battery) => void} take  the one of an answer, which may come before the push
 */

/**
 * @param {() => void} ended the session is over
 * @returns {Live}
 */
export function createLive(ended) {
  /** @type {Standing} */
  let standing = {
    link: "connecting",
    heardMs: Date.now(),
    battery: null,
    prices: null,
    jobs: new Map(),
  };
  /** @type {Set<(news: News) => void>} */
  const listeners = new Set();

  /** @param {News} news */
  function tell(news) {
    for (const listener of [...listeners]) listener(news);
  }

  /** @param {Standing["link"]} link */
  function enter(link) {
    standing = { ...standing, link };
    tell({ type: "link" });
  }

  /** @param {Battery} battery */
  function take(battery) {
    if (standing.battery && battery.seq < standing.battery.seq) return;
    standing = { ...standing, battery };
    tell({ type: "battery" });
  }

  /** @param {Prices} prices */
  function price(prices) {
    standing = { ...standing, prices };
    tell({ type: "prices" });
  }

  /** @param {Job} job */
  function follow(job) {
    standing = { ...standing, jobs: new Map(standing.jobs).set(job.id, job) };
    tell({ type: "job", job });
  }

  let welcomes = 0;
  const link = createLink({
    open: () => openSocket(location.origin),
    clock: browserClock,
    random: Math.random,
    greeting: () => ({ client: CLIENT }),
    on: {
      welcome(message) {
        // After another start of the deployment's book a lower `seq` is the newer one.
        standing = { ...standing, battery: null };
        take(message.battery);
        price(message.prices);
        for (const job of message.jobs) follow(job);
        welcomes += 1;
        if (welcomes > 1 && !message.resumed) tell({ type: "gap" });
      },
      message(message) {
        switch (message.type) {
          case "battery":
            return take(message.battery);
          case "alert":
            take(message.battery);
            return tell({ type: "alert", level: message.level });
          case "prices":
            return price(message.prices);
          case "job":
            return follow(message.job);
          case "changes":
            return tell({ type: "changes", changes: message });
          case "credit_request":
            return tell({ type: "credit_request", request: message.request });
          case "users":
            return tell({ type: "users", users: message.users });
        }
      },
      heard() {
        standing = { ...standing, heardMs: Date.now() };
      },
      phase(phase) {
        if (phase === "waiting") enter("offline");
        if (phase === "live") enter("live");
      },
      ended,
    },
  });
  link.start(null);
  document.addEventListener("visibilitychange", () => link.nudge());
  addEventListener("online", () => link.nudge());

  return {
    now: () => standing,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    take,
  };
}
