/**
 * "View Details": the batteries of one user, for admins, as live as one's own.
 *
 * @import { Answer } from "/ui/calls.js"
 * @import { Battery } from "../../../extension/protocol.js"
 * @import { App, Place, Screen } from "../frame/screens.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { unknownScreen } from "../frame/failures.js";
import { usersOf } from "../history/fetched-users.js";
import { createFailed } from "../parts/states.js";
import { createWindow } from "../window.js";
import { words } from "../words.js";
import { createSavings } from "./figures.js";
import { createExtraCard, createLicenseCard } from "./gauges.js";

const { say } = words;
/** What may move another's battery: entries, the shared extra credits, the user's own row. */
const FOLLOWED = new Set(["changes", "battery", "users", "gap"]);

/** Changes of a busy moment are fetched together: still well within a second. */
const FETCH_EVERY_MS = 250;

/**
 * @param {App} app
 * @param {Place} place
 * @param {string} user
 * @returns {Promise<Screen>}
 */
export async function openOfUser(app, place, user) {
  const [first, users] = await Promise.all([ask(app, user), usersOf(app)()]);
  if (!first.ok && first.problem.status === 404) return unknownScreen();
  const name = users.find(({ id }) => id === user)?.name ?? "";
  const view = createView(app, place, name);
  view.write(first);
  const refresh = createRefresh(() => ask(app, user).then(view.write));
  const stop = app.live.listen(({ type }) => {
    if (FOLLOWED.has(type)) refresh.soon();
  });
  view.onRetry(refresh.soon);
  return {
    title: `${name} · ${say("batteries_title")}`,
    element: view.element,
    leave() {
      stop();
      refresh.leave();
    },
  };
}

/**
 * @param {App} app
 * @param {string} user
 */
function ask({ call }, user) {
  return call("GET", `/api/v1/admin/users/${encodeURIComponent(user)}/battery`);
}

/**
 * @param {App} app
 * @param {Place} place
 * @param {string} name
 */
function createView({ me }, place, name) {
  let retry = () => {};
  const failed = createFailed(() => retry());
  const license = createLicenseCard({ name });
  const extra = createExtraCard({ org: me.org.name, name });
  const savings = createSavings();
  const cards = [license.element, extra.element, savings.element];
  const gauges = el("div", { class: "gauges" }, ...cards);
  const window = createWindow(place, "batteries", failed.element, gauges);
  setText(window.who, name);
  show(gauges, false);
  return {
    element: window.element,
    /** @param {() => void} action */
    onRetry(action) {
      retry = action;
    },
    /** @param {Answer} answer */
    write(answer) {
      failed.write(answer.ok ? null : answer.problem);
      window.element.classList.toggle("stale", !answer.ok);
      if (!answer.ok) return;
      /** @type {Battery} */
      const battery = answer.value;
      show(gauges, true);
      license.write(battery);
      extra.write(battery);
      savings.write(battery.saved);
    },
  };
}

/**
 * @param {() => Promise<void>} fetchNow
 */
function createRefresh(fetchNow) {
  /** @type {ReturnType<typeof setTimeout> | null} */
  let waiting = null;
  return {
    soon() {
      waiting ??= setTimeout(() => {
        waiting = null;
        fetchNow();
      }, FETCH_EVERY_MS);
    },
    leave() {
      if (waiting !== null) clearTimeout(waiting);
    },
  };
}
