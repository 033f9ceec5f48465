// What each address shows. A page is built whole from its data and handed over.

import { people, profile, staff } from "./data.js";
import { el, said } from "./dom.js";
import { companyName, figure, neighbour, pager, picture, result, sheet, tone } from "./parts.js";
import { scrolling, seenBefore } from "./scrolling.js";

/**
 * @typedef {object} Page
 * @property {string} title
 * @property {HTMLElement} body with one `h1`
 * @property {string} [q] what the search box shows
 * @property {() => void} [end] lets go of what the page watches
 */

const NEIGHBOURS_SHOWN = 5;
const RESULTS = "/demo/search/results/people";

/**
 * The page at `url`.
 * @param {URL} url
 * @returns {Promise<Page>}
 */
export async function pageAt(url) {
  const [segment, slug] = url.pathname.replace(/^\/demo\/?/u, "").split("/");
  if (segment === "in" && slug) return personPage(slug);
  if (segment === "company" && slug) return companyPage(slug, pageNumber(url));
  if (!segment || url.pathname.startsWith(RESULTS)) return searchPage(url);
  return lostPage();
}

/**
 * What stands where nobody is.
 * @returns {Page}
 */
export function lostPage() {
  return {
    title: "Nobody here",
    body: note("Nobody here", "This page was moved or never was. Search for the person instead."),
  };
}

/**
 * What stands where the data did not come.
 * @param {() => void} again
 * @returns {Page}
 */
export function brokenPage(again) {
  const retry = el("button", { class: "button", type: "button" }, "Try again");
  retry.addEventListener("click", again);
  const body = note("This page did not load", "The server cannot be reached just now.");
  body.firstElementChild?.append(retry);
  return { title: "This page did not load", body };
}

/**
 * @param {URL} url
 * @returns {Promise<Page>}
 */
async function searchPage(url) {
  const q = (url.searchParams.get("q") ?? "").trim();
  const endless = url.searchParams.get("scroll") === "on";
  /** @param {number} number */
  const load = (number) => people(q, number);
  const loaded = endless ? await seenBefore(url.search, load) : [await load(pageNumber(url))];
  const last = /** @type {import("./data.js").CardPage} */ (loaded.at(-1));
  const cards = loaded.flatMap((each) => each.results);
  const list = el("ul", { class: "results", "aria-label": "People" }, ...cards.map(result));
  const whole = el("div", { class: "sheet results-sheet" }, resultsHead(q, last, endless), list);
  /** @type {Page} */
  const page = {
    title: q ? `${q} | Search` : "People",
    body: el("div", { class: "page" }, whole),
    q,
  };
  if (last.total === 0) list.replaceWith(nobodyMatches());
  else if (cards.length === 0) list.replaceWith(pastTheEnd(address(q, 1, false)));
  else if (endless) page.end = scrolling(url.search, list, last, load);
  else if (last.pages > 1) {
    whole.append(pager(last.page, last.pages, (other) => address(q, other, false)));
  }
  return page;
}

/**
 * The count of what was found, and the choice between pages and one long list.
 * @param {string} q
 * @param {import("./data.js").CardPage} found
 * @param {boolean} endless
 */
function resultsHead(q, found, endless) {
  const noun = found.total === 1 ? "person" : "people";
  const title = q
    ? el("h1", { class: "count" }, `${figure(found.total)} ${noun} for `, said("q", "", q))
    : el("h1", { class: "count" }, `${figure(found.total)} ${noun}`);
  const other = el(
    "a",
    { class: "choice", href: address(q, 1, !endless) },
    endless ? "Show as pages" : "Load while scrolling",
  );
  return el("div", { class: "results-head" }, title, found.pages > 1 && other);
}

/**
 * @param {string} slug
 * @returns {Promise<Page>}
 */
async function personPage(slug) {
  const { card, about } = await profile("in", slug);
  const company = card.companyHref?.split("/").at(-1);
  const colleagues = company === undefined ? null : await colleaguesOf(card, company);
  const body = el(
    "div",
    { class: "page with-aside" },
    el(
      "div",
      { class: "column" },
      head(card),
      sheet("About", ...about.map((text) => el("p", {}, text))),
      experience(card),
    ),
    colleagues,
  );
  return { title: card.name, body };
}

/**
 * @param {string} slug
 * @param {number} number
 * @returns {Promise<Page>}
 */
async function companyPage(slug, number) {
  const [{ card, about }, found] = await Promise.all([
    profile("company", slug),
    staff(slug, number),
  ]);
  const list = el("ul", { class: "results" }, ...found.results.map(result));
  const here = `${figure(found.total)} ${found.total === 1 ? "person works" : "people work"} here`;
  const section = sheet("People", el("p", { class: "muted" }, here), list);
  if (found.results.length === 0 && found.total > 0) list.replaceWith(pastTheEnd(card.href));
  else if (found.pages > 1) {
    section.append(pager(number, found.pages, (other) => `/demo/company/${slug}?page=${other}`));
  }
  const body = el(
    "div",
    { class: "page" },
    el(
      "div",
      { class: "column" },
      head(card),
      sheet("About", ...about.map((text) => el("p", {}, text))),
      section,
    ),
  );
  return { title: card.name, body };
}

/**
 * The top of a profile: picture, name, what they do, where.
 * @param {import("./data.js").Card} card
 */
function head(card) {
  return el(
    "section",
    { class: "sheet head" },
    el("div", { class: `cover tone-${tone(card.name)}`, "aria-hidden": "true" }),
    picture(card, "large"),
    said("h1", "", card.name),
    card.headline && said("p", "head-headline", card.headline),
    card.company && el("p", { class: "head-company" }, companyName(card)),
    card.location && said("p", "muted", card.location),
  );
}

/**
 * @param {import("./data.js").Card} card
 */
function experience(card) {
  if (card.company === null) return null;
  /** @type {import("./data.js").Card} */
  const company = { ...card, type: "account", name: card.company };
  const text = el(
    "div",
    { class: "result-text" },
    companyName(card),
    el("p", { class: "muted" }, "Today"),
  );
  return sheet("Experience", el("div", { class: "job" }, picture(company, "small"), text));
}

/**
 * Some who work at the same company, without the person themselves.
 * @param {import("./data.js").Card} card
 * @param {string} company
 */
async function colleaguesOf(card, company) {
  const found = await staff(company, 1);
  const others = found.results.filter((each) => each.href !== card.href).slice(0, NEIGHBOURS_SHOWN);
  if (others.length === 0) return null;
  const all = el(
    "a",
    { class: "choice", href: card.companyHref },
    `All ${figure(found.total)} people`,
  );
  const list = el("ul", { class: "neighbours" }, ...others.map(neighbour));
  return el("aside", { class: "column" }, sheet("Colleagues", list, all));
}

/**
 * @param {string} title
 * @param {string} text
 */
function note(title, text) {
  const inside = [el("h1", {}, title), el("p", {}, text), button("/demo/", "All people")];
  return el("div", { class: "page" }, el("div", { class: "sheet note" }, ...inside));
}

/** What stands in a list without anybody in it. */
function nobodyMatches() {
  const text = "Nobody matches. Try a name, a job title, a company or a place.";
  return el("div", { class: "note" }, el("p", {}, text), button("/demo/", "All people"));
}

/**
 * @param {string | null} first the list's first page
 */
function pastTheEnd(first) {
  const text = "This page is past the last one.";
  return el("div", { class: "note" }, el("p", {}, text), button(first ?? "/demo/", "First page"));
}

/**
 * @param {string} href
 * @param {string} label
 */
function button(href, label) {
  return el("a", { class: "button", href }, label);
}

/**
 * @param {string} q
 * @param {number} page
 * @param {boolean} endless
 */
function address(q, page, endless) {
  const parameters = new URLSearchParams();
  if (q) parameters.set("q", q);
  if (page > 1) parameters.set("page", String(page));
  if (endless) parameters.set("scroll", "on");
  return parameters.size > 0 ? `${RESULTS}?${parameters}` : RESULTS;
}

/**
 * @param {URL} url
 */
function pageNumber(url) {
  const number = Number(url.searchParams.get("page") ?? 1);
  return Number.isSafeInteger(number) && number > 0 ? number : 1;
}
