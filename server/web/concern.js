/**
 * Whether a commit may have written something into the history a user sees. Pure.
 *
 * @import { ChangesMessage, User } from "../../extension/protocol.js"
 */

/**
 * A rep sees the own entries only (R30): what colleagues reveal is none of them. A reversal may be
 * of the own charge, and entries that reveal nothing are counted but not told.
 *
 * @param {ChangesMessage} changes
 * @param {User} me
 * @returns {boolean}
 */
export function concerns({ from, to, items }, me) {
  if (me.role === "admin" || items.length < to - from + 1) return true;
  return items.some(({ action, by }) => action === "reversal" || by.id === me.id);
}
