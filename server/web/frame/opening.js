/**
 * From a route to its screen, or to the one that says why there is none.
 *
 * @import { Match } from "./router.js"
 * @import { App, Place, Route, Screen } from "./screens.js"
 */

import { failedScreen, forbiddenScreen, unknownScreen } from "./failures.js";

/**
 * @param {App} app
 * @param {Match<Route> | null} match
 * @param {Place} place
 * @returns {Promise<Screen>}
 */
export async function openScreen(app, match, place) {
  if (!match) return unknownScreen();
  if (match.route.role === "admin" && app.me.user.role !== "admin") return forbiddenScreen();
  return opened(async () => (await match.route.load()).open(app, place));
}

/**
 * @param {() => Promise<Screen>} open
 * @returns {Promise<Screen>}
 */
export async function opened(open) {
  try {
    return await open();
  } catch (error) {
    reportError(error);
    return failedScreen();
  }
}
