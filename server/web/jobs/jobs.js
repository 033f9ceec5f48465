/**
 * Every export and import, newest first: one's own, and for admins everybody's.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { App, OpenScreen } from "../frame/screens.js"
 * @import { Filter, Listing } from "./listing.js"
 */

import { createRows, el, show } from "/ui/dom.js";
import { createFailed, createSkeletonRows } from "../parts/states.js";
import { createTable } from "../parts/table.js";
import { screenHead } from "../parts.js";
import { words } from "../words.js";
import { createFilters } from "./filters.js";
import { createJobRow } from "./job-row.js";
import { createListed } from "./listed.js";
import { filterOf } from "./listing.js";
import { createNobody } from "./nobody.js";

const { say } = words;
const SKELETON_ROWS = 8;

/** @type {OpenScreen} */
export function open(app, place) {
  const title = say("jobs_title");
  const me = app.me.user.id;
  const view = createView(app, { retry: () => listed.load(), more: () => listed.more() });
  const importing = el("a", { href: "/import", class: "button go" }, say("import_title"));
  const element = el("div", { class: "screen" }, screenHead(title, importing), view.element);
  const listed = createListed(app, filterOf(place.query, me), view);
  listed.load();
  return {
    title,
    element,
    move: ({ query }) => listed.filter(filterOf(query, me)),
    leave: listed.leave,
  };
}

/**
 * @param {App} app
 * @param {{retry(): void, more(): Promise<void>}} actions
 */
function createView(app, actions) {
  const isAdmin = app.me.user.role === "admin";
  const filters = createFilters(isAdmin, (query) => app.router.change(query));
  const table = createTable(say("jobs_title"), [
    { name: "what", text: say("jobs_column_what"), head: true },
    ...(isAdmin ? [{ name: /** @type {const} */ ("by"), text: say("jobs_column_by") }] : []),
    { name: "when", text: say("jobs_column_when") },
    { name: "status", text: say("jobs_status") },
    { name: "credits", text: say("jobs_column_credits"), end: true },
  ]);
  table.element.classList.add("jobs");
  const rows = createRows(table.body, () => createJobRow(table.row(), app.me.user.id));
  const skeleton = createSkeletonRows(SKELETON_ROWS);
  const failed = createFailed(() => actions.retry());
  const nobody = createNobody(() => app.router.go("/jobs"));
  const more = el("button", { type: "button" }, say("jobs_more"));
  const moreFailed = createFailed(() => more.click());
  const foot = el("div", { class: "pad jobs-more" }, more);
  more.addEventListener("click", async () => {
    more.disabled = true;
    await actions.more();
    more.disabled = false;
  });
  const element = el(
    "section",
    { class: "card" },
    filters.element,
    skeleton,
    failed.element,
    nobody.element,
    table.element,
    moreFailed.element,
    foot,
  );
  return {
    element,
    /**
     * @param {Listing | null} listing  null while it is fetched
     * @param {Filter} filter
     */
    write(listing, filter) {
      const jobs = listing?.jobs ?? [];
      filters.write(filter);
      failed.write(null);
      moreFailed.write(null);
      show(skeleton, listing === null);
      show(table.element, jobs.length > 0);
      rows(jobs.map((job) => ({ key: job.id, value: job })));
      nobody.write(listing !== null && jobs.length === 0, filter);
      show(foot, listing?.next != null);
    },
    /** @param {Problem} problem */
    fail(problem) {
      show(skeleton, false);
      failed.write(problem);
    },
    /** @param {Problem | null} problem */
    failMore: (problem) => moreFailed.write(problem),
  };
}
