/**
 * What every page of the web app has: the bar above, a card, a form that says what went wrong.
 *
 * @import { Problem } from "../../extension/protocol.js"
 * @import { Me } from "./session.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { problemText as sharedProblemText } from "/ui/notices.js";
import { signOut } from "./session.js";
import { words } from "./words.js";

const { say } = words;

/**
 * @param {Me | null} me
 * @param {...Node} content
 */
export function showPage(me, ...content) {
  document.documentElement.lang = words.language;
  document.title = `${titleOf(content)} · ${say("extension_name")}`;
  document.body.replaceChildren(bar(me), el("main", { class: "page" }, ...content));
}

/** @param {Node[]} content */
function titleOf([first]) {
  return first instanceof Element ? (first.querySelector("h1")?.textContent ?? "") : "";
}

/** @param {Me | null} me */
function bar(me) {
  const logo = el("img", { src: "/web/icon.svg", alt: "", class: "logo" });
  const home = el("a", { href: "/", class: "home" }, logo, say("extension_name"));
  if (!me) return el("header", { class: "bar" }, home);
  const role = me.user.role === "admin" ? ` · ${say("role_admin")}` : "";
  const who = el("span", { class: "who", dir: "auto" }, `${me.user.name}, ${me.org.name}${role}`);
  const out = el("button", { type: "button" }, say("sign_out_web"));
  const failed = el("p", { class: "error", role: "alert" });
  out.addEventListener("click", async () => {
    const problem = await signOut();
    setText(failed, problem ? problemText(problem) : "");
    show(failed, problem !== null);
    if (!problem) location.assign("/");
  });
  show(failed, false);
  return el("header", { class: "bar" }, home, who, out, failed);
}

/**
 * @param {string} title
 * @param {...(Node | null)} content
 */
export function card(title, ...content) {
  return el("section", { class: "card pad" }, el("h2", {}, title), ...content);
}

/**
 * The card that is all of a page.
 *
 * @param {string} title
 * @param {...(Node | null)} content
 */
export function pageCard(title, ...content) {
  return el("section", { class: "card pad" }, el("h1", {}, title), ...content);
}

/** @param {string} text */
export function sentence(text) {
  return el("p", {}, text);
}

/** @param {string} text */
export function note(text) {
  return el("p", { class: "note-line" }, text);
}

/**
 * The head of a screen: its `h1`, to which focus comes, and what can be done beside it.
 *
 * @param {string} title
 * @param {...Node} actions
 */
export function screenHead(title, ...actions) {
  return el("div", { class: "screen-head" }, el("h1", { tabindex: "-1" }, title), ...actions);
}

/**
 * The server's own sentence wherever it has one.
 *
 * @param {Problem} problem
 */
export function problemText(problem) {
  if (problem.code === "unreachable") return say("server_away");
  // The shared sentence speaks of charging, which most calls of the web app never do.
  if (problem.code === "unavailable" && problem.detail) return problem.detail;
  return sharedProblemText(words, problem, location.host);
}

/**
 * @param {string} label
 * @param {Record<string, string>} attributes of the input; `name` is its id too
 */
export function field(label, attributes) {
  const input = el("input", { required: true, id: attributes["name"], ...attributes });
  return {
    input,
    element: el("div", { class: "field" }, el("label", { for: attributes["name"] }, label), input),
  };
}

/**
 * @param {string} action what the button says
 * @param {HTMLElement[]} fields
 * @param {() => Promise<Problem | null>} submit null when all is well
 */
export function form(action, fields, submit) {
  const error = el("p", { class: "error", role: "alert" });
  const button = el("button", { type: "submit", class: "go" }, action);
  const element = el("form", { class: "stack" }, ...fields, error, button);
  show(error, false);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const problem = await submit();
    button.disabled = false;
    setText(error, problem ? problemText(problem) : "");
    show(error, problem !== null);
  });
  return element;
}
