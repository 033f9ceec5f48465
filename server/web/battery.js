/**
 * One's own battery, live over the socket.
 *
 * @import { Battery, Org } from "../../extension/protocol.js"
 */

import { createExtraGauge, createLicenseGauge, levelName } from "/ui/battery.js";
import { el, setAttribute, setText, show } from "/ui/dom.js";
import { createLink } from "/ui/link.js";
import { browserClock, openSocket } from "/ui/live.js";
import { words } from "./words.js";

const { say, format } = words;
const CLIENT = "web/1.0";

/**
 * @param {Org} org
 * @param {() => void} ended the session is over
 * @returns {HTMLElement}
 */
export function batteryCard(org, ended) {
  const license = createLicenseGauge(words);
  const extra = createExtraGauge(words);
  const pill = el("span", { class: "pill", role: "status" }, say("connecting"));
  const asOf = el("p", { class: "note-line" });
  const lastDay = el("p", { class: "note-line" });
  const extraRule = el("p", { class: "note-line" }, say("extra_rule"));
  const gauges = el(
    "div",
    { class: "stack" },
    license.element,
    lastDay,
    extra.element,
    extraRule,
    asOf,
  );
  const bones = el("div", { class: "skeleton" }, el("div", { class: "bone full" }));
  const head = el("div", { class: "card-head" }, el("h2", {}, say("your_battery")), pill);
  show(gauges, false);

  /** @param {Battery} battery */
  function write(battery) {
    license.write(battery, Date.now());
    extra.write(battery.extra, org.name);
    setText(lastDay, say("last_day_long", { day: format.longDay(battery.license.last_day) }));
    show(extraRule, battery.extra !== null);
    show(gauges, true);
    show(bones, false);
    setText(pill, `${levelName(words, battery.level)} · ${say("live")}`);
    setAttribute(pill, "data-level", battery.level);
  }

  const card = el("section", { class: "card pad" }, head, bones, gauges);
  follow(write, ended, (away) => {
    card.classList.toggle("stale", away !== null);
    show(asOf, away !== null);
    if (away === null) return;
    setText(asOf, say("as_of", { time: format.clock(away) }));
    setText(pill, say("offline"));
    setAttribute(pill, "data-level", null);
  });
  return card;
}

/**
 * @param {(battery: Battery) => void} write
 * @param {() => void} ended
 * @param {(sinceMs: number | null) => void} away since when nothing was heard; null: live again
 */
function follow(write, ended, away) {
  /** @type {Battery | null} */
  let battery = null;
  let heardMs = Date.now();

  /** @param {Battery} next */
  function take(next) {
    battery = next;
    write(battery);
  }

  const link = createLink({
    open: () => openSocket(location.origin),
    clock: browserClock,
    random: Math.random,
    greeting: () => ({ client: CLIENT }),
    on: {
      welcome: (message) => take(message.battery),
      message(message) {
        if (message.type === "battery" || message.type === "alert") take(message.battery);
      },
      heard() {
        heardMs = Date.now();
      },
      phase(phase) {
        if (phase === "waiting") away(heardMs);
        if (phase === "live") away(null);
      },
      ended,
    },
  });
  link.start(null);
  document.addEventListener("visibilitychange", () => link.nudge());
  addEventListener("online", () => link.nudge());
}
