/**
 * `/operator`: every customer.
 *
 * @import { Place, Screen } from "../frame/screens.js"
 * @import { Desk } from "./desk.js"
 * @import { Org } from "./shapes.js"
 */

import { createRows, el, setAttribute, setText, show } from "/ui/dom.js";
import { createSearch } from "../parts/choice.js";
import { createPager } from "../parts/pager.js";
import { createEmpty, createFailed, createSkeletonRows } from "../parts/states.js";
import { createTable } from "../parts/table.js";
import { screenHead } from "../parts.js";
import { words } from "../words.js";
import { pageHref, pageOf } from "./list-page.js";
import { openNewOrg } from "./org-forms.js";

const { say, format } = words;
const LOADING_ROWS = 5;

/**
 * @param {Desk} desk
 * @param {Place} start
 * @returns {Screen}
 */
export function open(desk, start) {
  const add = el("button", { type: "button", class: "go" }, say("operator_org_new"));
  const search = createSearch(say("operator_org_find"), (q) =>
    desk.router.change({ q, page: null }, { replace: true }),
  );
  const table = createOrgTable();
  const skeleton = createSkeletonRows(LOADING_ROWS);
  const failed = createFailed(load);
  const none = createEmpty(say("operator_orgs_none"), say("operator_orgs_none_more"));
  const unmatched = createEmpty(say("operator_unmatched"));
  let query = start.query;
  const pager = createPager(say("operator_orgs"), (page) => pageHref(query, page));
  /** @type {Org[] | null} */
  let orgs = null;

  async function load() {
    failed.write(null);
    show(skeleton, orgs === null);
    const answer = await desk.call("GET", "/orgs");
    show(skeleton, false);
    if (!answer.ok) return failed.write(answer.problem);
    orgs = answer.value.orgs;
    write();
  }

  function write() {
    if (!orgs) return;
    const { rows, ...at } = pageOf(orgs, query, ({ name, id, time_zone }) =>
      [name, id, time_zone].join("\n"),
    );
    search.write(query.get("q") ?? "");
    table.write(rows);
    pager.write(at);
    show(table.element, rows.length > 0);
    show(none, orgs.length === 0);
    show(unmatched, orgs.length > 0 && rows.length === 0);
  }

  add.addEventListener("click", () => openNewOrg(desk));
  for (const state of [table.element, none, unmatched]) show(state, false);
  load();
  const content = [skeleton, failed.element, none, unmatched, table.element, pager.element];
  const toolbar = el("div", { class: "toolbar" }, search.element);
  const card = el("div", { class: "card" }, toolbar, ...content);
  const head = screenHead(say("operator_orgs"), add);
  return {
    title: say("operator_orgs"),
    element: el("section", { class: "screen" }, head, card),
    move(place) {
      query = place.query;
      write();
    },
  };
}

function createOrgTable() {
  const table = createTable(say("operator_orgs"), [
    { name: "name", text: say("operator_name"), head: true },
    { name: "zone", text: say("operator_zone") },
    { name: "users", text: say("operator_users"), end: true },
    { name: "extra", text: say("operator_extra_left"), end: true },
    { name: "last", text: say("operator_last_use") },
  ]);
  const rows = createRows(table.body, (key) => {
    const { element, cells } = table.row();
    const link = el("a", { href: `/operator/orgs/${encodeURIComponent(key)}`, dir: "auto" });
    cells.name.append(link);
    return {
      element,
      /** @param {Org} org */
      write(org) {
        setText(link, org.name);
        setText(cells.zone, org.time_zone);
        setText(cells.users, format.number(org.users));
        setText(cells.extra, org.extra ? format.number(org.extra.remaining) : "–");
        setAttribute(cells.extra, "title", org.extra ? null : say("operator_extra_never"));
        setText(cells.last, lastUse(org.last_spend_at));
      },
    };
  });
  return {
    element: table.element,
    /** @param {Org[]} orgs */
    write: (orgs) => rows(orgs.map((value) => ({ key: value.id, value }))),
  };
}

/** @param {string | null} at */
export function lastUse(at) {
  return at ? format.moment(at, Date.now()) : say("operator_never");
}
