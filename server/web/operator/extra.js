/**
 * `/operator/orgs/:org/extra`: the customer's extra credits, more of them, and those before (R16).
 *
 * @import { Place, Screen } from "../frame/screens.js"
 * @import { Entry } from "../history/entries.js"
 * @import { Desk } from "./desk.js"
 * @import { Org, OrgExtra } from "./shapes.js"
 */

import { createRows, el, setText, show } from "/ui/dom.js";
import { createEmpty, createFailed, createSkeletonRows } from "../parts/states.js";
import { createTable } from "../parts/table.js";
import { field, form, note } from "../parts.js";
import { words } from "../words.js";
import { openConfirm } from "./confirm.js";
import { creditsField } from "./credits-field.js";
import { openOrgPage, orgPath } from "./org-page.js";

const { say, count, format } = words;
const FIGURES = /** @type {const} */ (["remaining", "held", "used", "granted"]);
const GRANTS_SHOWN = 50;
const LOADING_ROWS = 3;
const NOTE_CHARS_MAX = "500";

/**
 * @param {Desk} desk
 * @param {Place} place
 * @returns {Promise<Screen>}
 */
export function open(desk, place) {
  return openOrgPage(desk, place, "extra", (refresh) => {
    const figures = createFigures();
    const grant = createGrant(desk, orgPath(place), refresh);
    const grants = createGrants(desk, orgPath(place));
    const top = el("div", { class: "pad" }, figures.element, grant.element);
    return {
      element: el("div", {}, top, grants.element),
      write(org) {
        figures.write(org.extra);
        grant.write(org);
        grants.load();
      },
    };
  });
}

function createFigures() {
  const values = FIGURES.map((name) => ({ name, element: el("dd", { class: "figure" }) }));
  const pairs = values.map(({ name, element }) =>
    el("div", {}, el("dt", { class: "note-line" }, say(`operator_extra_${name}`)), element),
  );
  return {
    element: el("dl", { class: "operator-figures" }, ...pairs),
    /** @param {OrgExtra | null} extra */
    write(extra) {
      for (const { name, element } of values) setText(element, format.number(extra?.[name] ?? 0));
    },
  };
}

/**
 * @param {Desk} desk
 * @param {string} path
 * @param {() => Promise<void>} refresh
 */
function createGrant(desk, path, refresh) {
  const credits = creditsField("grant-credits", say("operator_grant_credits"));
  credits.input.min = "1";
  const remark = field(say("operator_grant_note"), {
    name: "grant-note",
    maxlength: NOTE_CHARS_MAX,
    autocomplete: "off",
    dir: "auto",
  });
  let name = "";
  const element = form(say("operator_grant_go"), [credits.element, remark.element], async () => {
    const body = { credits: Number(credits.input.value), note: remark.input.value.trim() };
    if (body.note === "") return noNote();
    openConfirm({
      title: count("operator_grant_ask", body.credits, { org: name }),
      lines: [say("operator_grant_what", { note: body.note }), say("operator_grant_why")],
      action: count("operator_grant_do", body.credits),
      run: () => give(body),
    });
    return null;
  });

  /** @param {{credits: number, note: string}} body */
  async function give(body) {
    const answer = await desk.unanswered.ask(`${path} grant ${JSON.stringify(body)}`, (key) =>
      desk.call("POST", `${path}/grants`, { body, key }),
    );
    if (!answer.ok) return answer.problem;
    element.reset();
    const left = format.number(answer.value.extra_left);
    desk.tell(count("operator_granted", body.credits, { org: name, left }));
    await refresh();
    return null;
  }

  return {
    element,
    /** @param {Org} org */
    write(org) {
      name = org.name;
    },
  };
}

function noNote() {
  return { status: 400, code: "bad_request", title: "", detail: say("operator_grant_needs_note") };
}

/**
 * @param {Desk} desk
 * @param {string} path
 */
function createGrants(desk, path) {
  const table = createTable(say("operator_grants"), [
    { name: "when", text: say("history_when"), head: true },
    { name: "credits", text: say("history_credits"), end: true },
    { name: "note", text: say("operator_note") },
    { name: "by", text: say("operator_by") },
    { name: "left", text: say("history_extra_after"), end: true },
  ]);
  const rows = createRows(table.body, () => {
    const { element, cells } = table.row();
    for (const cell of [cells.note, cells.by]) cell.dir = "auto";
    return {
      element,
      /** @param {Entry} entry */
      write(entry) {
        setText(cells.when, format.moment(entry.at, Date.now()));
        setText(cells.credits, `+${format.number(entry.granted ?? 0)}`);
        setText(cells.note, entry.note ?? "");
        setText(cells.by, entry.by.name);
        setText(cells.left, format.number(entry.extra_left));
      },
    };
  });
  const skeleton = createSkeletonRows(LOADING_ROWS);
  const failed = createFailed(load);
  const none = createEmpty(say("operator_grants_none"));
  const more = note(say("operator_grants_more"));
  for (const state of [table.element, none, more]) show(state, false);

  async function load() {
    failed.write(null);
    const answer = await desk.call("GET", `${path}/history?action=grant&limit=${GRANTS_SHOWN}`);
    show(skeleton, false);
    if (!answer.ok) return failed.write(answer.problem);
    /** @type {Entry[]} */
    const entries = answer.value.entries;
    rows(entries.map((value) => ({ key: String(value.seq), value })));
    show(table.element, entries.length > 0);
    show(none, entries.length === 0);
    show(more, answer.value.next_before !== null);
  }

  const title = el("h2", { class: "operator-section" }, say("operator_grants"));
  const states = [skeleton, failed.element, none, table.element];
  return { element: el("div", {}, title, ...states, more), load };
}
