import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { createPeople } from "../../extension/background/people.js";
import { createFakeClock, createFakeStore, person, settled } from "./fakes.mjs";

const ANA = "https://site.example/in/ana";
const TOM = "https://site.example/in/tom";

let clock;
let asked;
let answers;
let shown;
let ready;
let store;
let people;

beforeEach(() => {
  clock = createFakeClock();
  store = createFakeStore();
  asked = [];
  answers = [];
  shown = new Set([ANA]);
  ready = true;
  people = create();
});

/** What a worker does when it comes up. */
function create() {
  return createPeople({
    lookup: (urls) => {
      asked.push(urls);
      return new Promise((resolve) => answers.push(resolve));
    },
    store,
    shown: () => shown,
    ready: () => ready,
    changed: () => {},
    clock,
  });
}

/** Time for gathering, then the oldest open lookup is answered. */
async function answer(results) {
  clock.turn(10);
  answers.shift()({ ok: true, results });
  await settled();
}

const change = (over) => ({ seq: 11, subject: "con_1", url: "u", kind: "email", ...over });

describe("lookups", () => {
  test("pages that open together are looked up together", async () => {
    shown = new Set([ANA, TOM]);
    people.visit(ANA);
    people.visit(TOM);
    await answer([person(), null]);
    assert.deepEqual(asked, [[ANA, TOM]]);
    assert.equal(people.get(ANA).status, "known");
    assert.equal(people.get(TOM).status, "unknown");
  });

  test("a hundred addresses go into one lookup, more into several", () => {
    shown = new Set(Array.from({ length: 230 }, (_, i) => `https://site.example/in/${i}`));
    people.refresh();
    clock.turn(10);
    assert.deepEqual(
      asked.map((urls) => urls.length),
      [100, 100, 30],
    );
  });

  test("coming back to a known page asks nobody", async () => {
    people.visit(ANA);
    await answer([person()]);
    people.visit(ANA);
    clock.turn(1_000);
    assert.equal(asked.length, 1);
  });

  test("coming back to an unknown page asks again", async () => {
    people.visit(ANA);
    await answer([null]);
    people.visit(ANA);
    clock.turn(10);
    assert.equal(asked.length, 2);
  });

  test("nothing is asked before the socket is live", () => {
    ready = false;
    people.visit(ANA);
    clock.turn(10);
    assert.equal(asked.length, 0);
    ready = true;
    people.refresh();
    clock.turn(10);
    assert.equal(asked.length, 1);
  });

  test("a refused lookup keeps what was known and comes back when the server says so", async () => {
    people.visit(ANA);
    await answer([person()]);
    people.refreshAll();
    clock.turn(10);
    const problem = { status: 429, code: "rate_limited", title: "", detail: "", retry_after_s: 3 };
    answers.shift()({ ok: false, problem });
    await settled();
    assert.equal(people.get(ANA).subject.id, "con_1");
    clock.turn(2_999);
    assert.equal(asked.length, 2);
    clock.turn(1);
    assert.equal(asked.length, 3);
  });

  test("a page that could not be looked up says so", async () => {
    people.visit(ANA);
    clock.turn(10);
    const problem = { status: 500, code: "internal", title: "", detail: "broken" };
    answers.shift()({ ok: false, problem });
    await settled();
    assert.equal(people.get(ANA).status, "failed");
    assert.equal(people.get(ANA).problem.detail, "broken");
  });
});

describe("changes", () => {
  beforeEach(async () => {
    people.visit(ANA);
    await answer([person()]);
  });

  test("a change of the shown subject fetches it again", () => {
    people.apply({ items: [change()] });
    clock.turn(10);
    assert.deepEqual(asked.at(-1), [ANA]);
    assert.equal(asked.length, 2);
  });

  test("a change of somebody else fetches nothing", () => {
    people.apply({ items: [change({ subject: "con_9" })] });
    clock.turn(10);
    assert.equal(asked.length, 1);
  });

  test("too many to list means everybody who is shown", () => {
    people.apply({ items: [], many: 12_345 });
    clock.turn(10);
    assert.equal(asked.length, 2);
  });

  test("a changed subject that nobody looks at is fetched only when shown again", () => {
    shown = new Set();
    people.apply({ items: [change()] });
    clock.turn(10);
    assert.equal(asked.length, 1);
    shown = new Set([ANA]);
    people.visit(ANA);
    clock.turn(10);
    assert.equal(asked.length, 2);
  });

  test("a change that overtakes an answer is not lost", async () => {
    people.refreshAll();
    clock.turn(10);
    people.apply({ items: [change()] });
    clock.turn(0);
    answers.shift()({ ok: true, results: [person()] });
    await settled();
    clock.turn(10);
    assert.equal(asked.length, 3);
  });

  test("an answer for the last user is not shown to the next", async () => {
    people.refreshAll();
    clock.turn(10);
    people.forget();
    answers.shift()({ ok: true, results: [person({ name: "secret" })] });
    await settled();
    assert.equal(people.get(ANA).subject, null);
  });
});

describe("the next worker", () => {
  /** The worker is replaced while the line to the server is not up yet. */
  async function restart() {
    people = create();
    ready = false;
    await people.load();
  }

  test("knows who is on the open pages before it has asked, and then asks", async () => {
    people.visit(ANA);
    await answer([person()]);
    await restart();
    people.visit(ANA);
    clock.turn(10);
    assert.equal(people.get(ANA).status, "known");
    assert.equal(people.get(ANA).subject.name, "Ana");
    assert.equal(asked.length, 1);
    ready = true;
    people.refresh();
    await answer([person({ name: "Ana Beatriz" })]);
    assert.equal(people.get(ANA).subject.name, "Ana Beatriz");
  });

  test("keeps on showing what was just revealed", async () => {
    people.visit(ANA);
    await answer([person()]);
    const result = { subject: "con_1", kind: "email", outcome: "charged", seq: 11 };
    people.reveal({ ...result, value: { email: "a@x.example" } }, { name: "Bob", at: "" });
    await settled();
    await restart();
    assert.equal(people.get(ANA).subject.pieces.email.state, "owned");
  });

  test("knows nobody whom the directory did not, and asks again", async () => {
    people.visit(ANA);
    await answer([null]);
    await restart();
    assert.equal(people.get(ANA).status, "loading");
  });

  test("knows the people last looked at, not everybody", async () => {
    const urls = Array.from({ length: 80 }, (_, i) => `https://site.example/in/${i}`);
    shown = new Set(urls);
    people.refresh();
    await answer(urls.map((url) => person({ url })));
    await restart();
    assert.equal(people.get(urls.at(-50)).status, "known");
    assert.equal(people.get(urls.at(-51)).status, "loading");
  });

  test("knows nothing of the last user's people", async () => {
    people.visit(ANA);
    await answer([person()]);
    await people.forget();
    await restart();
    assert.equal(people.get(ANA).subject, null);
    assert.equal(store.kept.size, 0);
  });
});

describe("own reveals", () => {
  const value = { email: "ana@kestrel.example", analysis: null, insights: [] };
  const me = { name: "Bob Reyes", at: "2026-11-23T10:00:00Z" };

  beforeEach(async () => {
    people.visit(ANA);
    await answer([person()]);
  });

  test("a charged piece is owned at once, by the user", () => {
    const result = { subject: "con_1", kind: "email", outcome: "charged", value, seq: 11 };
    people.reveal(result, me);
    const { pieces } = people.get(ANA).subject;
    assert.deepEqual(pieces.email, {
      state: "owned",
      value,
      revealed_by: "Bob Reyes",
      revealed_at: "2026-11-23T10:00:00Z",
      seq: 11,
    });
  });

  test("an owned piece keeps the colleague who revealed it", () => {
    const before = { revealed_by: "Jane Okafor", revealed_at: "2026-05-03T10:00:00Z", seq: 7 };
    const result = { subject: "con_1", kind: "email", outcome: "already_owned", value, ...before };
    people.reveal(result, me);
    assert.equal(people.get(ANA).subject.pieces.email.revealed_by, "Jane Okafor");
  });

  test("what was reversed since (a replayed answer without value) changes nothing", () => {
    const result = { subject: "con_1", kind: "email", outcome: "charged", value: null, seq: 11 };
    people.reveal(result, me);
    assert.equal(people.get(ANA).subject.pieces.email.state, "available");
  });
});
