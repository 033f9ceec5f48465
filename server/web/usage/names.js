/**
 * How the groups and the buckets of usage are called.
 *
 * @import { Group, UsageChoice } from "./ask.js"
 * @import { Names } from "./usage-table.js"
 */

import { words } from "../words.js";
import { OTHERS } from "./sums.js";

const { say, format } = words;

/** Groups that have an order of their own; users come by what they spent. */
export const ORDER = /** @type {Record<Group, readonly string[]>} */ ({
  kind: ["email", "phone", "personality"],
  action: ["reveal", "export", "import", "reversal"],
  user: [],
});

/**
 * @param {UsageChoice} choice
 * @param {Record<string, string>} users  names by id
 * @returns {Names}
 */
export function usageNames({ bucket, group }, users) {
  return {
    group: (key) => (key === OTHERS ? say("spent_others") : groupName(group, key, users)),
    bucket: (start) => (bucket === "month" ? format.month(start) : format.day(start)),
  };
}

/**
 * @param {Group} group
 * @param {string} key
 * @param {Record<string, string>} users
 */
function groupName(group, key, users) {
  if (group === "user") return users[key] ?? key;
  return group === "kind" ? kindName(key) : actionName(key);
}

/** @param {string} kind */
function kindName(kind) {
  return say(/** @type {"kind_email"} */ (`kind_${kind}`));
}

/** @param {string} action */
function actionName(action) {
  return say(/** @type {"action_reveal"} */ (`action_${action}`));
}
