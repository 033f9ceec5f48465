/**
 * Whose history: one of thousands of users, found by name or address as one types. Fetched when it
 * is first needed.
 *
 * @import { ListedUser } from "./users.js"
 */

import { createSlot, el, setAttribute, show } from "/ui/dom.js";
import { words } from "../words.js";
import { foundIn } from "./users.js";

const { say } = words;
const FOUND_MAX = 12;
let fields = 0;

/**
 * @param {() => Promise<ListedUser[]>} fetchUsers  rejects never: none when they are not to be had
 * @param {(user: string | null) => void} onChoose
 */
export function createUserField(fetchUsers, onChoose) {
  const id = `user-field-${++fields}`;
  const input = el("input", {
    id,
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    dir: "auto",
    placeholder: say("history_everyone"),
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
  });
  const list = el("ul", { id: `${id}-list`, role: "listbox", "aria-label": say("history_user") });
  const label = el("label", { for: id }, say("history_user"));
  const element = el("div", { class: "field inline combo" }, label, input, list);
  /** @type {ListedUser[]} */
  let users = [];
  /** @type {(ListedUser | null)[]} */
  let found = [];
  /** @type {string | null} */
  let chosen = null;
  let place = -1;

  const rows = createSlot(list, (/** @type {(ListedUser | null)[]} */ offered) =>
    offered.map((user, i) => optionOf(`${id}-${i}`, user)),
  );

  function open() {
    found = [null, ...foundIn(users, input.value === nameOf(chosen) ? "" : input.value, FOUND_MAX)];
    rows(found);
    turnTo(-1);
    unfold(true);
  }

  /** @param {boolean} on */
  function unfold(on) {
    show(list, on);
    setAttribute(input, "aria-expanded", String(on));
    if (!on) turnTo(-1);
  }

  /** @param {number} next */
  function turnTo(next) {
    place = next;
    for (const [i, option] of [...list.children].entries()) {
      setAttribute(option, "aria-selected", String(i === place));
    }
    setAttribute(input, "aria-activedescendant", place < 0 ? null : `${id}-${place}`);
    list.children[place]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {string | null} user */
  function nameOf(user) {
    return user === null ? "" : (users.find((each) => each.id === user)?.name ?? "");
  }

  function restore() {
    unfold(false);
    input.value = nameOf(chosen);
  }

  /** @param {number} i */
  function choose(i) {
    const user = found[i];
    if (user === undefined) return restore();
    chosen = user?.id ?? null;
    restore();
    onChoose(chosen);
  }

  async function load() {
    if (users.length === 0) users = await fetchUsers();
  }

  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => (list.hidden ? open() : turnTo((place + 1) % found.length)),
    ArrowUp: () => turnTo(place <= 0 ? found.length - 1 : place - 1),
    Enter: () => choose(place < 0 && found.length === 2 ? 1 : place),
    Escape: restore,
  };

  show(list, false);
  input.addEventListener("focus", async () => {
    await load();
    if (document.activeElement === input) open();
    input.select();
  });
  input.addEventListener("input", open);
  input.addEventListener("blur", restore);
  input.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || (list.hidden && event.key !== "ArrowDown")) return;
    event.preventDefault();
    act();
  });
  // Before the field loses the focus, which would fold the list away.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option) choose([...list.children].indexOf(option));
  });

  return {
    element,
    /** @param {string | null} user  id */
    async write(user) {
      chosen = user;
      if (user !== null) await load();
      if (document.activeElement !== input) input.value = nameOf(chosen);
    },
  };
}

/**
 * @param {string} id
 * @param {ListedUser | null} user  null: everyone
 */
function optionOf(id, user) {
  const name = el("span", { dir: "auto" }, user ? user.name : say("history_everyone"));
  const email = user ? el("span", { class: "note-line", dir: "auto" }, user.email) : null;
  return el("li", { id, role: "option", "aria-selected": "false" }, name, email);
}
