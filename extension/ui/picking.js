/**
 * The people a page lists, each with a tick box and with what the team has of them, and the kinds to
 * export.
 *
 * @import { Kind, ListView, ListedPerson, Mark, Prices } from "../protocol.js"
 * @import { Words } from "./words.js"
 */

import { createRows, createSlot, el, icon, setAttribute, setText, show } from "./dom.js";
import { headlineOf } from "./person.js";

const KINDS = /** @type {const} */ (["email", "phone", "personality"]);
const LEGEND = /** @type {const} */ (["owned", "available", "not_found"]);

/**
 * @typedef {object} PickingActions
 * @property {(urls: string[], on: boolean) => void} tick
 * @property {() => void} clear
 */

/**
 * @param {Words} words
 * @param {PickingActions} actions
 * @returns {{element: HTMLElement, focus(): void, write(list: ListView): void}}
 */
export function createPicking(words, actions) {
  const all = createAll(words, actions);
  const people = el("ul", { class: "people", "aria-label": words.say("list_people") });
  const writePeople = createRows(people, () => createPerson(words, actions.tick));
  const legend = el(
    "p",
    { class: "note-line legend" },
    ...LEGEND.map((s) => legendEntry(words, s)),
  );
  const element = el("div", { class: "picking" }, all.element, people, legend);
  return {
    element,
    focus: () => all.focus(),
    write(list) {
      all.write(list);
      writePeople(list.people.map((person) => ({ key: person.url, value: person })));
      // Where no box takes the focus, the list does, so that it can be scrolled by key.
      const known = list.people.some(({ status }) => status === "known");
      setAttribute(people, "tabindex", known ? null : "0");
    },
  };
}

/**
 * @param {Words} words
 * @param {PickingActions} actions
 */
function createAll(words, { tick, clear }) {
  const { say, count, format } = words;
  /** @type {ListedPerson[]} */
  let known = [];
  const box = el("input", { type: "checkbox" });
  box.addEventListener("change", () =>
    tick(
      known.map(({ url }) => url),
      box.checked,
    ),
  );
  const label = el("span");
  const selected = el("span", { class: "note-line", "data-figure": "selected", role: "status" });
  const elsewhere = el("span", { class: "note-line" });
  const button = el("button", { type: "button", class: "link" }, say("list_clear"));
  button.addEventListener("click", clear);
  const more = el("p", { class: "elsewhere" }, elsewhere, button);
  return {
    element: el(
      "div",
      { class: "pick-head" },
      el("label", { class: "pick" }, box, label),
      selected,
      more,
    ),
    focus: () => box.focus(),
    /** @param {ListView} list */
    write({ people, selected: n }) {
      known = people.filter(({ status }) => status === "known");
      const ticked = people.filter((person) => person.ticked).length;
      setText(label, say("list_all", { n: format.number(known.length) }));
      box.checked = known.length > 0 && ticked === known.length;
      box.indeterminate = ticked > 0 && ticked < known.length;
      box.disabled = known.length === 0;
      setText(selected, n > 0 ? say("list_selected", { n: format.number(n) }) : "");
      setText(elsewhere, n > ticked ? count("list_elsewhere", n - ticked) : "");
      show(more, n > ticked);
    },
  };
}

/**
 * @param {Words} words
 * @param {PickingActions["tick"]} tick
 * @returns {{element: HTMLElement, write(person: ListedPerson): void}}
 */
function createPerson(words, tick) {
  let url = "";
  const box = el("input", { type: "checkbox" });
  box.addEventListener("change", () => tick([url], box.checked));
  const name = el("span", { class: "pick-name", dir: "auto" });
  const headline = el("span", { class: "note-line cut", dir: "auto" });
  const marks = el("span", { class: "marks" });
  const label = el("label", { class: "pick" }, box, el("span", { class: "body" }, name, headline));
  const element = el("li", { class: "listed" }, label, marks);
  const writeMarks = createSlot(marks, (/** @type {ListedPerson["marks"]} */ states) =>
    KINDS.map((kind) => markElement(words, kind, states[kind])),
  );
  return {
    element,
    write(person) {
      url = person.url;
      setAttribute(element, "data-status", person.status);
      // Nobody who is not known can be exported.
      box.disabled = person.status !== "known";
      box.checked = person.ticked;
      setText(name, person.name || slugOf(person.url));
      setText(headline, subtitle(words, person));
      setAttribute(headline, "title", headline.textContent);
      writeMarks(person.marks);
      show(marks, person.status === "known");
    },
  };
}

/** @param {string} url */
function slugOf(url) {
  const slug = url.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(slug);
  } catch {
    return slug;
  }
}

/**
 * @param {Words} words
 * @param {ListedPerson} person
 */
function subtitle(words, { status, headline, company }) {
  if (status === "unknown") return words.say("list_unknown");
  return headlineOf(words, { headline, company, location: null });
}

/**
 * @param {Words} words
 * @param {Kind} kind
 * @param {Mark | undefined} mark
 */
function markElement(words, kind, mark) {
  const state = mark?.state ?? "not_found";
  const label = markText(words, kind, state, mark?.by ?? null);
  return el(
    "span",
    { class: "mark", "data-state": state, role: "img", "aria-label": label, title: label },
    icon(kind),
  );
}

/**
 * @param {Words} words
 * @param {Kind} kind
 * @param {Mark["state"]} state
 * @param {string | null} by
 */
export function markText({ say }, kind, state, by) {
  const name = say(`kind_${kind}`);
  if (state === "owned" && by) return say("mark_label_by", { kind: name, name: by });
  return say("mark_label", { kind: name, state: say(`mark_${state}`) });
}

/**
 * @param {Words} words
 * @param {(typeof LEGEND)[number]} state
 */
function legendEntry({ say }, state) {
  const mark = el("span", { class: "mark", "data-state": state, "aria-hidden": "true" });
  mark.append(icon("email"));
  return el("span", { class: "legend-entry" }, mark, say(`mark_${state}`));
}

/**
 * @param {Words} words
 * @param {(kinds: Kind[]) => void} choose
 * @param {readonly Kind[]} [offered]  a company has no personality
 * @param {string} [title]  what they are chosen for
 * @returns {{element: HTMLElement, write(kinds: Kind[], prices: Prices | null): void}}
 */
export function createKinds({ say, format }, choose, offered = KINDS, title = say("export_what")) {
  const boxes = offered.map((kind) => {
    const box = el("input", { type: "checkbox", value: kind });
    box.addEventListener("change", () =>
      choose(boxes.filter((each) => each.box.checked).map((each) => each.kind)),
    );
    return { kind, box, price: el("b") };
  });
  const labels = boxes.map(({ kind, box, price }) =>
    el("label", { class: "pick kind" }, box, el("span", {}, say(`kind_${kind}`), " ", price)),
  );
  const element = el(
    "fieldset",
    { class: "kinds" },
    el("legend", { class: "note-line" }, title),
    ...labels,
    el("p", { class: "note-line" }, say("export_prices")),
  );
  return {
    element,
    write(kinds, prices) {
      for (const { kind, box, price } of boxes) {
        box.checked = kinds.includes(kind);
        setText(price, prices ? format.number(prices[kind]) : "");
      }
    },
  };
}
