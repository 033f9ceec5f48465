/**
 * The battery socket of the open app: what it last said, and who is told when it says more.
 *
 * @import { Store } from "../../../extension/browser.js"
 * @import {
 *   Battery, ChangesMessage, CreditRequest, Job, LevelAlert, Prices, User
 * } from "../../../extension/protocol.js"
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
 * @property {LevelAlert | null} alert  the level the user fell to, until it was read (R33)
 *
 * @typedef {{type: "link"} | {type: "battery"} | {type: "prices"}
 *   | {type: "changes", changes: ChangesMessage}
 *   | {type: "job", job: Job}
 *   | {type: "credit_request", request: CreditRequest}
 *   | {type: "users", users: string[]}
 *   | {type: "welcome", user: User}
 *   | {type: "alert"}
 *   | {type: "gap"}} News  `gap`: more was missed than can be told; fetch what is shown again
 *
 * @typedef {object} Live
 * @property {() => Standing} now
 * @property {(listener: (news: News) => void) => () => void} listen  returns how to stop
 * @property {() => void} read  the alert was
 * @property {(battery: Battery) => void} take  the one of an answer, which may come before the push
 */

/** The last alert that was read, in whichever of the user's pages (R33). */
const READ = "alert_read";

/**
 * @param {(code: number) => void} ended the session is over; why, the close code says
 * @param {Store} store of the user in this browser
 * @returns {Live}
 */
export function createLive(ended, store) {
  /** @type {Standing} */
  let standing = {
    link: "connecting",
    heardMs: Date.now(),
    battery: null,
    prices: null,
    jobs: new Map(),
    alert: null,
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

  /** @param {LevelAlert | null} alert */
  async function warn(alert) {
    const read = alert && (await store.get(READ));
    const known = read?.epoch === alert?.epoch && read?.seq >= (alert?.seq ?? 0);
    standing = { ...standing, alert: known ? null : alert };
    tell({ type: "alert" });
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
        tell({ type: "welcome", user: message.user });
        welcomes += 1;
        if (welcomes > 1 && !message.resumed) tell({ type: "gap" });
      },
      message(message) {
        switch (message.type) {
          case "battery":
            return take(message.battery);
          case "alert":
            return take(message.battery);
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
      alert: warn,
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
  // Another of the user's pages may have closed the alert.
  addEventListener("storage", () => {
    if (standing.alert) warn(standing.alert);
  });

  return {
    now: () => standing,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    take,
    read() {
      if (!standing.alert) return;
      link.shown(standing.alert.seq);
      store.set(READ, standing.alert);
      warn(null);
    },
  };
}
