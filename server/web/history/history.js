/**
 * Credit Use History: of oneself, of everybody for admins, of one user beside that one's battery.
 *
 * @import { App, OpenScreen, Place } from "../frame/screens.js"
 * @import { TableOptions } from "./entry-table.js"
 */

import { setText, show } from "/ui/dom.js";
import { createWindow } from "../window.js";
import { words } from "../words.js";
import { usersOf } from "./fetched-users.js";
import { createFilteredFace } from "./filtered.js";
import { readFilter } from "./filters.js";
import { createEntryFace } from "./one-entry.js";
import { openReversing, reversalRule } from "./reversing.js";

const { say, format } = words;

/** @type {OpenScreen} */
export function open(app, place) {
  const users = usersOf(app);
  const options = tableOptions(app, place);
  const filtered = createFilteredFace(app, place, options, users);
  const one = createEntryFace(app, options);
  const { element, who } = createWindow(place, "history", filtered.element, one.element);

  /** @param {Place} next */
  function arrive(next) {
    const { seq } = readFilter(next.query);
    show(filtered.element, seq === null);
    show(one.element, seq !== null);
    if (seq === null) filtered.write(next);
    else one.write(seq);
  }

  nameWho(app, place, users).then((text) => setText(who, text));
  arrive(place);
  return {
    title: say("history_title"),
    element,
    move: arrive,
    leave() {
      filtered.leave();
      one.leave();
    },
  };
}

/**
 * @param {App} app
 * @param {Place} place
 * @returns {TableOptions}
 */
function tableOptions(app, place) {
  const zone = format.inZone(app.me.org.time_zone);
  return {
    zone,
    everyone: app.me.user.role === "admin" && !place.params["user"],
    mayReverse: reversalRule(app.me),
    reverse: (entry) => openReversing(app, zone, entry),
  };
}

/**
 * Whose history this is.
 *
 * @param {App} app
 * @param {Place} place
 * @param {ReturnType<typeof usersOf>} users
 */
async function nameWho({ me }, place, users) {
  const user = place.params["user"];
  if (user) return (await users()).find(({ id }) => id === user)?.name ?? "";
  return me.user.role === "admin" ? say("history_whole_org", { org: me.org.name }) : me.user.name;
}
