/**
 * What "today" and "this credit month" are: by the org's clocks, and by the license concerned.
 *
 * @import { ZoneFormat } from "/ui/format.js"
 * @import { Battery, Problem } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { HistoryFilter, Present } from "./filters.js"
 */

/**
 * @typedef {{present: Present} | {problem: Problem}} Presence
 */

/**
 * @param {App} app
 * @param {ZoneFormat} zone  the org's
 * @returns {(filter: HistoryFilter, user: string | null) => Promise<Presence>} `user` null: oneself
 */
export function createPresence(app, zone) {
  return async (filter, user) => {
    const today = zone.date(Date.now());
    if (filter.range !== "month") return { present: { today, month: { from: today, to: today } } };
    const answer = await batteryOf(app, user);
    return "problem" in answer ? answer : { present: { today, month: monthOf(answer.battery) } };
  };
}

/**
 * @param {App} app
 * @param {string | null} user
 * @returns {Promise<{battery: Battery} | {problem: Problem}>}
 */
async function batteryOf({ live, call }, user) {
  const standing = live.now().battery;
  if (user === null && standing) return { battery: standing };
  const path = user === null ? "/api/v1/battery" : `/api/v1/admin/users/${user}/battery`;
  const answer = await call("GET", path);
  return answer.ok ? { battery: answer.value } : { problem: answer.problem };
}

/**
 * @param {Battery} battery
 * @returns {Present["month"]}
 */
function monthOf({ license }) {
  return { from: license.starts_on, to: license.last_day };
}
