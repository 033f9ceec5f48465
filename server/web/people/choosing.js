/**
 * What is selected of the search in the address, and asking what its export would cost.
 *
 * @import { Kind, Subject } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { Wanted } from "./fetching.js"
 * @import { List } from "./lists.js"
 * @import { Results } from "./results.js"
 * @import { Selection } from "./selection.js"
 */

import { problemText } from "../parts.js";
import { countOf, createSelections, NOTHING, selectOf, withTicks } from "./selection.js";

/**
 * @typedef {object} Chosen
 * @property {Selection} selection
 * @property {number} selected  rows
 * @property {boolean} asking  for a quote
 * @property {string} problem  why there is none; empty when nothing went wrong
 */

/**
 * @param {App} app
 * @param {List} list
 * @param {() => Results} results
 * @param {() => void} changed
 */
export function createChoosing(app, list, results, changed) {
  const selections = createSelections(sessionStorage, `${app.me.user.id} selections`);
  let asking = false;
  let problem = "";
  let left = false;

  const name = () => `${list.name} ${results().search.q}`;
  const selection = () => selections.of(name());
  const total = () => results().found?.total ?? 0;

  /** @param {Selection} next */
  function select(next) {
    selections.set(name(), next);
    problem = "";
    changed();
  }

  /** @param {string} label  empty: the server names it */
  function bodyOf(label) {
    const search = { name: list.name, q: results().search.q, pages: results().found?.pages ?? 1 };
    const { kinds } = selection();
    return { select: selectOf(selection(), search), kinds, ...(label ? { label } : {}) };
  }

  return {
    /** @returns {Chosen} */
    now: () => ({
      selection: selection(),
      selected: countOf(selection(), total()),
      asking,
      problem,
    }),

    /** @returns {Wanted[]} those ticked row by row */
    wanted: () => Object.entries(selection().ticked).map(([id, url]) => ({ id, url })),

    /**
     * @param {readonly Subject[]} rows
     * @param {boolean} on
     */
    tick: (rows, on) => select(withTicks(selection(), rows, on, results().found?.results ?? [])),
    all: () => select({ ...selection(), all: true, ticked: {} }),
    clear: () => select({ ...NOTHING, kinds: selection().kinds }),
    /** @param {Kind[]} kinds */
    choose: (kinds) => select({ ...selection(), kinds }),

    /**
     * A quote costs nothing; the screen of its job shows it.
     *
     * @param {string} label
     */
    async quote(label) {
      asking = true;
      problem = "";
      changed();
      const body = bodyOf(label);
      const answer = await app.unanswered.ask(`export ${JSON.stringify(body)}`, (key) =>
        app.call("POST", "/api/v1/exports", { body, key }),
      );
      if (left) return;
      // Until the job's screen stands nobody asks a second time.
      if (answer.ok) return app.router.go(`/jobs/${encodeURIComponent(answer.value.id)}`);
      asking = false;
      problem = problemText(answer.problem);
      changed();
    },

    leave() {
      left = true;
    },
  };
}
