/**
 * That the user has fallen to a level (R33), until it was read.
 *
 * @import { Words } from "../ui/words.js"
 * @import { PanelActions, Part } from "./view.js"
 */

import { alertText } from "../ui/battery.js";
import { el, icon, setAttribute, setText, show } from "../ui/dom.js";

/**
 * @param {Words} words
 * @param {Pick<PanelActions, "send">} actions
 * @returns {Part}
 */
export function createAlert(words, { send }) {
  let seq = 0;
  const text = el("p");
  const label = words.say("alert_close");
  const button = el("button", {
    type: "button",
    class: "quiet",
    "aria-label": label,
    title: label,
  });
  button.append(icon("close"));
  button.addEventListener("click", () => send({ type: "alert_read", seq }));
  const element = el("div", { class: "alert", role: "status" }, text, button);
  return {
    element,
    write({ alert, battery }) {
      show(element, alert !== null);
      if (!alert || !battery) return;
      seq = alert.seq;
      setAttribute(element, "data-level", alert.level);
      setText(text, alertText(words, alert.level, battery));
    },
  };
}
