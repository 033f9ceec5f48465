/**
 * What stands around every screen: the navigation, the credit total, the account, and the sentences
 * that concern them all.
 *
 * @import { Battery } from "../../../extension/protocol.js"
 * @import { Live } from "./live.js"
 * @import { App } from "./screens.js"
 * @import { Frame } from "./stage.js"
 */

import { levelName } from "/ui/battery.js";
import { el, setAttribute, setText } from "/ui/dom.js";
import { words } from "../words.js";
import { createNav } from "./nav.js";
import { createAlertNotice, createOfflineNotice } from "./notices.js";
import { createStage } from "./stage.js";

const { say, format } = words;

/**
 * @param {App} app
 * @returns {Frame}
 */
export function createFrame(app) {
  const nav = createNav(app);
  const top = el("div", { class: "bar-top" }, homeLink(), createTotal(app.live), nav.button);
  const bar = el("header", { class: "bar app-bar" }, top, nav.element);
  const notices = el(
    "div",
    { class: "notices" },
    createOfflineNotice(app.live),
    createAlertNotice(app.live),
  );
  const stage = createStage(say("extension_name"), nav.write, bar, notices);
  app.live.listen(() => stage.main.classList.toggle("stale", app.live.now().link === "offline"));
  return stage;
}

function homeLink() {
  const logo = el("img", { src: "/web/icon.svg", alt: "", class: "logo" });
  const name = say("extension_name");
  return el("a", { href: "/", class: "home", "aria-label": name }, logo, el("span", {}, name));
}

/**
 * What one may spend in all, in the top right corner of every screen.
 *
 * @param {Live} live
 */
function createTotal(live) {
  const figure = el("strong", { class: "figure small", "data-figure": "total" });
  const unit = el("span", { class: "note-line" }, say("total_credits"));
  const pill = el("span", { class: "pill" });
  const element = el("a", { href: "/batteries", class: "total" }, figure, unit, pill);

  function write() {
    const { battery, link } = live.now();
    const offline = link === "offline";
    element.classList.toggle("stale", offline);
    setText(figure, battery ? format.number(battery.available) : "–");
    setText(pill, offline ? say("offline") : levelText(battery));
    setAttribute(pill, "data-level", offline ? null : battery?.level);
    setAttribute(element, "title", say("total_more"));
  }

  live.listen(write);
  write();
  return element;
}

/** @param {Battery | null} battery */
function levelText(battery) {
  return battery ? levelName(words, battery.level) : say("connecting");
}
