/**
 * From a selection to a running export: ticking, the quote, the start at the price that was shown.
 *
 * @import {
 *   ExportRequest, Job, Kind, ListView, ListedPerson, Mark, Piece, Problem
 * } from "../protocol.js"
 * @import { Answer, Call } from "../ui/calls.js"
 * @import { Jobs } from "./jobs.js"
 * @import { Entry } from "./people.js"
 * @import { Selection, createSelections } from "./selections.js"
 * @import { Unanswered } from "../ui/unanswered.js"
 */

import { viewOf } from "./jobs.js";
import { inSearch, withoutPeople, withPeople } from "./selections.js";

/**
 * @param {object} parts
 * @param {Call} parts.call
 * @param {Unanswered} parts.unanswered
 * @param {Jobs} parts.jobs
 * @param {ReturnType<typeof createSelections>} parts.selections
 * @param {(url: string) => Entry} parts.personAt
 * @param {() => void} parts.changed
 */
export function createExporting({ call, unanswered, jobs, selections, personAt, changed }) {
  /** Tabs whose quote is under way. @type {Map<number, Promise<void>>} */
  const asking = new Map();
  /** Why a tab's last quote did not come. @type {Map<number, Problem>} */
  const problems = new Map();

  /**
   * Another selection makes the quote of the old one worthless.
   *
   * @param {number} tab
   * @param {Selection} next
   */
  function change(tab, next) {
    const { offer } = selections.of(tab);
    if (offer !== null && next.offer !== offer) jobs.abandon(offer);
    problems.delete(tab);
    return selections.set(tab, next);
  }

  /**
   * @param {number} tab
   * @param {string[]} urls
   * @param {boolean} on
   */
  function tick(tab, urls, on) {
    const selection = selections.of(tab);
    const people = idsOf(urls, personAt);
    return change(tab, on ? withPeople(selection, people) : withoutPeople(selection, urls));
  }

  /** @param {number} tab */
  function quote(tab) {
    const running =
      asking.get(tab) ??
      quoteOnce(tab).finally(() => {
        asking.delete(tab);
        changed();
      });
    asking.set(tab, running);
    return running;
  }

  /** @param {number} tab */
  async function quoteOnce(tab) {
    const asked = selections.of(tab);
    // A click that is told again finds its quote already there.
    if (asked.offer !== null) return;
    problems.delete(tab);
    const answer = await ask(bodyOf(asked));
    // Meanwhile somebody else may be selected: then this is no quote of it.
    if (selections.of(tab) === asked) await offer(tab, answer);
    else if (answer.ok) jobs.discard(answer.value.id);
  }

  /**
   * @param {number} tab
   * @param {Answer} answer
   */
  async function offer(tab, answer) {
    if (!answer.ok) return void problems.set(tab, answer.problem);
    const offered = { ...selections.of(tab), offer: answer.value.id };
    await Promise.all([jobs.add(answer.value), selections.set(tab, offered)]);
  }

  /** @param {ReturnType<typeof bodyOf>} body */
  function ask(body) {
    const name = `export ${JSON.stringify(body)}`;
    return unanswered.ask(name, (key) => call("POST", "/api/v1/exports", { body, key }));
  }

  /**
   * The price on the button is the one that counts: where another quote has come since, the button
   * is about to say so, and nothing is started.
   *
   * @param {string} id
   * @param {number} credits
   */
  async function start(id, credits) {
    if (jobs.get(id)?.job.quote.credits === credits) await jobs.start(id);
  }

  /**
   * @param {number} tab
   * @param {ExportRequest} request
   * @returns {Promise<void>} until it is done
   */
  function answer(tab, request) {
    switch (request.type) {
      case "tick":
        return tick(tab, request.urls, request.on);
      case "clear":
        return change(tab, { ...selections.of(tab), people: {}, offer: null });
      case "choose":
        return change(tab, { ...selections.of(tab), kinds: request.kinds, offer: null });
      case "quote":
        return quote(tab);
      case "drop_quote":
        return change(tab, { ...selections.of(tab), offer: null });
      case "start":
        return start(request.job, request.credits);
    }
  }

  return {
    answer,

    /**
     * @param {number} tab
     * @param {string} search
     */
    enter: (tab, search) => change(tab, inSearch(selections.of(tab), search)),

    /**
     * @param {number} tab
     * @param {string[]} urls who the page shows
     * @returns {ListView}
     */
    view(tab, urls) {
      const { people, kinds, offer } = selections.of(tab);
      const offered = offer === null ? null : jobs.get(offer);
      return {
        people: urls.map((url) => listed(url, personAt(url), url in people)),
        selected: new Set(Object.values(people)).size,
        kinds,
        asking: asking.has(tab),
        offer: offered && isOffer(offered.job) ? viewOf(offered) : null,
        problem: problems.get(tab) ?? null,
      };
    },
  };
}

/**
 * A started job is shown among the jobs; one that expired says so in the place of its quote.
 *
 * @param {Job} job
 */
function isOffer({ status }) {
  return status === "quoted" || status === "expired";
}

/** @param {Selection} selection */
function bodyOf({ people, kinds }) {
  return { select: { subjects: [...new Set(Object.values(people))] }, kinds };
}

/**
 * @param {string[]} urls
 * @param {(url: string) => Entry} personAt
 * @returns {Record<string, string>} of those the directory knows
 */
function idsOf(urls, personAt) {
  const known = urls.map((url) => ({ url, id: personAt(url).subject?.id }));
  return Object.fromEntries(known.flatMap(({ url, id }) => (id === undefined ? [] : [[url, id]])));
}

/**
 * @param {string} url
 * @param {Entry} entry
 * @param {boolean} ticked
 * @returns {ListedPerson}
 */
function listed(url, { status, subject }, ticked) {
  return {
    url,
    status,
    name: subject?.name ?? "",
    headline: subject?.headline ?? null,
    company: subject?.company ?? null,
    marks: marksOf(subject?.pieces ?? {}),
    ticked,
  };
}

/**
 * No values: a list has no use for them.
 *
 * @param {Partial<Record<Kind, Piece>>} pieces
 * @returns {Partial<Record<Kind, Mark>>}
 */
function marksOf(pieces) {
  return Object.fromEntries(
    Object.entries(pieces).map(([kind, piece]) => {
      const by = "revealed_by" in piece ? piece.revealed_by : null;
      return [kind, { state: piece.state, by }];
    }),
  );
}
