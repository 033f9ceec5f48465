/**
 * What the table shows of the users, as the address says it. Pure.
 *
 * @import { Level } from "../../../extension/protocol.js"
 * @import { AdminUser, Status } from "./members.js"
 */

import { extraTaken, LEVELS, ROLES, STATUSES, statusOf } from "./members.js";

export const PAGE_ROWS = 50;

export const COLUMNS = /** @type {const} */ ([
  "name",
  "battery",
  "left",
  "until",
  "extra",
  "last",
  "status",
]);

/**
 * @typedef {(typeof COLUMNS)[number]} Column
 *
 * @typedef {object} TableView
 * @property {string} q
 * @property {Level | null} level
 * @property {Status | null} status
 * @property {"rep" | "admin" | null} role
 * @property {Column} sort
 * @property {boolean} descending
 * @property {number} page  from 1
 */

/**
 * @param {URLSearchParams} query  what it cannot mean is left out
 * @returns {TableView}
 */
export function readView(query) {
  const sort = query.get("sort") ?? "";
  const descending = sort.startsWith("-");
  return {
    q: query.get("q") ?? "",
    level: oneOf(LEVELS, query.get("level")),
    status: oneOf(STATUSES, query.get("status")),
    role: oneOf(ROLES, query.get("role")),
    sort: oneOf(COLUMNS, descending ? sort.slice(1) : sort) ?? "name",
    descending,
    page: Math.max(1, Number.parseInt(query.get("page") ?? "", 10) || 1),
  };
}

/**
 * @template {string} T
 * @param {readonly T[]} known
 * @param {string | null} text
 * @returns {T | null}
 */
function oneOf(known, text) {
  return known.find((value) => value === text) ?? null;
}

/**
 * The order as the address has it; the usual one is left out.
 *
 * @param {Column} column
 * @param {boolean} descending
 * @returns {string | null}
 */
export function sortText(column, descending) {
  if (column === "name" && !descending) return null;
  return descending ? `-${column}` : column;
}

/**
 * A second press of the same column turns the order around.
 *
 * @param {TableView} view
 * @param {Column} column
 */
export function pressedSort({ sort, descending }, column) {
  return sortText(column, sort === column && !descending);
}

/** @type {WeakMap<AdminUser, string>} */
const folded = new WeakMap();

/**
 * Without case and accents: who types "conceicao" means "Conceição".
 *
 * @param {string} text
 */
function fold(text) {
  return text
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
}

/** @param {AdminUser} user */
function searchable(user) {
  const known = folded.get(user) ?? fold(`${user.name} ${user.email}`);
  folded.set(user, known);
  return known;
}

/**
 * @param {readonly AdminUser[]} users
 * @param {TableView} view
 * @returns {AdminUser[]} those the filters leave, in their order
 */
export function arrange(users, view) {
  const wanted = fold(view.q).split(/\s+/).filter(Boolean);
  const kept = users.filter(
    (user) =>
      (view.level === null || user.battery.level === view.level) &&
      (view.status === null || statusOf(user) === view.status) &&
      (view.role === null || user.role === view.role) &&
      wanted.every((word) => searchable(user).includes(word)),
  );
  return sorted(kept, view);
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/**
 * What a column sorts by; equal ones stand by name.
 *
 * @type {Record<Exclude<Column, "name">, (user: AdminUser) => number | string>}
 */
const VALUES = {
  battery: ({ battery: { license } }) =>
    license.allotment === 0 ? 0 : license.remaining / license.allotment,
  left: ({ battery }) => battery.license.remaining,
  until: ({ battery }) => battery.license.last_day,
  extra: extraTaken,
  last: ({ last_spend_at }) => (last_spend_at ? Date.parse(last_spend_at) : 0),
  status: (user) => STATUSES.indexOf(statusOf(user)),
};

/**
 * @param {AdminUser[]} users
 * @param {TableView} view
 */
function sorted(users, { sort, descending }) {
  const turn = descending ? -1 : 1;
  if (sort === "name") return users.sort((a, b) => turn * byName(a, b));
  const value = VALUES[sort];
  // Thousands of users are compared tens of thousands of times: each value is worked out once.
  return users
    .map((user) => ({ user, value: value(user) }))
    .sort((a, b) => turn * compare(a.value, b.value) || byName(a.user, b.user))
    .map(({ user }) => user);
}

/**
 * @param {AdminUser} a
 * @param {AdminUser} b
 */
function byName(a, b) {
  return names.compare(a.name, b.name) || compare(a.id, b.id);
}

/**
 * @template {number | string} T
 * @param {T} a
 * @param {T} b
 */
function compare(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * @template T
 * @param {readonly T[]} rows
 * @param {number} wanted page, from 1
 * @returns {{page: number, pages: number, rows: T[]}} the last page when there are not so many
 */
export function pageOf(rows, wanted) {
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(wanted, pages);
  return { page, pages, rows: rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS) };
}
