/**
 * Admin Settings → Billing & Licenses: every user with battery, cap and status, live.
 *
 * @import { OpenScreen } from "../frame/screens.js"
 */

import { el, show } from "/ui/dom.js";
import { createFailed, createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";
import { openCaps } from "./caps-dialog.js";
import { createFilterBar } from "./filter-bar.js";
import { openInvite } from "./invite-dialog.js";
import { openManage } from "./manage-dialog.js";
import { createPickedBar } from "./picked.js";
import { createShell } from "./shell.js";
import { teamOf } from "./sources.js";
import { readView } from "./table-view.js";
import { createTotalsLine } from "./totals-line.js";
import { createUserTable } from "./user-table.js";

const { say } = words;
const BONES = 8;

/** @type {OpenScreen} */
export function open(app, place) {
  const team = teamOf(app);
  /** @type {Set<string>} */
  const picked = new Set();
  const invite = el("button", { type: "button", class: "go" }, say("admin_invite"));
  invite.addEventListener("click", () => openInvite(app, team));
  const bar = createFilterBar(app, invite);
  const totals = createTotalsLine();
  const table = createUserTable(app, team, picked, { pick, manage });
  const many = createPickedBar({ all: pickAll, cap: capPicked }, table.behind);
  const failed = createFailed(() => team.retry());
  const bones = createSkeletonRows(BONES);
  const content = el("div", {}, totals.element, many.element, table.element);
  const heading = el("h2", { class: "unseen" }, say("admin_billing"));
  const shell = createShell(app, "billing", heading, bar.element, bones, failed.element, content);

  /** @param {string} id @param {boolean} on */
  function pick(id, on) {
    if (on) picked.add(id);
    else picked.delete(id);
    write();
  }

  /** @param {boolean} on */
  function pickAll(on) {
    if (!on) picked.clear();
    else for (const { id } of table.found()) picked.add(id);
    write();
  }

  function capPicked() {
    const { users } = team.now();
    const chosen = [...picked].flatMap((id) => users.get(id) ?? []);
    openCaps(app, team, chosen, () => {
      picked.clear();
      write();
    });
  }

  /** @param {string} id */
  function manage(id) {
    const user = team.now().users.get(id);
    if (user) openManage(app, team, user);
  }

  function write() {
    const state = team.now();
    show(bones, state.status === "loading");
    show(content, state.status === "ready");
    failed.write(state.problem);
    if (state.status !== "ready") return;
    totals.write(state);
    table.write();
    const found = table.found();
    const foundPicked = found.filter(({ id }) => picked.has(id)).length;
    many.write({ picked: picked.size, found: found.length, foundPicked });
  }

  /** @param {typeof place} to */
  function move(to) {
    bar.write(readView(to.query));
    table.move(to);
    write();
  }

  const unwatch = team.watch(write);
  move(place);
  return {
    ...shell,
    move,
    leave() {
      unwatch();
      table.leave();
      shell.leave();
    },
  };
}
