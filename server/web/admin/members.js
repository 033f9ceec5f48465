/**
 * What an admin sees of a user, and what follows from it. Pure.
 *
 * @import { Battery, Extra, Level } from "../../../extension/protocol.js"
 */

/**
 * @typedef {object} AdminUser  `GET /api/v1/admin/users` (`api.md`, Admin)
 * @property {string} id
 * @property {string} name
 * @property {string} email
 * @property {"rep" | "admin"} role
 * @property {boolean} active
 * @property {number | null} extra_cap  null: no cap, 0: none (R17)
 * @property {string | null} last_spend_at  RFC 3339
 * @property {boolean} invited  has not set a password yet
 * @property {Battery} battery
 *
 * @typedef {{granted: number, used: number, held: number, remaining: number}} OrgExtra
 *
 * @typedef {"active" | "invited" | "deactivated"} Status
 *
 * @typedef {object} Totals  license figures are of the running credit months of active users
 * @property {number} users
 * @property {number} active
 * @property {number} allotment
 * @property {number} used
 * @property {number} held
 * @property {number} remaining
 */

export const STATUSES = /** @type {const} */ (["active", "invited", "deactivated"]);
export const LEVELS = /** @type {const} */ (["ok", "low", "critical", "empty"]);
export const ROLES = /** @type {const} */ (["rep", "admin"]);

/**
 * @param {Pick<AdminUser, "active" | "invited">} user
 * @returns {Status}
 */
export function statusOf({ active, invited }) {
  if (!active) return "deactivated";
  return invited ? "invited" : "active";
}

/**
 * Extra credits that the user took and holds in the running credit month.
 *
 * @param {AdminUser} user
 */
export function extraTaken({ battery }) {
  return battery.extra ? battery.extra.mine.used + battery.extra.mine.held : 0;
}

/**
 * What of a user's battery follows from the org's extra credits changes with every member's use of
 * them, so it is derived from the newest figures instead of being fetched for everybody (R17, R33).
 *
 * @param {AdminUser} user
 * @param {OrgExtra | null} pool  null: the org never had any
 * @returns {AdminUser}
 */
export function withPool(user, pool) {
  const { license } = user.battery;
  const mine = user.battery.extra?.mine ?? { used: 0, held: 0 };
  const available = pool ? mayTake(pool.remaining, user.extra_cap, mine) : 0;
  /** @type {Extra | null} */
  const extra = pool && { ...pool, cap: user.extra_cap, mine, available };
  const battery = {
    ...user.battery,
    extra,
    available: license.remaining + available,
    level: levelOf(user.battery.level, license, available),
  };
  return { ...user, battery };
}

/**
 * @param {number} rest of the pool
 * @param {number | null} cap
 * @param {{used: number, held: number}} mine
 */
function mayTake(rest, cap, { used, held }) {
  return cap === null ? rest : Math.max(0, Math.min(rest, cap - used - held));
}

/**
 * Of the levels only `empty` and its neighbour depend on the extra credits (R33).
 *
 * @param {Level} told
 * @param {{allotment: number, remaining: number}} license
 * @param {number} extra that may be taken
 * @returns {Level}
 */
function levelOf(told, { allotment, remaining }, extra) {
  if (remaining > 0) return told;
  if (extra === 0) return "empty";
  return allotment === 0 ? "ok" : "critical";
}

/**
 * @param {Iterable<AdminUser>} users
 * @returns {Totals}
 */
export function totalsOf(users) {
  const totals = { users: 0, active: 0, allotment: 0, used: 0, held: 0, remaining: 0 };
  for (const { active, battery } of users) {
    totals.users += 1;
    if (!active) continue;
    totals.active += 1;
    totals.allotment += battery.license.allotment;
    totals.used += battery.license.used;
    totals.held += battery.license.held;
    totals.remaining += battery.license.remaining;
  }
  return totals;
}

/**
 * When the next credit month of anybody turns, which no entry tells (R12, R14).
 *
 * @param {Iterable<AdminUser>} users
 * @returns {number} milliseconds since the epoch; Infinity for nobody
 */
export function nextTurn(users) {
  let next = Number.POSITIVE_INFINITY;
  for (const { battery } of users) next = Math.min(next, Date.parse(battery.license.resets_at));
  return next;
}
