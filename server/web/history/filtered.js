/**
 * The history as it is filtered: the address is the filter, for list, sums, chart and file alike.
 *
 * @import { App, Place } from "../frame/screens.js"
 * @import { TableOptions } from "./entry-table.js"
 * @import { HistoryFilter } from "./filters.js"
 * @import { ListedUser } from "./users.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { concerns } from "../concern.js";
import { watchDay } from "../day-watch.js";
import { createEmpty } from "../parts/states.js";
import { createUsage } from "../usage/usage.js";
import { words } from "../words.js";
import { createExports } from "./exports.js";
import { createFilterBar } from "./filter-bar.js";
import { apiQuery, daysOf, narrowedBy, narrows, readFilter } from "./filters.js";
import { goTo, keepPlace, keptPlace } from "./kept-place.js";
import { createList } from "./list.js";
import { createListView } from "./list-view.js";
import { createPresence } from "./months.js";

const { say } = words;

/**
 * @param {App} app
 * @param {Place} start
 * @param {TableOptions} options
 * @param {() => Promise<ListedUser[]>} users
 */
export function createFilteredFace(app, start, options, users) {
  const { zone, everyone } = options;
  const fixed = start.params["user"] ?? null;
  const bar = createFilterBar(app, everyone ? users : null);
  const usage = createUsage(app, {
    groups: everyone ? ["kind", "user", "action"] : ["kind", "action"],
  });
  const empty = createNothing(start.path);
  const view = createListView(options, empty.element);
  const list = createList(app, view);
  const exports = createExports(() => query);
  const presence = createPresence(app, zone);
  const tools = el("div", { class: "toolbar" }, view.totals, el("span", { class: "spacer" }));
  tools.append(exports.buttons, exports.problem);
  const parts = [bar.element, usage.element, tools, view.element];
  let place = start;
  let query = "";
  let today = "";
  let turn = 0;

  /** @param {Place} next */
  async function write(next) {
    place = next;
    const mine = ++turn;
    const filter = filterOf(place);
    const here = await presence(filter, filter.user);
    if (mine !== turn) return;
    if ("problem" in here) return view.fail(here.problem);
    today = here.present.today;
    const days = daysOf(filter, here.present);
    bar.write(filter, days, today);
    usage.write(place.query, { user: filter.user, ...days, narrowed: narrowedBy(filter) });
    empty.write(filter);
    turnTo(apiQuery(filter, days));
  }

  /** @param {Place} next */
  function filterOf(next) {
    const filter = readFilter(next.query);
    return { ...filter, user: fixed ?? (everyone ? filter.user : null) };
  }

  /** @param {string} asked */
  async function turnTo(asked) {
    if (asked === query && list.isShown()) return list.rewrite();
    query = asked;
    const mine = turn;
    const kept = keptPlace();
    await list.show(asked, kept?.rows);
    if (kept && mine === turn) goTo(kept);
  }

  const unlisten = app.live.listen((news) => {
    const touched = news.type === "changes" && concerns(news.changes, app.me.user);
    if (touched || news.type === "gap") list.follow();
  });
  const unwatch = watchDay(
    () => zone.date(Date.now()),
    () => today,
    () => write(place),
  );

  const unkeep = keepPlace(view.rows);
  view.onRetry(() => write(place));
  return {
    element: el("div", {}, ...parts),
    write,
    leave() {
      turn += 1;
      unwatch();
      unlisten();
      unkeep();
      list.leave();
      usage.leave();
    },
  };
}

/**
 * What stands in the place of entries when there are none.
 *
 * @param {string} path  of this history without a filter
 */
function createNothing(path) {
  const text = el("p");
  const all = el("a", { href: path, class: "button" }, say("history_show_all"));
  const element = createEmpty("", say("history_free"), all);
  element.replaceChildren(text, ...[...element.children].slice(1));
  return {
    element,
    /** @param {HistoryFilter} filter */
    write(filter) {
      const some = narrows(filter);
      setText(text, say(some ? "history_none_fits" : "history_none"));
      show(all, some);
    },
  };
}
