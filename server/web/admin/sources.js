/**
 * What several of the admin's screens show, fetched once for the open app.
 *
 * @import { App } from "../frame/screens.js"
 * @import { Team } from "./team.js"
 */

import { browserClock } from "/ui/live.js";
import { createTeam } from "./team.js";

/** @type {WeakMap<App, Team>} */
const teams = new WeakMap();

/**
 * Every user of the org.
 *
 * @param {App} app  of an admin
 * @returns {Team}
 */
export function teamOf(app) {
  const { call, live } = app;
  const online = () => live.now().link === "live";
  const parts = { call, listen: live.listen, online, ...browserClock };
  const team = teams.get(app) ?? createTeam(parts);
  teams.set(app, team);
  return team;
}
