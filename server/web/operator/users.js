/**
 * `/operator/orgs/:org`: the customer's users with licenses and batteries.
 *
 * @import { Place, Screen } from "../frame/screens.js"
 * @import { Desk } from "./desk.js"
 * @import { OrgUser } from "./shapes.js"
 */

import { el, show } from "/ui/dom.js";
import { createSearch } from "../parts/choice.js";
import { createPager } from "../parts/pager.js";
import { createEmpty, createFailed, createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";
import { openNewLink } from "./invitation.js";
import { openLicense } from "./license-form.js";
import { pageHref, pageOf } from "./list-page.js";
import { openNewUser } from "./new-user.js";
import { openOrgPage, orgPath } from "./org-page.js";
import { createUserTable } from "./user-table.js";

const { say } = words;
const LOADING_ROWS = 5;

/**
 * @param {Desk} desk
 * @param {Place} start
 * @returns {Promise<Screen>}
 */
export function open(desk, start) {
  return openOrgPage(desk, start, "users", (refresh) => createUsers(desk, start, refresh));
}

/**
 * @param {Desk} desk
 * @param {Place} start
 * @param {() => Promise<void>} refresh
 */
function createUsers(desk, start, refresh) {
  const path = orgPath(start);
  const add = el("button", { type: "button", class: "go" }, say("operator_user_new"));
  const search = createSearch(say("operator_user_find"), (q) =>
    desk.router.change({ q, page: null }, { replace: true }),
  );
  const table = createUserTable({
    license: (user) => openLicense(desk, user, refresh),
    link: (user) => openNewLink(desk, user),
  });
  const skeleton = createSkeletonRows(LOADING_ROWS);
  const failed = createFailed(load);
  const none = createEmpty(say("operator_users_none"), say("operator_users_none_more"));
  const unmatched = createEmpty(say("operator_unmatched"));
  let query = start.query;
  const pager = createPager(say("operator_users"), (page) => pageHref(query, page));
  /** @type {OrgUser[] | null} */
  let users = null;

  async function load() {
    failed.write(null);
    show(skeleton, users === null);
    const answer = await desk.call("GET", `${path}/users`);
    show(skeleton, false);
    if (!answer.ok) return failed.write(answer.problem);
    users = answer.value.users;
    write();
  }

  function write() {
    if (!users) return;
    const { rows, ...at } = pageOf(users, query, ({ name, email }) => `${name}\n${email}`);
    search.write(query.get("q") ?? "");
    table.write(rows);
    pager.write(at);
    show(table.element, rows.length > 0);
    show(none, users.length === 0);
    show(unmatched, users.length > 0 && rows.length === 0);
  }

  add.addEventListener("click", () => openNewUser(desk, path, refresh));
  for (const state of [table.element, none, unmatched]) show(state, false);
  const toolbar = el("div", { class: "toolbar" }, search.element);
  toolbar.append(el("span", { class: "spacer" }), add);
  const states = [skeleton, failed.element, none, unmatched];
  return {
    element: el("div", {}, toolbar, ...states, table.element, pager.element),
    write: load,
    /** @param {Place} place */
    move(place) {
      query = place.query;
      write();
    },
  };
}
