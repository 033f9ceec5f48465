/**
 * One user in the table of Billing & Licenses.
 *
 * @import { Table } from "../parts/table.js"
 * @import { AdminUser } from "./members.js"
 */

import { createCell, levelName } from "/ui/battery.js";
import { el, setAttribute, setText, show } from "/ui/dom.js";
import { words } from "../words.js";
import { createAgo } from "./ago.js";
import { extraTaken, statusOf } from "./members.js";

const { say, format } = words;
const ago = createAgo(words.language);

/**
 * @typedef {"pick" | "name" | "battery" | "left" | "until" | "extra" | "last" | "status" | "act"}
 *   RowColumn
 *
 * @typedef {{user: AdminUser, picked: boolean, nowMs: number}} RowState
 *
 * @typedef {object} RowActions
 * @property {(id: string, on: boolean) => void} pick
 * @property {(id: string) => void} manage
 *
 * @typedef {{element: HTMLElement, write(state: RowState): void}} RowPart
 */

/**
 * @param {Table<RowColumn>} table
 * @param {string} id
 * @param {RowActions} actions
 * @returns {RowPart}
 */
export function createUserRow(table, id, actions) {
  const { element, cells } = table.row();
  const pick = createPick(id, actions);
  const parts = [createWho(), createBattery(), createLast(), createActs(id, actions)];
  const [who, battery, last, acts] = parts.map((part) => part.element);
  const left = el("strong", { class: "figure small", "data-figure": "left" });
  const of = el("span", { class: "note-line" });
  cells.pick.append(pick.element);
  cells.name.append(who ?? "");
  cells.battery.append(battery ?? "");
  cells.left.append(el("span", { class: "left" }, left, " ", of));
  cells.last.append(last ?? "");
  cells.act.append(acts ?? "");
  element.setAttribute("data-user", id);
  return {
    element,
    write(state) {
      const { user } = state;
      const { license } = user.battery;
      for (const part of [pick, ...parts]) part.write(state);
      setAttribute(element, "data-status", statusOf(user));
      setText(left, format.number(license.remaining));
      setText(of, say("of_allotment", { allotment: format.number(license.allotment) }));
      setText(cells.until, format.day(license.last_day));
      setAttribute(cells.until, "title", format.longDay(license.last_day));
      setText(cells.extra, extraText(user));
      setText(cells.status, say(`admin_status_${statusOf(user)}`));
    },
  };
}

/**
 * "40 of 500", "0, no cap" (R17).
 *
 * @param {AdminUser} user
 */
export function extraText(user) {
  const taken = format.number(extraTaken(user));
  if (user.extra_cap === null) return say("admin_extra_free", { taken });
  return say("admin_extra_of", { taken, cap: format.number(user.extra_cap) });
}

/**
 * @param {string} id
 * @param {RowActions} actions
 * @returns {RowPart}
 */
function createPick(id, { pick }) {
  const box = el("input", { type: "checkbox" });
  box.addEventListener("change", () => pick(id, box.checked));
  return {
    element: box,
    write({ user, picked }) {
      setAttribute(box, "aria-label", say("admin_pick", { name: user.name }));
      box.checked = picked;
    },
  };
}

/** @returns {RowPart} */
function createWho() {
  const name = el("span", { class: "name", dir: "auto" });
  const role = el("span", { class: "badge" }, say("role_admin"));
  const email = el("span", { class: "note-line", dir: "auto" });
  return {
    element: el("span", { class: "who-cell" }, el("span", {}, name, " ", role), email),
    write({ user }) {
      setText(name, user.name);
      setText(email, user.email);
      show(role, user.role === "admin");
    },
  };
}

/**
 * The cell, with the level in words.
 *
 * @returns {RowPart}
 */
export function createBattery() {
  const cell = createCell();
  const pill = el("span", { class: "pill" });
  return {
    element: el("span", { class: "battery-cell thin" }, cell.element, pill),
    write({ user }) {
      const { license, level } = user.battery;
      const unsold = license.allotment === 0;
      const text = unsold && level === "ok" ? say("admin_unsold") : levelName(words, level);
      const label = say("license_meter", {
        left: format.number(license.remaining),
        allotment: format.number(license.allotment),
        held: format.number(license.held),
        used: format.number(license.used),
        level: text,
      });
      cell.write({ ...license, whole: license.allotment }, level, label);
      setText(pill, text);
      setAttribute(pill, "data-level", unsold && level === "ok" ? null : level);
    },
  };
}

/** @returns {RowPart} */
function createLast() {
  const time = el("time");
  return {
    element: time,
    write({ user: { last_spend_at: at }, nowMs }) {
      setText(time, at ? ago(at, nowMs) : say("admin_never"));
      setAttribute(time, "datetime", at);
      setAttribute(time, "title", at ? format.moment(at, nowMs) : null);
    },
  };
}

/**
 * @param {string} id
 * @param {RowActions} actions
 * @returns {RowPart}
 */
function createActs(id, { manage }) {
  const view = el("a", { href: `/admin/users/${id}/batteries` }, say("admin_view"));
  const button = el("button", { type: "button" }, say("admin_manage"));
  button.addEventListener("click", () => manage(id));
  return {
    element: el("span", { class: "acts" }, view, button),
    write({ user: { name } }) {
      setAttribute(view, "aria-label", say("admin_view_label", { name }));
      setAttribute(button, "aria-label", say("admin_manage_label", { name }));
    },
  };
}
