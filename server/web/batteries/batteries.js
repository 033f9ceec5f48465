/**
 * The tab "Batteries": one's own license and the org's extra credits, or a user's for admins.
 *
 * @import { App, OpenScreen, Screen } from "../frame/screens.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { createSkeletonRows } from "../parts/states.js";
import { createWindow } from "../window.js";
import { words } from "../words.js";
import { createAsk } from "./ask.js";
import { createPrices, createSavings } from "./figures.js";
import { createExtraCard, createLicenseCard } from "./gauges.js";
import { openOfUser } from "./of-user.js";

const { say } = words;
const SKELETON_ROWS = 4;

/** @type {OpenScreen} */
export function open(app, place) {
  return place.params["user"] ? openOfUser(app, place, place.params["user"]) : openOwn(app, place);
}

/**
 * @param {App} app
 * @param {import("../frame/screens.js").Place} place
 * @returns {Screen}
 */
function openOwn(app, place) {
  const { live, me } = app;
  const license = createLicenseCard({ name: null });
  const extra = createExtraCard({ org: me.org.name, name: null });
  const savings = createSavings();
  const prices = createPrices();
  const ask = createAsk(app);
  const gauges = el("div", { class: "gauges" }, license.element, extra.element);
  const more = el("div", { class: "gauges" }, savings.element, prices.element, ask.element);
  const bones = createSkeletonRows(SKELETON_ROWS);
  const window = createWindow(place, "batteries", bones, gauges, more);
  setText(window.who, me.user.name);

  function write() {
    const { battery, prices: list } = live.now();
    show(bones, battery === null);
    show(gauges, battery !== null);
    show(more, battery !== null);
    if (!battery) return;
    license.write(battery);
    extra.write(battery);
    savings.write(battery.saved);
    ask.write(battery);
    if (list) prices.write(list);
  }

  const stop = live.listen(write);
  write();
  return {
    title: say("batteries_title"),
    element: window.element,
    leave() {
      stop();
      ask.leave();
    },
  };
}
