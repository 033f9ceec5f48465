/**
 * What the operator's calls answer (api.md, Operator).
 *
 * @import { Battery, Prices } from "../../../extension/protocol.js"
 */

/**
 * @typedef {object} OrgExtra
 * @property {number} granted
 * @property {number} used
 * @property {number} held
 * @property {number} remaining
 *
 * @typedef {object} Org
 * @property {string} id
 * @property {string} name
 * @property {string} time_zone
 * @property {Prices} prices
 * @property {boolean} own_prices
 * @property {number} users
 * @property {OrgExtra | null} extra
 * @property {string | null} last_spend_at  RFC 3339
 *
 * @typedef {{allotment: number, anchor: string}} License
 *
 * @typedef {object} OrgUser
 * @property {string} id
 * @property {string} name
 * @property {string} email
 * @property {"rep" | "admin"} role
 * @property {boolean} active
 * @property {boolean} invited
 * @property {number | null} extra_cap
 * @property {string | null} last_spend_at
 * @property {Battery} battery
 * @property {License} license
 *
 * @typedef {object} DirectoryResult
 * @property {number} added
 * @property {number} changed
 * @property {number} unchanged
 * @property {number} problem_count
 * @property {{line: number, reason: string}[]} problems
 * @property {string[]} ignored_columns
 */

export {};
