/**
 * The users of the org, fetched when they are first needed.
 *
 * @import { App } from "../frame/screens.js"
 * @import { ListedUser } from "./users.js"
 */

import { teamOf } from "../admin/sources.js";
import { problemText } from "../parts.js";

/**
 * @param {App} app
 * @returns {() => Promise<ListedUser[]>} those of the admin's table, which is fetched once; a failure
 *   is told, and tried again next time
 */
export function usersOf(app) {
  return async () => {
    const team = teamOf(app);
    if (team.now().status === "failed") team.retry();
    const { users, problem, status } = await team.arrived();
    if (status === "failed" && problem) app.tell(problemText(problem));
    return [...users.values()];
  };
}
