/**
 * The page of one customer: its name, its tabs, and the tab that is open.
 *
 * @import { Place, Screen } from "../frame/screens.js"
 * @import { Desk } from "./desk.js"
 * @import { Org } from "./shapes.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { createFailed, createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";
import { openOrgChange } from "./org-forms.js";

const { say, format } = words;
const LOADING_ROWS = 4;
const TABS = /** @type {const} */ (["users", "extra", "prices", "history"]);

/**
 * @typedef {(typeof TABS)[number]} Tab
 *
 * @typedef {object} Face  what is under a tab
 * @property {HTMLElement} element
 * @property {(org: Org) => void} write  the customer was fetched, perhaps anew
 * @property {(place: Place) => void} [move]
 */

/**
 * @param {Desk} desk
 * @param {Place} place
 * @param {Tab} tab
 * @param {(refresh: () => Promise<void>) => Face} createFace  `refresh` fetches the customer anew
 * @returns {Promise<Screen>}
 */
export async function openOrgPage(desk, place, tab, createFace) {
  const path = orgPath(place);
  const head = createHead(desk, load);
  const failed = createFailed(load);
  const skeleton = createSkeletonRows(LOADING_ROWS);
  const face = createFace(load);
  const tabs = createTabs(place, tab);
  const card = el("div", { class: "card" }, tabs, skeleton, failed.element, face.element);
  show(face.element, false);

  async function load() {
    failed.write(null);
    const answer = await desk.call("GET", path);
    show(skeleton, false);
    if (!answer.ok) return failed.write(answer.problem);
    head.write(answer.value);
    show(face.element, true);
    face.write(answer.value);
  }

  await load();
  return {
    title: head.name() || say("operator_org"),
    element: el("section", { class: "screen" }, head.element, card),
    ...(face.move ? { move: face.move } : {}),
  };
}

/**
 * @param {Place} place
 * @returns {string} of the customer's calls; what an address holds is already encoded
 */
export function orgPath(place) {
  return `/orgs/${place.params["org"]}`;
}

/**
 * @param {Desk} desk
 * @param {() => Promise<void>} refresh
 */
function createHead(desk, refresh) {
  const heading = el("h1", { tabindex: "-1", dir: "auto" }, say("operator_org"));
  const facts = el("p", { class: "note-line", dir: "auto" });
  const change = el("button", { type: "button" }, say("operator_org_change"));
  const title = el("div", {}, heading, facts);
  const back = el("a", { href: "/operator", class: "note-line" }, say("operator_back"));
  show(change, false);
  /** @type {Org | null} */
  let shown = null;
  change.addEventListener("click", () => {
    if (shown) openOrgChange(desk, shown, refresh);
  });
  return {
    element: el("div", {}, back, el("div", { class: "screen-head" }, title, change)),
    name: () => shown?.name ?? "",
    /** @param {Org} org */
    write(org) {
      shown = org;
      setText(heading, org.name);
      setText(facts, factsOf(org));
      show(change, true);
    },
  };
}

/** @param {Org} org */
function factsOf({ id, time_zone, users, extra }) {
  const credits = extra
    ? words.count("operator_extra_of", extra.remaining, { granted: format.number(extra.granted) })
    : say("operator_extra_never");
  return [time_zone, words.count("operator_n_users", users), credits, id].join(" · ");
}

/**
 * @param {Place} place
 * @param {Tab} chosen
 */
function createTabs(place, chosen) {
  const base = `/operator/orgs/${place.params["org"]}`;
  const links = TABS.map((tab) => {
    const href = tab === "users" ? base : `${base}/${tab}`;
    const link = el("a", { href }, say(`operator_tab_${tab}`));
    setAttribute(link, "aria-current", tab === chosen ? "page" : null);
    return link;
  });
  return el("nav", { class: "tabs", "aria-label": say("operator_org") }, ...links);
}
