/**
 * The users of the org, fetched when they are first needed.
 *
 * @import { App } from "../frame/screens.js"
 * @import { ListedUser } from "./users.js"
 */

import { problemText } from "../parts.js";

/**
 * @param {App} app
 * @returns {() => Promise<ListedUser[]>} fetches once; a failure is told, and tried again next time
 */
export function usersOf(app) {
  /** @type {Promise<ListedUser[]> | null} */
  let asked = null;

  async function fetchAll() {
    const answer = await app.call("GET", "/api/v1/admin/users");
    if (answer.ok) return answer.value.users;
    asked = null;
    app.tell(problemText(answer.problem));
    return [];
  }

  return () => {
    asked ??= fetchAll();
    return asked;
  };
}
