/** @import { OpenScreen } from "../frame/screens.js" */

import { createUsage } from "../usage/usage.js";
import { createWindow } from "../window.js";
import { words } from "../words.js";

/** @type {OpenScreen} */
export function open(app, place) {
  const usage = createUsage(app, {
    groups: app.me.user.role === "admin" ? ["kind", "user", "action"] : ["kind", "action"],
  });
  const { element } = createWindow(place, "history", usage.element);
  const scope = { user: null, from: null, to: null };
  usage.write(place.query, scope);
  return {
    title: words.say("history_title"),
    element,
    move: (next) => usage.write(next.query, scope),
    leave: usage.leave,
  };
}
