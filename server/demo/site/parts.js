// The pieces that pages are made of: pictures, cards, pagers.

import { el, said, svg } from "./dom.js";

/** @typedef {import("./data.js").Card} Card */

const TONES = 8;

/**
 * A portrait or a logo: initials on a colour that stays with the name.
 * @param {Card} card
 * @param {"small" | "medium" | "large"} size
 */
export function picture(card, size) {
  const shape = card.type === "contact" ? "round" : "square";
  const letters = svg("text", {
    x: 50,
    y: 50,
    "text-anchor": "middle",
    "dominant-baseline": "central",
  });
  letters.textContent = initials(card.name);
  return svg(
    "svg",
    {
      class: `picture ${size} ${shape} tone-${tone(card.name)}`,
      viewBox: "0 0 100 100",
      "aria-hidden": "true",
    },
    svg("rect", { width: 100, height: 100 }),
    letters,
  );
}

/**
 * The colour, 0–7, that goes with a name.
 * @param {string} name
 */
export function tone(name) {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return sum % TONES;
}

/**
 * One person in a list of results.
 * @param {Card} card
 */
export function result(card) {
  return el(
    "li",
    { class: "result" },
    picture(card, "medium"),
    el(
      "div",
      { class: "result-text" },
      link(card.href, "result-name", card.name),
      card.headline && said("p", "result-headline", card.headline),
      card.location && said("p", "muted", card.location),
      card.company &&
        el("p", { class: "muted at" }, card.companyHref && "Works at ", companyName(card)),
    ),
  );
}

/**
 * One person in a narrow list beside a profile.
 * @param {Card} card
 */
export function neighbour(card) {
  return el(
    "li",
    { class: "neighbour" },
    picture(card, "small"),
    el(
      "div",
      { class: "result-text" },
      link(card.href, "neighbour-name", card.name),
      card.headline && said("p", "muted clamp", card.headline),
    ),
  );
}

/**
 * The company of a person, a link where it has a page.
 * @param {Card} card
 */
export function companyName(card) {
  return link(card.companyHref, "company-name", card.company ?? "");
}

/**
 * A name that leads to its page, if it has one.
 * @param {string | null} href
 * @param {string} className
 * @param {string} name
 */
export function link(href, className, name) {
  return href === null
    ? said("bdi", className, name)
    : el("a", { class: className, href }, said("bdi", "", name));
}

/**
 * The way to the other pages of a list: first, last, and those around `page`.
 * @param {number} page
 * @param {number} pages
 * @param {(page: number) => string} href
 */
export function pager(page, pages, href) {
  const nav = el("nav", { class: "pager", "aria-label": "Pages" });
  nav.append(step("Previous", page > 1 ? href(page - 1) : null, "prev"));
  const list = el("ol", {});
  let last = 0;
  for (const number of shownPages(page, pages)) {
    if (number > last + 1) list.append(el("li", { class: "gap", "aria-hidden": "true" }, "…"));
    list.append(el("li", {}, numbered(number, page, href)));
    last = number;
  }
  nav.append(list, step("Next", page < pages ? href(page + 1) : null, "next"));
  return nav;
}

/**
 * A sheet of paper with a heading.
 * @param {string} title
 * @param {...import("./dom.js").Child} children
 */
export function sheet(title, ...children) {
  return el("section", { class: "sheet" }, el("h2", {}, title), ...children);
}

/**
 * Grey shapes where a page will be.
 */
export function skeleton() {
  const line = () => el("div", { class: "bone" });
  const row = () => el("div", { class: "bone-row" }, el("div", { class: "bone disc" }), line());
  return el("div", { class: "sheet skeleton", "aria-hidden": "true" }, row(), row(), row(), row());
}

/**
 * A figure in the reader's way of writing.
 * @param {number} number
 */
export function figure(number) {
  return number.toLocaleString();
}

/**
 * @param {number} page
 * @param {number} pages
 * @returns {number[]}
 */
function shownPages(page, pages) {
  const near = [1, page - 1, page, page + 1, pages];
  const valid = near.filter((number) => number >= 1 && number <= pages);
  return [...new Set(valid)].sort((one, other) => one - other);
}

/**
 * @param {number} number
 * @param {number} page
 * @param {(page: number) => string} href
 */
function numbered(number, page, href) {
  const current = number === page ? "page" : null;
  const label = `Page ${number}`;
  return el(
    "a",
    { href: href(number), "aria-current": current, "aria-label": label },
    figure(number),
  );
}

/**
 * @param {string} label
 * @param {string | null} href
 * @param {string} rel
 */
function step(label, href, rel) {
  return href === null
    ? el("span", { class: "step", "aria-disabled": "true" }, label)
    : el("a", { class: "step", href, rel }, label);
}

/**
 * Up to two letters; one for scripts whose words are not spaced.
 * @param {string} name
 */
function initials(name) {
  const words = name
    .replace(/\(.*\)|,.*$/gu, "")
    .trim()
    .split(/\s+/u);
  const firsts = words.map((word) => word.match(/[\p{L}\p{N}]/u)?.[0] ?? "").filter(Boolean);
  const ends = firsts.length > 1 ? [firsts[0], firsts.at(-1)] : firsts;
  return ends.join("").toLocaleUpperCase() || "·";
}
