/**
 * What stands around every screen of the operator.
 *
 * @import { Screen } from "../frame/screens.js"
 * @import { Desk } from "./desk.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";

const { say } = words;
const TOLD_MS = 8_000;
const LOADING_ROWS = 6;
const LINKS = /** @type {const} */ ([
  { href: "/operator", text: "operator_orgs" },
  { href: "/operator/directory", text: "operator_directory" },
  { href: "/operator/erasure", text: "operator_erasure" },
]);

/** @param {Desk} desk */
export function createFrame({ who, signOut }) {
  const nav = createNav();
  const told = el("p", { class: "told", role: "status" });
  const main = el("main", { id: "main", tabindex: "-1" });
  const skip = el("a", { href: "#main", class: "skip" }, say("skip"));
  const out = el("button", { type: "button" }, say("sign_out_web"));
  const name = el("span", { class: "who", dir: "auto" }, who.name);
  const bar = el("header", { class: "bar operator-bar" }, homeLink(), nav.element, name, out);
  show(told, false);
  out.addEventListener("click", signOut);
  document.documentElement.lang = words.language;
  document.body.replaceChildren(skip, bar, main, told);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;

  return {
    /**
     * @param {Screen} screen
     * @param {boolean} moved
     */
    show(screen, moved) {
      document.title = `${screen.title} · ${say("operator_title")}`;
      main.replaceChildren(screen.element);
      nav.write(location.pathname);
      if (moved) main.querySelector("h1")?.focus({ preventScroll: true });
    },
    wait() {
      main.replaceChildren(el("div", { class: "card pad" }, createSkeletonRows(LOADING_ROWS)));
    },
    /** @param {string} text */
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
