/**
 * The screen of a list: search, rows, selection, and what the socket says meanwhile.
 *
 * @import { App, Place, Screen } from "../frame/screens.js"
 * @import { List } from "./lists.js"
 */

import { words } from "../words.js";
import { createChoosing } from "./choosing.js";
import { createFollowing } from "./following.js";
import { createListView } from "./list-view.js";
import { pageInstead, searchOf } from "./paging.js";
import { createResults } from "./results.js";
import { createRevealMany } from "./reveal-many.js";
import { createReveals } from "./reveals.js";

/**
 * @param {App} app
 * @param {List} list
 * @param {Place} place
 * @returns {Screen}
 */
export function openList(app, list, place) {
  const { live, router } = app;
  const results = createResults(app.call, list, draw);
  const following = createFollowing({
    live,
    shows: (id) => results.now().found?.results.some((subject) => subject.id === id) ?? false,
    fetchAgain: results.fetchAgain,
  });
  const doubt = following.ask;
  const reveals = createReveals(app, { change: results.change, doubt, changed: draw });
  const many = createRevealMany(app, { ...reveals, doubt });
  const choosing = createChoosing(app, list, results.now, draw);
  const view = createListView(list, router, {
    ...choosing,
    retry: () => go(results.now().search),
    spend(event, subject, kind, price) {
      if (reveals.decides(event)) reveals.reveal(subject.id, kind, price);
    },
    reveal: () => many.open(choosing.wanted(), choosing.now().selection.kinds),
    dismiss: reveals.dismiss,
  });

  function draw() {
    view.write(results.now(), choosing.now(), {
      standing: live.now(),
      paused: reveals.paused(),
      pending: reveals.pending,
      refusal: reveals.refusal(),
    });
    many.write();
  }

  /** @param {{q: string, page: number}} search */
  async function go(search) {
    following.asks();
    await results.go(search);
    const { found } = results.now();
    const instead = found && pageInstead(found);
    if (instead) router.change({ page: String(instead) }, { replace: true });
  }

  const stop = live.listen(draw);
  go(searchOf(place.query));
  return {
    title: words.say(list.title),
    element: view.element,
    move(next) {
      const search = searchOf(next.query);
      if (search.page !== results.now().search.page) scrollTo({ top: 0 });
      go(search);
    },
    leave() {
      stop();
      following.leave();
      results.leave();
      choosing.leave();
      many.close();
    },
  };
}
