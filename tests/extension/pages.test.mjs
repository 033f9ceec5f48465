import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { createPages } from "../../extension/background/pages.js";
import { settled } from "./fakes.mjs";

const REVEAL = { type: "reveal", subject: "con_1", kind: "email", price: 1 };

let asked;
let picture;
let pages;

beforeEach(() => {
  asked = [];
  picture = { figure: 1 };
  pages = createPages({
    viewFor: (page) => ({ ...picture, notice: page.notice }),
    onRequest(page, request, id) {
      if (request.type === "show") page.introduced = true;
      pages.changed();
      return new Promise((finish) => asked.push({ page, request, id, finish }));
    },
    onUpdate: () => {},
  });
});

/** A page's end of its line: what it was told, and how it says something or goes. */
function connect() {
  const page = { told: [] };
  pages.add({
    name: "page",
    tab: 7,
    post: (message) => page.told.push(message),
    onMessage: (listener) => {
      page.say = (id, request) => listener({ id, request });
    },
    onGone: (listener) => {
      page.go = listener;
    },
    close: () => {},
  });
  return page;
}

const finish = (id) => asked.find((each) => each.id === id).finish();

describe("a page at the background", () => {
  test("nothing is told before it said what it shows: it would draw somebody else's page", async () => {
    const page = connect();
    pages.changed();
    await settled();
    assert.deepEqual(page.told, []);
    page.say("a", { type: "show", url: null, list: null });
    await settled();
    assert.deepEqual(page.told, [{ type: "view", view: { figure: 1, notice: null } }]);
  });

  test("what it asked is told to be done when it is, after the view that shows it", async () => {
    const page = connect();
    page.say("a", { type: "show", url: null, list: null });
    page.say("b", REVEAL);
    await settled();
    assert.deepEqual(
      page.told.map(({ type }) => type),
      ["view"],
    );
    picture = { figure: 0 };
    pages.changed();
    finish("b");
    await settled();
    assert.deepEqual(page.told.slice(1), [
      { type: "view", view: { figure: 0, notice: null } },
      { type: "done", id: "b" },
    ]);
  });

  test("a quick answer does not wait for a slow one", async () => {
    const page = connect();
    page.say("slow", REVEAL);
    page.say("quick", { type: "retry" });
    finish("quick");
    await settled();
    assert.deepEqual(page.told, [{ type: "done", id: "quick" }]);
  });

  test("one that has gone is told nothing", async () => {
    const page = connect();
    page.say("a", REVEAL);
    page.go();
    finish("a");
    await settled();
    assert.deepEqual(page.told, []);
  });
});
