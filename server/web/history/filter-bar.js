/**
 * The filter of the history as one sets it. What is set goes into the address; what the address
 * says is shown.
 *
 * @import { App } from "../frame/screens.js"
 * @import { Days } from "./calendar.js"
 * @import { HistoryFilter, Range } from "./filters.js"
 * @import { ListedUser } from "./users.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { createChoices, createSearch, createSelect } from "../parts/choice.js";
import { words } from "../words.js";
import { ACTIONS, CHARGES, KINDS, QUIET, RANGES, rangeQuery, SOURCES } from "./filters.js";
import { actionKey, dayText, kindKey } from "./lines.js";
import { createUserField } from "./user-field.js";

const { say, format } = words;

/**
 * @param {App} app
 * @param {(() => Promise<ListedUser[]>) | null} users  null: whose history it is cannot be chosen
 */
export function createFilterBar(app, users) {
  /** @type {Days} */
  let days = { from: null, to: null };
  const { change } = app.router;
  const range = createChoices(
    say("history_range"),
    RANGES.map((value) => ({ value, text: say(`range_${value}`) })),
    (/** @type {Range} */ value) => change({ ...rangeQuery(value, days), bucket: null }),
  );
  const told = el("span", { class: "note-line", "data-part": "days" });
  const dates = createDates(app);
  const user = users && createUserField(users, (id) => change({ user: id }));
  const selects = createSelects(app);
  const search = createSearch(say("history_search"), (q) => change({ q }, { replace: true }));
  const first = el("div", { class: "toolbar" }, range.element, dates.element, told);
  const second = el(
    "div",
    { class: "toolbar" },
    ...(user ? [user.element] : []),
    ...selects.elements,
    search.element,
  );
  return {
    element: el("div", { class: "history-filter" }, first, second),
    /**
     * @param {HistoryFilter} filter
     * @param {Days} resolved  what the range means at present
     * @param {string} today
     */
    write(filter, resolved, today) {
      days = resolved;
      range.write(filter.range);
      dates.write(filter);
      setText(told, filter.range === "custom" ? "" : daysText(resolved, today));
      user?.write(filter.user);
      selects.write(filter);
      search.write(filter.text);
    },
  };
}

/** @param {App} app */
function createDates({ router }) {
  const from = dateField(say("history_first_day"), (day) => router.change({ from: day }));
  const to = dateField(say("history_last_day"), (day) => router.change({ to: day }));
  const element = el("div", { class: "history-dates" }, from.element, to.element);
  return {
    element,
    /** @param {HistoryFilter} filter */
    write(filter) {
      show(element, filter.range === "custom");
      from.write(filter.from);
      to.write(filter.to);
    },
  };
}

let dateFields = 0;

/**
 * @param {string} label
 * @param {(day: string) => void} onChange
 */
function dateField(label, onChange) {
  const id = `day-${++dateFields}`;
  const input = el("input", { id, type: "date", max: "9000-01-01" });
  input.addEventListener("change", () => onChange(input.value));
  return {
    element: el("div", { class: "field inline" }, el("label", { for: id }, label), input),
    /** @param {string | null} day */
    write(day) {
      if (document.activeElement !== input || day) input.value = day ?? "";
    },
  };
}

/** @param {App} app */
function createSelects({ router }) {
  const kind = createSelect(say("history_what"), kindOptions(""), (value) =>
    router.change({ kind: value }),
  );
  const action = createSelect(say("history_action"), actionOptions(""), (value) =>
    router.change({ action: value }),
  );
  const source = createSelect(
    say("history_from"),
    [
      { value: "", text: say("history_any_source") },
      ...SOURCES.map((value) => ({ value, text: say(`history_source_${value}`) })),
    ],
    (value) => router.change({ source: value }),
  );
  return {
    elements: [kind.element, action.element, source.element],
    /** @param {HistoryFilter} filter */
    write(filter) {
      kind.offer(kindOptions(filter.kind));
      kind.write(filter.kind);
      action.offer(actionOptions(filter.action));
      action.write(filter.action);
      source.write(filter.source);
    },
  };
}

/**
 * @param {string} chosen  an address may name several
 */
function kindOptions(chosen) {
  return withChosen(chosen, (kind) => say(kindKey(kind)), [
    { value: "", text: say("history_any_kind") },
    ...KINDS.map((value) => ({ value, text: say(kindKey(value)) })),
  ]);
}

/** @param {string} chosen */
function actionOptions(chosen) {
  /** @param {readonly string[]} values */
  const several = (values) => ACTIONS.filter((action) => values.includes(action)).join(",");
  return withChosen(chosen, (action) => say(actionKey(action)), [
    { value: "", text: say("history_any_action") },
    { value: several(CHARGES), text: say("history_charges") },
    ...ACTIONS.map((value) => ({ value, text: say(actionKey(value)) })),
    { value: several(QUIET), text: say("history_quiet") },
    { value: several(ACTIONS), text: say("history_every_action") },
  ]);
}

/**
 * @param {string} chosen  with commas
 * @param {(word: string) => string} name
 * @param {{value: string, text: string}[]} options
 */
function withChosen(chosen, name, options) {
  if (options.some(({ value }) => value === chosen)) return options;
  return [...options, { value: chosen, text: chosen.split(",").map(name).join(", ") }];
}

/**
 * @param {Days} days
 * @param {string} today
 */
function daysText({ from, to }, today) {
  if (!from || !to) return "";
  const first = dayText(format, from, today);
  return from === to
    ? say("history_on_day", { day: first })
    : say("history_days", { first, last: dayText(format, to, today) });
}
