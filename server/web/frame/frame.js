/**
 * What stands around every screen: the navigation, the credit total, the account.
 *
 * @import { Battery } from "../../../extension/protocol.js"
 * @import { Live } from "./live.js"
 * @import { App, Screen } from "./screens.js"
 */

import { levelName } from "/ui/battery.js";
import { el, setAttribute, setText, show } from "/ui/dom.js";
import { words } from "../words.js";

const { say, format } = words;
const TOLD_MS = 6_000;

/** @type {readonly {href: string, text: Parameters<typeof say>[0], role?: "admin"}[]} */
const LINKS = [
  { href: "/people", text: "nav_people" },
  { href: "/companies", text: "nav_companies" },
  { href: "/jobs", text: "nav_jobs" },
  { href: "/history", text: "nav_history" },
  { href: "/admin", text: "nav_admin", role: "admin" },
];

/**
 * @param {App} app
 * @returns {{show(screen: Screen, moved: boolean): void, tell(text: string): void}}
 */
export function createFrame(app) {
  const nav = createNav(app);
  const total = createTotal(app.live);
  const told = el("p", { class: "told", role: "status" });
  const main = el("main", { id: "main" });
  const skip = el("a", { href: "#main", class: "skip" }, say("skip"));
  const account = el("a", { href: "/account", class: "who", dir: "auto" }, app.me.user.name);
  const bar = el("header", { class: "bar" }, homeLink(), nav.element, total, account);
  show(told, false);
  document.documentElement.lang = words.language;
  document.body.replaceChildren(skip, bar, main, told);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;

  return {
    show(screen, moved) {
      document.title = `${screen.title} · ${say("extension_name")}`;
      main.replaceChildren(screen.element);
      nav.write(location.pathname);
      if (moved) main.querySelector("h1")?.focus();
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
  return el("a", { href: "/", class: "home" }, logo, say("extension_name"));
}

/** @param {App} app */
function createNav({ me }) {
  const links = LINKS.filter(({ role }) => !role || role === me.user.role).map(({ href, text }) =>
    el("a", { href }, say(text)),
  );
  return {
    element: el("nav", { "aria-label": say("nav_main") }, ...links),
    /** @param {string} path */
    write(path) {
      for (const link of links) {
        const on = path === link.pathname || path.startsWith(`${link.pathname}/`);
        setAttribute(link, "aria-current", on ? "page" : null);
      }
    },
  };
}

/**
 * What one may spend in all, in the top right corner of every screen.
 *
 * @param {Live} live
 */
function createTotal(live) {
  const figure = el("strong", { class: "figure small", "data-figure": "total" });
  const pill = el("span", { class: "pill" });
  const element = el("a", { href: "/batteries", class: "total" }, figure, pill);

  function write() {
    const { battery, link } = live.now();
    const offline = link === "offline";
    element.classList.toggle("stale", offline);
    setText(figure, battery ? format.number(battery.available) : "–");
    setText(pill, offline ? say("offline") : levelText(battery));
    setAttribute(pill, "data-level", offline ? null : battery?.level);
  }

  live.listen(write);
  write();
  return element;
}

/** @param {Battery | null} battery */
function levelText(battery) {
  return battery ? levelName(words, battery.level) : say("connecting");
}
