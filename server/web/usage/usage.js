/**
 * What was spent, per day, week or month: bars, and the table behind them. It follows the ledger.
 *
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { App } from "../frame/screens.js"
 * @import { Bucket, Group, UsageChoice, UsageScope, View } from "./ask.js"
 * @import { Sheet, UsageBucket } from "./sums.js"
 */

import { el, setAttribute, setText, show } from "/ui/dom.js";
import { concerns } from "../concern.js";
import { createPace } from "../pace.js";
import { createChoices, createSelect } from "../parts/choice.js";
import { createEmpty, createFailed, createSkeletonRows } from "../parts/states.js";
import { createFreshness } from "../people/freshness.js";
import { words } from "../words.js";
import { BUCKETS, choiceOf, usageQuery, VIEWS } from "./ask.js";
import { createDrawing } from "./drawing.js";
import { createLegend } from "./legend.js";
import { ORDER, usageNames } from "./names.js";
import { sheetOf } from "./sums.js";
import { usageTable } from "./usage-table.js";

const { say, format } = words;
/** While much is charged a chart need not follow every commit. */
const FOLLOW_MS = 1_000;
/** Sums of millions of entries take the database a while: most of its time is for others. */
const FOLLOW_REST = 3;
const BONES = 4;

/**
 * @typedef {{buckets: UsageBucket[], names?: Record<string, string>}} UsageAnswer
 *
 * @typedef {object} Usage
 * @property {HTMLElement} element
 * @property {(query: URLSearchParams, scope: UsageScope) => void} write  of the screen's place: the
 *   query's `bucket`, `group` and `view` are the chart's own, which it also changes by itself
 * @property {() => void} leave  stops following; call it in the screen's `leave`
 */

/**
 * @param {App} app
 * @param {object} options
 * @param {readonly Group[]} options.groups  by what it may be stacked, the usual one first
 * @returns {Usage}
 */
export function createUsage(app, { groups }) {
  const controls = createControls(app, groups);
  const content = createContent(() => load());
  const element = el(
    "section",
    { class: "usage", "aria-label": say("spent_title") },
    controls.element,
    content.element,
  );
  /** @type {{choice: UsageChoice, query: string} | null} */
  let asked = null;
  /** @type {string | null} the query of what stands; null: nothing does, or that it failed */
  let shown = null;
  let turn = 0;

  async function load() {
    if (!asked) return;
    const mine = ++turn;
    const { choice, query } = asked;
    const answer = await app.call("GET", `/api/v1/history/usage?${query}`);
    if (mine !== turn) return;
    if (!answer.ok) return fail(answer.problem, query);
    shown = query;
    content.write(answer.value, choice);
  }

  /**
   * @param {Problem} problem
   * @param {string} query
   */
  function fail(problem, query) {
    if (shown === query) content.keep(problem);
    else {
      shown = null;
      content.fail(problem);
    }
    pace.retry(problem);
  }

  const pace = createPace(load, FOLLOW_MS, FOLLOW_REST);
  const unlisten = app.live.listen((news) => {
    const touched = news.type === "changes" && concerns(news.changes, app.me.user);
    if (touched || news.type === "gap") pace.ask();
  });

  return {
    element,
    write(place, scope) {
      const choice = choiceOf(place, groups, scope);
      const query = usageQuery(scope, choice);
      const other = query !== asked?.query;
      asked = { choice, query };
      controls.write(choice);
      content.turn(choice.view);
      if (!other) return;
      content.wait();
      load();
    },
    leave() {
      turn += 1;
      unlisten();
      pace.leave();
      content.leave();
    },
  };
}

/**
 * One of: not there yet, not to be had, nothing spent, the figures.
 *
 * @param {() => void} retry
 */
function createContent(retry) {
  const failed = createFailed(retry);
  const empty = createEmpty(say("spent_empty"), say("spent_empty_more"));
  const skeleton = createSkeletonRows(BONES);
  const figures = createFigures();
  const freshness = createFreshness();
  const states = [skeleton, failed.element, empty, figures.element];
  const element = el("div", { "aria-busy": "true" }, freshness.element, ...states);

  /** @param {HTMLElement} state */
  function stand(state) {
    setAttribute(element, "aria-busy", null);
    freshness.write(null);
    for (const each of states) show(each, each === state);
  }

  freshness.write(null);
  show(empty, false);
  show(figures.element, false);
  return {
    element,
    /** Other figures are on their way; the old ones stay, dimmed, until they are there. */
    wait: () => setAttribute(element, "aria-busy", "true"),
    /** @param {Problem} problem */
    fail(problem) {
      failed.write(problem);
      stand(failed.element);
    },
    /** @param {Problem} problem  why what stands may no longer be right */
    keep(problem) {
      setAttribute(element, "aria-busy", null);
      freshness.write(problem);
    },
    /**
     * @param {UsageAnswer} answer
     * @param {UsageChoice} choice
     */
    write({ buckets, names = {} }, choice) {
      const sheet = sheetOf(buckets, ORDER[choice.group]);
      if (sheet.series.length > 0) figures.write(sheet, choice, names);
      stand(sheet.series.length > 0 ? figures.element : empty);
    },
    turn: figures.turn,
    leave: figures.leave,
  };
}

/**
 * @param {App} app
 * @param {readonly Group[]} groups
 */
function createControls(app, groups) {
  const bucket = createChoices(
    say("spent_bucket"),
    BUCKETS.map((value) => ({ value, text: say(`spent_${value}`) })),
    (/** @type {Bucket} */ value) => app.router.change({ bucket: value }),
    "segments",
  );
  const group = createSelect(
    say("spent_group"),
    groups.map((value) => ({ value, text: say(`spent_by_${value}`) })),
    (/** @type {Group} */ value) => app.router.change({ group: value }),
  );
  const view = createChoices(
    say("spent_view"),
    VIEWS.map((value) => ({ value, text: say(`spent_${value}`) })),
    (/** @type {View} */ value) => app.router.change({ view: value }),
    "segments",
  );
  const heading = el("h2", {}, say("spent_title"));
  const space = el("span", { class: "spacer" });
  const tools = [heading, space, group.element, bucket.element, view.element];
  return {
    element: el("div", { class: "toolbar" }, ...tools),
    /** @param {UsageChoice} choice */
    write(choice) {
      bucket.write(choice.bucket);
      group.write(choice.group);
      view.write(choice.view);
    },
  };
}

/** The picture with its legend, and the table, which is always there to be read out. */
function createFigures() {
  const drawing = createDrawing(() => legend.paint(drawing.inks()));
  const legend = createLegend();
  const picture = el("div", { class: "usage-picture" }, drawing.element, legend.element);
  const table = el("div", {
    class: "usage-table",
    role: "group",
    "aria-label": say("spent_table"),
  });
  const sum = el("p", { class: "note-line usage-sum" });

  return {
    element: el("div", {}, sum, picture, table),
    /** @param {View} view */
    turn(view) {
      show(picture, view === "chart");
      table.classList.toggle("unseen", view === "chart");
      // A long table scrolls by itself, with the keyboard too.
      setAttribute(table, "tabindex", view === "table" ? "0" : null);
    },
    /**
     * @param {Sheet} sheet
     * @param {UsageChoice} choice
     * @param {Record<string, string>} users
     */
    write(sheet, choice, users) {
      const names = usageNames(choice, users);
      const label = say("spent_label", {
        credits: words.count("price", sheet.total),
        bucket: say(`spent_${choice.bucket}`).toLowerCase(),
        group: say(`spent_by_${choice.group}`).toLowerCase(),
      });
      const series = sheet.series.map(({ key, credits }) => ({ name: names.group(key), credits }));
      setText(sum, say("spent_sum", { credits: words.count("price", sheet.total) }));
      drawing.write({ label, names: sheet.starts.map(names.bucket), series });
      legend.write(
        sheet.series.map(({ key, total }) => ({
          name: names.group(key),
          figure: format.number(total),
        })),
      );
      legend.paint(drawing.inks());
      table.replaceChildren(usageTable(sheet, names, label));
    },
    leave: drawing.leave,
  };
}
