/**
 * A link to a password, which is shown once: only the server's hash of it stays.
 */

import { copyText } from "/ui/clipboard.js";
import { el, setText } from "/ui/dom.js";
import { note } from "../parts.js";
import { words } from "../words.js";

const { say, format } = words;

/**
 * @param {{url: string, expires_at: string}} link
 * @param {string} who  name or address of the person
 * @returns {HTMLElement}
 */
export function createLinkView({ url, expires_at }, who) {
  const field = el("input", {
    type: "text",
    readonly: true,
    value: url,
    "aria-label": say("admin_link"),
    dir: "ltr",
  });
  const copy = el("button", { type: "button", class: "go" }, say("admin_link_copy"));
  const told = el("p", { class: "note-line", role: "status" });
  field.addEventListener("focus", () => field.select());
  copy.addEventListener("click", async () => {
    // In a modal dialog nothing outside of it can be selected.
    field.select();
    const copied = await copyText(url);
    setText(told, say(copied ? "copied" : "admin_link_by_hand"));
  });
  return el(
    "div",
    { class: "stack" },
    el("p", {}, say("admin_link_lead", { who })),
    field,
    el("div", { class: "buttons" }, copy),
    told,
    note(say("admin_link_once", { day: format.instantDay(expires_at, Date.now()) })),
  );
}
