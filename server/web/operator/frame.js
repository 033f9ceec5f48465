/**
 * What stands around every screen of the operator.
 *
 * @import { Frame } from "../frame/stage.js"
 * @import { Desk } from "./desk.js"
 */

import { el, setAttribute } from "/ui/dom.js";
import { createStage } from "../frame/stage.js";
import { words } from "../words.js";

const { say } = words;
const LINKS = /** @type {const} */ ([
  { href: "/operator", text: "operator_orgs" },
  { href: "/operator/directory", text: "operator_directory" },
  { href: "/operator/erasure", text: "operator_erasure" },
]);

/**
 * @param {Desk} desk
 * @returns {Frame}
 */
export function createFrame({ who, signOut }) {
  const nav = createNav();
  const out = el("button", { type: "button" }, say("sign_out_web"));
  const name = el("span", { class: "who", dir: "auto" }, who.name);
  const bar = el("header", { class: "bar operator-bar" }, homeLink(), nav.element, name, out);
  out.addEventListener("click", signOut);
  return createStage(say("operator_title"), nav.write, bar);
}

function homeLink() {
  const logo = el("img", { src: "/web/icon.svg", alt: "", class: "logo" });
  return el("a", { href: "/operator", class: "home" }, logo, say("operator_title"));
}

function createNav() {
  const links = LINKS.map(({ href, text }) => el("a", { href }, say(text)));
  return {
    element: el("nav", { "aria-label": say("nav_main") }, ...links),
    /** @param {string} path */
    write(path) {
      const section = path.startsWith("/operator/orgs/") ? "/operator" : path;
      for (const link of links) {
        setAttribute(link, "aria-current", link.pathname === section ? "page" : null);
      }
    },
  };
}
