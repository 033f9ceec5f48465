/**
 * A link to a password, which is shown once: only the server's hash of it stays. A lost one is
 * replaced by another.
 *
 * @import { Desk } from "./desk.js"
 * @import { OrgUser } from "./shapes.js"
 */

import { copyText } from "/ui/clipboard.js";
import { el, setText } from "/ui/dom.js";
import { createDialog } from "../parts/dialog.js";
import { form, note, sentence } from "../parts.js";
import { words } from "../words.js";

const { say } = words;

/**
 * @param {string} lead
 * @param {string} url
 */
export function createInvitation(lead, url) {
  const link = el("input", {
    type: "text",
    readonly: true,
    value: url,
    "aria-label": say("operator_invitation"),
    dir: "ltr",
  });
  const copy = el("button", { type: "button", class: "go" }, say("operator_copy"));
  const told = el("p", { class: "note-line", role: "status" });
  link.addEventListener("focus", () => link.select());
  copy.addEventListener("click", async () => {
    link.select();
    const copied = await copyText(url);
    setText(told, say(copied ? "copied" : "operator_copy_by_hand"));
  });
  const once = note(say("operator_invitation_once"));
  const buttons = el("div", { class: "buttons" }, copy);
  return {
    element: el("div", { class: "stack" }, sentence(lead), link, once, buttons, told),
    focus: () => link.focus(),
  };
}

/**
 * @param {Desk} desk
 * @param {OrgUser} user  who has not set a password yet
 */
export function openNewLink(desk, { id, name }) {
  const path = `/users/${encodeURIComponent(id)}/invitation`;
  const lead = sentence(say("operator_link_lead", { name }));
  const content = form(say("operator_link_make"), [lead], async () => {
    const answer = await desk.call("POST", path);
    if (!answer.ok) return answer.problem;
    const link = createInvitation(say("operator_link_made", { name }), answer.value.url);
    content.replaceWith(link.element);
    link.focus();
    return null;
  });
  createDialog({ title: say("operator_link_new"), content: [content] }).open();
}
