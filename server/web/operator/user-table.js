/**
 * The users of a customer as a table.
 *
 * @import { OrgUser } from "./shapes.js"
 */

import { createCell, levelName } from "/ui/battery.js";
import { createRows, el, setAttribute, setText, show } from "/ui/dom.js";
import { createTable } from "../parts/table.js";
import { words } from "../words.js";
import { lastUse } from "./orgs.js";

const { say, format } = words;

/**
 * @typedef {{element: HTMLElement, write(user: OrgUser): void}} Part
 *
 * @typedef {object} Acts  what can be done with a user
 * @property {(user: OrgUser) => void} license
 * @property {(user: OrgUser) => void} link  another invitation
 */

/** @param {Acts} acts */
export function createUserTable(acts) {
  const table = createTable(say("operator_users"), [
    { name: "name", text: say("operator_user"), head: true },
    { name: "battery", text: say("operator_battery") },
    { name: "left", text: say("operator_left"), end: true },
    { name: "until", text: say("operator_until") },
    { name: "license", text: say("operator_license") },
    { name: "cap", text: say("operator_cap") },
    { name: "last", text: say("operator_last_use") },
    { name: "act", text: say("operator_license_change"), unseen: true },
  ]);
  const rows = createRows(table.body, () => {
    const { element, cells } = table.row();
    const who = createWho();
    const battery = createBattery();
    const license = createLicense();
    const act = createActs(acts);
    cells.name.append(who.element);
    cells.battery.append(battery.element);
    cells.license.append(license.element);
    cells.act.append(act.element);
    return {
      element,
      /** @param {OrgUser} user */
      write(user) {
        for (const part of [who, battery, license, act]) part.write(user);
        setText(cells.left, format.number(user.battery.license.remaining));
        setText(cells.until, format.day(user.battery.license.last_day));
        setText(cells.cap, capText(user.extra_cap));
        setText(cells.last, lastUse(user.last_spend_at));
      },
    };
  });
  return {
    element: table.element,
    /** @param {OrgUser[]} users */
    write: (users) => rows(users.map((value) => ({ key: value.id, value }))),
  };
}

/** @param {number | null} cap */
function capText(cap) {
  return cap === null ? say("operator_cap_none") : format.number(cap);
}

/** @returns {Part} */
function createWho() {
  const name = el("span", { class: "name", dir: "auto" });
  const role = el("span", { class: "badge" }, say("role_admin"));
  const status = el("span", { class: "badge" });
  const email = el("span", { class: "note-line", dir: "auto" });
  return {
    element: el("span", { class: "operator-who" }, el("span", {}, name, " ", role, status), email),
    write(user) {
      setText(name, user.name);
      setText(email, user.email);
      show(role, user.role === "admin");
      setText(status, say(user.active ? "operator_invited" : "operator_inactive"));
      show(status, user.invited || !user.active);
    },
  };
}

/** @returns {Part} */
function createBattery() {
  const cell = createCell();
  const pill = el("span", { class: "pill" });
  return {
    element: el("span", { class: "operator-battery thin" }, cell.element, pill),
    write({ battery: { license, level } }) {
      const name = levelName(words, level);
      const label = say("license_meter", {
        left: format.number(license.remaining),
        allotment: format.number(license.allotment),
        held: format.number(license.held),
        used: format.number(license.used),
        level: name,
      });
      cell.write({ ...license, whole: license.allotment }, level, label);
      setText(pill, name);
      setAttribute(pill, "data-level", level);
    },
  };
}

/**
 * What was sold, and what of it waits for the next month (R15).
 *
 * @returns {Part}
 */
function createLicense() {
  const sold = el("span");
  const next = el("span", { class: "note-line" });
  return {
    element: el("span", { class: "operator-license" }, sold, next),
    write({ license, battery }) {
      const running = battery.license.allotment;
      setText(sold, say("operator_a_month", { credits: format.number(running) }));
      const since = say("operator_anchor_day", { day: format.longDay(license.anchor) });
      const change = say("operator_from_next", { credits: format.number(license.allotment) });
      setText(next, running === license.allotment ? since : change);
    },
  };
}

/**
 * @param {Acts} acts
 * @returns {Part}
 */
function createActs(acts) {
  /** @type {OrgUser | null} */
  let shown = null;
  const license = el("button", { type: "button" }, say("operator_license_change"));
  const link = el("button", { type: "button" }, say("operator_link_new"));
  license.addEventListener("click", () => {
    if (shown) acts.license(shown);
  });
  link.addEventListener("click", () => {
    if (shown) acts.link(shown);
  });
  return {
    element: el("span", { class: "buttons" }, license, link),
    write(user) {
      shown = user;
      setAttribute(license, "aria-label", say("operator_license_of", { name: user.name }));
      setAttribute(link, "aria-label", say("operator_link_of", { name: user.name }));
      show(link, user.invited && user.active);
    },
  };
}
