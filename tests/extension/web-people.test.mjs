import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { fetchSubjects } from "../../server/web/people/fetching.js";
import { createFollowing } from "../../server/web/people/following.js";
import { pageInstead, rangeOf, searchOf } from "../../server/web/people/paging.js";
import { createResults } from "../../server/web/people/results.js";
import {
  countOf,
  createSelections,
  isTicked,
  NOTHING,
  pageTicks,
  selectOf,
  withTicks,
} from "../../server/web/people/selection.js";
import { leftAfter, outcomeOf, sumOf } from "../../server/web/people/sum.js";
import { battery, person, settled } from "./fakes.mjs";

const ANA = { id: "con_ana", url: "https://site.example/in/ana" };
const BEN = { id: "con_ben", url: "https://site.example/in/ben" };
const EVA = { id: "con_eva", url: "https://site.example/in/eva" };

describe("pages", () => {
  const of = (text) => searchOf(new URLSearchParams(text));

  test("an address names search and page, and nonsense is the first page", () => {
    assert.deepEqual(of("q=vp+sales&page=3"), { q: "vp sales", page: 3 });
    for (const text of ["", "page=0", "page=-1", "page=1e3", "page=x", "page=9999999999"]) {
      assert.deepEqual(of(text), { q: "", page: 1 }, text);
    }
  });

  test("the range names the rows that are shown", () => {
    const results = Array.from({ length: 20 }, () => ({}));
    assert.deepEqual(rangeOf({ page: 2, total: 5000, results }), {
      first: 21,
      last: 40,
      total: 5000,
    });
    assert.equal(rangeOf({ page: 1, total: 0, results: [] }), null);
  });

  test("a page past the end leads to the last one", () => {
    assert.equal(pageInstead({ page: 9, pages: 3 }), 3);
    assert.equal(pageInstead({ page: 9, pages: 0 }), 1);
    assert.equal(pageInstead({ page: 3, pages: 3 }), null);
    assert.equal(pageInstead({ page: 1, pages: 0 }), null);
  });
});

describe("selection", () => {
  const ticked = withTicks(NOTHING, [ANA, BEN], true, [ANA, BEN]);

  test("it grows over the pages and says how many are elsewhere", () => {
    const more = withTicks(ticked, [EVA], true, [EVA]);
    assert.equal(countOf(more, 5000), 3);
    assert.deepEqual(pageTicks(more, [EVA]), { state: "all", elsewhere: 2 });
    assert.deepEqual(pageTicks(more, [ANA, { id: "con_x", url: "" }]), {
      state: "some",
      elsewhere: 2,
    });
    assert.deepEqual(selectOf(more, { name: "people", q: "", pages: 250 }), {
      subjects: ["con_ana", "con_ben", "con_eva"],
    });
  });

  test("all results are told to the server as a search, up to 100,000 rows", () => {
    const all = { ...ticked, all: true, ticked: {} };
    assert.equal(isTicked(all, "con_never_seen"), true);
    assert.equal(countOf(all, 5000), 5000);
    assert.equal(countOf(all, 2_000_000), 100_000);
    assert.deepEqual(selectOf(all, { name: "accounts", q: "vp", pages: 250 }), {
      accounts: { q: "vp", pages: [1, 250] },
    });
    assert.deepEqual(selectOf(all, { name: "people", q: "", pages: 100_000 }), {
      people: { q: "", pages: [1, 5000] },
    });
  });

  test("who takes one row out of all results goes on with the rows in sight", () => {
    const all = { ...NOTHING, all: true };
    const left = withTicks(all, [BEN], false, [ANA, BEN, EVA]);
    assert.equal(left.all, false);
    assert.deepEqual(Object.keys(left.ticked), ["con_ana", "con_eva"]);
  });

  test("each search of a user has its own, and only the last twenty are kept", () => {
    const kept = new Map();
    const storage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, text) => kept.set(key, text),
    };
    const selections = createSelections(storage, "usr_bob");
    selections.set("people ", ticked);
    assert.deepEqual(createSelections(storage, "usr_bob").of("people "), ticked);
    assert.deepEqual(selections.of("people vp"), NOTHING);
    assert.deepEqual(createSelections(storage, "usr_jane").of("people "), NOTHING);
    for (let i = 0; i < 20; i += 1) selections.set(`people ${i}`, ticked);
    assert.deepEqual(selections.of("people "), NOTHING);
    assert.deepEqual(selections.of("people 19"), ticked);
  });
});

describe("the sum before many reveals", () => {
  const owned = { state: "owned", value: {}, revealed_by: "Jane", revealed_at: "", seq: 1 };
  const people = [
    person({ id: "con_1" }),
    person({
      id: "con_2",
      pieces: { email: owned, phone: { state: "available", price: 10 } },
    }),
    person({
      id: "con_3",
      pieces: { email: { ...owned, state: "updated", price: 1 }, phone: owned },
    }),
  ];

  test("R1 R2 only what is found and not owned is summed and asked for", () => {
    assert.deepEqual(sumOf(people, ["email", "phone"]), {
      subjects: 3,
      items: [
        { subject: "con_1", kinds: ["email"] },
        { subject: "con_2", kinds: ["phone"] },
        { subject: "con_3", kinds: ["email"] },
      ],
      pieces: 3,
      credits: 12,
      owned: 2,
      missing: 1,
    });
    assert.deepEqual(sumOf(people, ["personality"]).items, []);
  });

  test("R9 the license is drawn first, and what is missing is said", () => {
    const license = { ...battery().license, remaining: 3 };
    const extra = { remaining: 100, available: 7 };
    assert.deepEqual(leftAfter(battery({ license }), 2), { license: 1, extra: 0, short: 0 });
    assert.deepEqual(leftAfter(battery({ license, extra }), 10), {
      license: 0,
      extra: 93,
      short: 0,
    });
    assert.deepEqual(leftAfter(battery({ license, extra }), 12), {
      license: 0,
      extra: 93,
      short: 2,
    });
  });

  test("R31 what turned out to be owned meanwhile is told as free", () => {
    const sum = sumOf(people, ["email", "phone"]);
    const results = [
      { outcome: "charged", credits: 1 },
      { outcome: "already_owned", credits: 0 },
      { outcome: "not_found", credits: 0 },
    ];
    const told = { charged: 1, credits: 1, owned: 3, missing: 2 };
    assert.deepEqual(outcomeOf(sum, results), told);
  });
});

describe("fetching", () => {
  test("a hundred addresses go into one lookup, and who has none is asked for alone", async () => {
    const asked = [];
    const call = async (method, path, { body } = {}) => {
      asked.push([method, path, body?.urls.length]);
      if (path.endsWith("/lookups"))
        return { ok: true, value: { results: body.urls.map(() => null) } };
      return path.endsWith("gone")
        ? { ok: false, problem: { status: 404 } }
        : { ok: true, value: person({ id: "con_own" }) };
    };
    const many = Array.from({ length: 130 }, (_, i) => ({ id: `c${i}`, url: `https://x/in/${i}` }));
    const own = ["con_own", "gone"].map((id) => ({ id, url: `urn:battery:${id}` }));
    const fetched = await fetchSubjects(call, [...many, ...own]);
    assert.deepEqual(
      fetched.subjects.map(({ id }) => id),
      ["con_own"],
    );
    assert.deepEqual(asked, [
      ["POST", "/api/v1/lookups", 100],
      ["POST", "/api/v1/lookups", 30],
      ["GET", "/api/v1/subjects/con_own", undefined],
      ["GET", "/api/v1/subjects/gone", undefined],
    ]);
  });
});

describe("results", () => {
  const LIST = { name: "people" };
  let answers;
  let results;

  beforeEach(() => {
    answers = [];
    const call = () => new Promise((resolve) => answers.push(resolve));
    results = createResults(call, LIST, () => {});
  });

  async function answer(value) {
    answers.shift()({ ok: true, value });
    await settled();
  }

  const page = (name, n = 1) => ({ results: [person({ name })], page: n, pages: 3, total: 60 });

  test("of answers that cross only the one to the last question is shown", async () => {
    results.go({ q: "a", page: 1 });
    results.go({ q: "an", page: 1 });
    const [first, second] = answers;
    second({ ok: true, value: page("Ana") });
    first({ ok: true, value: page("Abel") });
    await settled();
    assert.equal(results.now().found.results[0].name, "Ana");
    assert.equal(results.now().loading, false);
  });

  test("one's own answer is not undone by what was asked before it", async () => {
    results.go({ q: "", page: 1 });
    await answer(page("Ana"));
    results.fetchAgain(false);
    results.change((subject) => ({ ...subject, name: "Ana, revealed" }));
    await answer({ results: [person({ name: "Ana, as she was" })] });
    assert.equal(results.now().found.results[0].name, "Ana, revealed");
  });

  test("who fails to be fetched again stays, marked as what may be wrong", async () => {
    results.go({ q: "", page: 1 });
    await answer(page("Ana"));
    results.fetchAgain(true);
    answers.shift()({ ok: false, problem: { status: 503, code: "unavailable" } });
    await settled();
    assert.equal(results.now().found.results[0].name, "Ana");
    assert.equal(results.now().stale.status, 503);
    results.go({ q: "b", page: 1 });
    answers.shift()({ ok: false, problem: { status: 503, code: "unavailable" } });
    await settled();
    assert.equal(results.now().found, null);
    assert.equal(results.now().problem.status, 503);
  });
});

describe("following", () => {
  let listener;
  let standing;
  let fetched;
  let outcome;
  let following;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    fetched = [];
    outcome = null;
    standing = { link: "live", prices: { email: 1 } };
    following = createFollowing({
      live: {
        now: () => standing,
        listen(heard) {
          listener = heard;
          return () => {};
        },
      },
      shows: (id) => id === "con_ana",
      fetchAgain: async (anew) => {
        fetched.push(anew);
        return outcome;
      },
    });
  });

  afterEach(() => {
    following.leave();
    mock.timers.reset();
  });

  async function turn(ms) {
    mock.timers.tick(ms);
    await settled();
  }

  const revealed = (subject) => ({ type: "changes", changes: { items: [{ subject }] } });

  test("R5 a reveal of who is shown is fetched at once", async () => {
    listener(revealed("con_ana"));
    await turn(1);
    assert.deepEqual(fetched, [false]);
  });

  test("more than can be told, other prices and a gap are fetched anew", async () => {
    listener({ type: "changes", changes: { items: [], many: 501 } });
    await turn(1);
    listener({ type: "gap" });
    await turn(1_000);
    standing = { ...standing, prices: { email: 2 } };
    listener({ type: "prices" });
    await turn(1_000);
    listener({ type: "prices" });
    await turn(1_000);
    assert.deepEqual(fetched, [true, true, true]);
  });

  test("what was fetched before the line stood is fetched again once it does", async () => {
    standing = { ...standing, link: "offline" };
    following.asks();
    standing = { ...standing, link: "live" };
    listener({ type: "link" });
    await turn(1);
    listener({ type: "link" });
    await turn(1_000);
    assert.deepEqual(fetched, [true]);
  });

  test("what failed is tried again when the server said to come back", async () => {
    outcome = { status: 429, retry_after_s: 2 };
    listener({ type: "gap" });
    await turn(1);
    outcome = null;
    await turn(1_999);
    assert.deepEqual(fetched, [true]);
    await turn(1);
    await turn(1_000);
    assert.deepEqual(fetched, [true, true]);
  });
});
