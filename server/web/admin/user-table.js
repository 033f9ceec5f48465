/**
 * The table of users: as the address filters and sorts it, each figure as the last push left it.
 *
 * @import { App, Place } from "../frame/screens.js"
 * @import { AdminUser } from "./members.js"
 * @import { Column } from "./table-view.js"
 * @import { Team } from "./team.js"
 * @import { RowActions, RowColumn } from "./user-row.js"
 */

import { createRows, el, setText, show } from "/ui/dom.js";
import { createPager } from "../parts/pager.js";
import { createEmpty } from "../parts/states.js";
import { createTable } from "../parts/table.js";
import { words } from "../words.js";
import { createSettledOrder } from "./settled-order.js";
import { arrange, COLUMNS, pageOf, pressedSort, readView } from "./table-view.js";
import { createUserRow } from "./user-row.js";

const { say } = words;

/** "2 min ago" becomes "3 min ago". */
const AGES_MS = 30_000;

/**
 * @typedef {object} UserTable
 * @property {HTMLElement} element
 * @property {HTMLElement} behind  why rows are not in their order just now; stands where its coming and
 *   going moves no row
 * @property {(place: Place) => void} move  what `write` is to show from now on
 * @property {() => void} write  the newest figures
 * @property {() => readonly AdminUser[]} found  those the filter leaves, on all pages
 * @property {() => void} leave
 */

/**
 * @param {App} app
 * @param {Team} team
 * @param {ReadonlySet<string>} picked
 * @param {RowActions} actions
 * @returns {UserTable}
 */
export function createUserTable(app, team, picked, actions) {
  let view = readView(new URLSearchParams());
  /** @type {readonly AdminUser[]} */
  let found = [];
  const order = createSettledOrder();
  const table = createTable(say("admin_billing"), columns(), (column) =>
    app.router.change({ sort: pressedSort(view, /** @type {Column} */ (column)), page: null }),
  );
  const rows = createRows(table.body, (id) => createUserRow(table, id, actions));
  const pager = createPager(say("admin_billing"), hrefOfPage);
  const empty = createEmpty(say("admin_nobody"), say("admin_nobody_more"));
  const behind = el("p", { class: "behind note-line", role: "status" });
  const scroll = el("div", { class: "table-frame" }, table.element);
  const element = el("div", {}, scroll, empty, pager.element);
  const ages = setInterval(write, AGES_MS);
  holdUnderReader(table.body, order.hold, write);

  function write() {
    const { users } = team.now();
    found = arrange([...users.values()], view);
    const ids = order.next(
      found.map(({ id }) => id),
      JSON.stringify(view),
    );
    const at = pageOf(ids, view.page);
    const nowMs = Date.now();
    rows(
      at.rows.flatMap((id) => {
        const user = users.get(id);
        return user ? [{ key: id, value: { user, picked: picked.has(id), nowMs } }] : [];
      }),
    );
    pager.write({ page: at.page, pages: at.pages, total: ids.length });
    show(empty, ids.length === 0);
    show(scroll, ids.length > 0);
    setText(behind, order.isBehind() ? say("admin_behind") : "");
  }

  return {
    element,
    behind,
    move({ query }) {
      view = readView(query);
      table.showSort(view.sort, view.descending ? "descending" : "ascending");
    },
    write,
    found: () => found,
    leave: () => clearInterval(ages),
  };
}

/** @returns {{name: RowColumn, text: string, end?: boolean, head?: boolean, sort?: boolean,
 *   unseen?: boolean}[]} */
function columns() {
  const sorted = COLUMNS.map((name) => ({
    name,
    text: say(`admin_column_${name}`),
    sort: true,
    head: name === "name",
    end: name === "left" || name === "extra",
  }));
  return [
    { name: "pick", text: say("admin_column_pick"), unseen: true },
    ...sorted,
    { name: "act", text: say("admin_column_act"), unseen: true },
  ];
}

/** @param {number} page */
function hrefOfPage(page) {
  const query = new URLSearchParams(location.search);
  query.set("page", String(page));
  return `?${query}`;
}

/**
 * While somebody points at a row, or has the focus in one, rows keep their places.
 *
 * @param {HTMLElement} body
 * @param {(held: boolean) => void} hold
 * @param {() => void} write
 */
function holdUnderReader(body, hold, write) {
  let pointed = false;
  let focused = false;

  function changed() {
    hold(pointed || focused);
    if (!pointed && !focused) write();
  }

  body.addEventListener("pointerenter", () => {
    pointed = true;
    changed();
  });
  body.addEventListener("pointerleave", () => {
    pointed = false;
    changed();
  });
  body.addEventListener("focusin", () => {
    focused = true;
    changed();
  });
  body.addEventListener("focusout", (event) => {
    focused = event.relatedTarget instanceof Node && body.contains(event.relatedTarget);
    changed();
  });
}
