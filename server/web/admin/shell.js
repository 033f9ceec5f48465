/**
 * What the admin's screens have in common: "Admin Settings" with a tab for each.
 *
 * @import { App } from "../frame/screens.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { words } from "../words.js";

const { say, count, format } = words;

const TABS = /** @type {const} */ ([
  { tab: "billing", href: "/admin" },
  { tab: "usage", href: "/admin/usage" },
  { tab: "requests", href: "/admin/requests" },
  { tab: "ledger", href: "/admin/ledger" },
]);

/**
 * @param {App} app
 * @param {(typeof TABS)[number]["tab"]} tab
 * @param {...Node} content
 * @returns {{title: string, element: HTMLElement, leave(): void}}
 */
export function createShell(app, tab, ...content) {
  const name = say(`admin_${tab}`);
  const waiting = createWaiting(app);
  const links = TABS.map(({ tab: each, href }) => {
    const link = el("a", { href }, say(`admin_${each}`));
    setAttribute(link, "aria-current", each === tab ? "page" : null);
    if (each === "requests") link.append(waiting.element);
    return link;
  });
  const heading = el(
    "h1",
    { tabindex: "-1" },
    say("nav_admin"),
    el("span", { class: "unseen" }, `: ${name}`),
  );
  const head = el("div", { class: "screen-head" }, heading);
  const tabs = el("nav", { class: "tabs", "aria-label": say("nav_admin") }, ...links);
  const window = el("section", { class: "card admin" }, head, tabs, ...content);
  return {
    title: `${name} · ${say("nav_admin")}`,
    element: el("div", { class: "screen" }, window),
    leave: waiting.leave,
  };
}

/**
 * How many requests wait for an answer.
 *
 * @param {App} app
 */
function createWaiting({ asking }) {
  const figure = el("span", { "aria-hidden": "true" });
  const heard = el("span", { class: "unseen" });
  const element = el("span", { class: "badge waiting" }, figure, heard);

  function write() {
    const open = asking?.now().open.length ?? 0;
    show(element, open > 0);
    setText(figure, format.number(open));
    setText(heard, count("admin_waiting", open));
  }

  write();
  return { element, leave: asking?.watch(write) ?? (() => {}) };
}
