/**
 * What is told above every screen: that the figures are old, that a level was reached.
 *
 * @import { Live } from "./live.js"
 */

import { alertText } from "/ui/battery.js";
import { el, icon, setAttribute, setText, show } from "/ui/dom.js";
import { words } from "../words.js";

const { say, format } = words;

/**
 * @param {Live} live
 * @returns {HTMLElement}
 */
export function createOfflineNotice(live) {
  const text = el("p");
  const element = el("div", { class: "frame-notice", role: "status" }, text);

  function write() {
    const { link, heardMs } = live.now();
    const offline = link === "offline";
    setText(text, offline ? say("offline_notice", { time: format.clock(heardMs) }) : "");
    show(element, offline);
  }

  live.listen(write);
  write();
  return element;
}

/**
 * R33: once per level, user and credit month, until it was closed in any of the user's pages.
 *
 * @param {Live} live
 * @returns {HTMLElement}
 */
export function createAlertNotice(live) {
  const text = el("p");
  const ask = el("a", { href: "/batteries#ask" }, say("ask_for_more"));
  const away = el("button", { type: "button", class: "quiet", "aria-label": say("alert_close") });
  const element = el("div", { class: "frame-notice", role: "status" }, text, ask, away);
  away.append(icon("close"));
  away.addEventListener("click", live.read);

  function write() {
    const { alert, battery } = live.now();
    // Who has more again meanwhile need not hear of it.
    const told = alert !== null && battery?.level === alert.level;
    show(element, told);
    setAttribute(element, "data-level", told ? alert.level : null);
    setText(text, told ? alertText(words, alert.level, battery) : "");
  }

  live.listen(write);
  write();
  return element;
}
