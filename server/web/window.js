/**
 * The window "License Batteries and Credits Used" with its tabs, of oneself or, for admins, of a user.
 *
 * @import { Place } from "./frame/screens.js"
 */

import { el, icon, setAttribute } from "/ui/dom.js";
import { words } from "./words.js";

const { say } = words;

/**
 * @typedef {"batteries" | "history"} Tab
 */

/**
 * @param {Place} place  with `params.user` it is that user's
 * @param {Tab} tab
 * @param {...Node} content
 */
export function createWindow(place, tab, ...content) {
  const user = place.params["user"];
  const base = user ? `/admin/users/${user}` : "";
  const who = el("p", { class: "note-line", dir: "auto" });
  const links = /** @type {const} */ (["batteries", "history"]).map((name) => {
    const link = el("a", { href: `${base}/${name}` }, say(`tab_${name}`));
    setAttribute(link, "aria-current", name === tab ? "page" : null);
    return link;
  });
  const heading = el("h1", { tabindex: "-1" }, say("batteries_title"));
  const away = el("a", {
    href: user ? "/admin" : "/people",
    class: "button quiet",
    "aria-label": say("batteries_close"),
  });
  away.append(icon("close"));
  const tabs = el("nav", { class: "tabs", "aria-label": say("batteries_title") }, ...links);
  const head = el("div", { class: "window-head" }, el("div", {}, heading, who), away);
  const element = el("section", { class: "card window" }, head, tabs, ...content);
  return { element, who };
}
