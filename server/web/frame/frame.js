/**
 * What stands around every screen: the navigation, the credit total, the account, and the sentences
 * that concern them all.
 *
 * @import { Battery } from "../../../extension/protocol.js"
 * @import { Live } from "./live.js"
 * @import { App, Screen } from "./screens.js"
 */

import { levelName } from "/ui/battery.js";
import { el, setAttribute, setText, show } from "/ui/dom.js";
import { closeDialogs } from "../parts/dialog.js";
import { createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";
import { createNav } from "./nav.js";
import { createAlertNotice, createOfflineNotice } from "./notices.js";

const { say, format } = words;
const TOLD_MS = 6_000;
const LOADING_ROWS = 6;

/**
 * @typedef {object} Frame
 * @property {(screen: Screen, moved: boolean) => void} show
 * @property {() => void} wait  a screen is on its way
 * @property {(text: string) => void} tell
 */

/**
 * @param {App} app
 * @returns {Frame}
 */
export function createFrame(app) {
  const nav = createNav(app);
  const told = el("p", { class: "told", role: "status" });
  const main = el("main", { id: "main", tabindex: "-1" });
  const skip = el("a", { href: "#main", class: "skip" }, say("skip"));
  const top = el("div", { class: "bar-top" }, homeLink(), createTotal(app.live), nav.button);
  const bar = el("header", { class: "bar app-bar" }, top, nav.element);
  const notices = el(
    "div",
    { class: "notices" },
    createOfflineNotice(app.live),
    createAlertNotice(app.live),
  );
  show(told, false);
  document.documentElement.lang = words.language;
  document.body.replaceChildren(skip, bar, notices, main, told);
  app.live.listen(() => main.classList.toggle("stale", app.live.now().link === "offline"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;

  return {
    show(screen, moved) {
      closeDialogs();
      document.title = `${screen.title} · ${say("extension_name")}`;
      main.replaceChildren(screen.element);
      nav.write(location.pathname);
      if (moved) main.querySelector("h1")?.focus({ preventScroll: true });
    },
    wait() {
      closeDialogs();
      main.replaceChildren(el("div", { class: "card pad" }, createSkeletonRows(LOADING_ROWS)));
    },
    tell(text) {
      clearTimeout(hiding);
      setText(told, text);
      show(told, true);
      hiding = setTimeout(() => show(told, false), TOLD_MS);
    },
  };
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
