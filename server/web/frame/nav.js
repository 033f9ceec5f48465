/**
 * The ways to the screens; on a narrow window they are folded behind a button.
 *
 * @import { App } from "./screens.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { words } from "../words.js";

const { say, count } = words;

/** @type {readonly {href: string, text: Parameters<typeof say>[0]}[]} */
const LINKS = [
  { href: "/people", text: "nav_people" },
  { href: "/companies", text: "nav_companies" },
  { href: "/jobs", text: "nav_jobs" },
  { href: "/history", text: "nav_history" },
];

/**
 * @param {App} app
 * @returns {{element: HTMLElement, button: HTMLElement, write(path: string): void}}
 */
export function createNav(app) {
  const links = LINKS.map(({ href, text }) => el("a", { href }, say(text)));
  if (app.asking) links.push(adminLink(app.asking));
  const { name } = app.me.user;
  const account = el("a", { href: "/account", class: "account", dir: "auto" }, name);
  setAttribute(account, "aria-label", say("nav_account", { name }));
  const element = el("nav", { id: "nav", "aria-label": say("nav_main") }, ...links, account);
  const button = el("button", { type: "button", class: "fold", "aria-controls": "nav" });
  setText(button, say("nav_menu"));

  /** @param {boolean} open */
  function fold(open) {
    setAttribute(button, "aria-expanded", String(open));
    element.classList.toggle("open", open);
  }

  button.addEventListener("click", () => fold(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") fold(false);
  });
  fold(false);
  return {
    element,
    button,
    write(path) {
      fold(false);
      for (const link of [...links, account]) {
        const on = belongsTo(path, link.pathname);
        setAttribute(link, "aria-current", on ? "page" : null);
      }
    },
  };
}

/**
 * @param {string} path
 * @param {string} way
 */
function belongsTo(path, way) {
  return path === way || path.startsWith(`${way}/`) || (way === "/jobs" && path === "/import");
}

/**
 * Colleagues who wait for an answer are counted where the admin sees it from every screen.
 *
 * @param {NonNullable<App["asking"]>} asking
 */
function adminLink(asking) {
  const waiting = el("span", { class: "badge" });
  const heard = el("span", { class: "unseen" });
  const link = el("a", { href: "/admin" }, say("nav_admin"), " ", waiting, heard);
  setAttribute(waiting, "aria-hidden", "true");

  function write() {
    const n = asking.now().open.length;
    show(waiting, n > 0);
    setText(waiting, String(n));
    setText(heard, n > 0 ? count("nav_waiting", n) : "");
  }

  asking.watch(write);
  write();
  return link;
}
