/**
 * "View Details": the batteries of one user, for admins, as live as one's own.
 *
 * @import { App, Place, Screen } from "../frame/screens.js"
 * @import { AdminUser } from "../admin/members.js"
 * @import { TeamState } from "../admin/team.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { teamOf } from "../admin/sources.js";
import { unknownScreen } from "../frame/failures.js";
import { createFailed } from "../parts/states.js";
import { createWindow } from "../window.js";
import { words } from "../words.js";
import { createSavings } from "./figures.js";
import { createExtraCard, createLicenseCard } from "./gauges.js";

const { say } = words;

/**
 * The battery is that of the team's table, so that the two never differ and one of them is fetched.
 *
 * @param {App} app
 * @param {Place} place
 * @param {string} user
 * @returns {Promise<Screen>}
 */
export async function openOfUser(app, place, user) {
  const team = teamOf(app);
  const { status, users } = await team.arrived();
  const found = users.get(user);
  if (status === "ready" && !found) return unknownScreen();
  const name = found?.name ?? "";
  const view = createView(app, place, team.retry);
  const write = () => view.write(team.now(), team.now().users.get(user));
  const stop = team.watch(write);
  write();
  return {
    title: name ? `${name} · ${say("batteries_title")}` : say("batteries_title"),
    element: view.element,
    leave: stop,
  };
}

/**
 * @param {App} app
 * @param {Place} place
 * @param {() => void} retry
 */
function createView({ me }, place, retry) {
  const failed = createFailed(retry);
  const gauges = el("div", { class: "gauges" });
  const window = createWindow(place, "batteries", failed.element, gauges);
  /** @type {ReturnType<typeof createCards> | null} */
  let cards = null;
  return {
    element: window.element,
    /**
     * @param {TeamState} state
     * @param {AdminUser | undefined} user
     */
    write({ problem }, user) {
      failed.write(problem);
      window.element.classList.toggle("stale", problem !== null);
      show(gauges, user !== undefined);
      if (!user) return;
      setText(window.who, user.name);
      cards ??= createCards(gauges, me.org.name, user.name);
      for (const card of cards) card.write(user.battery);
    },
  };
}

/**
 * @param {HTMLElement} gauges
 * @param {string} org
 * @param {string} name
 */
function createCards(gauges, org, name) {
  const license = createLicenseCard({ name });
  const extra = createExtraCard({ org, name });
  const savings = createSavings();
  gauges.append(license.element, extra.element, savings.element);
  return [
    license,
    extra,
    { write: (/** @type {AdminUser["battery"]} */ b) => savings.write(b.saved) },
  ];
}
