/**
 * Who is in the table: text, level, status and role, each in the address.
 *
 * @import { App } from "../frame/screens.js"
 * @import { TableView } from "./table-view.js"
 */

import { levelName } from "/ui/battery.js";
import { el } from "/ui/dom.js";
import { createSearch, createSelect } from "../parts/choice.js";
import { words } from "../words.js";
import { LEVELS, ROLES, STATUSES } from "./members.js";

const { say } = words;
const ALL = "";

/**
 * @param {App} app
 * @param {...Node} actions  at the end of the bar
 * @returns {{element: HTMLElement, write(view: TableView): void}}
 */
export function createFilterBar(app, ...actions) {
  /** @param {Record<string, string>} query */
  const change = (query, replace = false) =>
    app.router.change({ ...query, page: null }, { replace });
  const search = createSearch(say("admin_find"), (q) => change({ q }, true));
  const level = createSelect(
    say("admin_level"),
    withAll(LEVELS.map((value) => ({ value, text: levelName(words, value) }))),
    (value) => change({ level: value }),
  );
  const status = createSelect(
    say("admin_status"),
    withAll(STATUSES.map((value) => ({ value, text: say(`admin_status_${value}`) }))),
    (value) => change({ status: value }),
  );
  const role = createSelect(
    say("admin_role"),
    withAll(ROLES.map((value) => ({ value, text: say(`admin_role_${value}`) }))),
    (value) => change({ role: value }),
  );
  const selects = [level.element, status.element, role.element];
  const space = el("span", { class: "spacer" });
  return {
    element: el("div", { class: "toolbar" }, search.element, ...selects, space, ...actions),
    write(view) {
      search.write(view.q);
      level.write(view.level ?? ALL);
      status.write(view.status ?? ALL);
      role.write(view.role ?? ALL);
    },
  };
}

/**
 * @param {readonly {value: string, text: string}[]} options
 * @returns {{value: string, text: string}[]}
 */
function withAll(options) {
  return [{ value: ALL, text: say("admin_all") }, ...options];
}
