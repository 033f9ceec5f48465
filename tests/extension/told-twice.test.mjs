/** A page says it again when nobody told it that it is done; it must count once. */

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { createExporting } from "../../extension/background/exporting.js";
import { createJobs } from "../../extension/background/jobs.js";
import { createSelections } from "../../extension/background/selections.js";
import { createSpending } from "../../extension/ui/revealing.js";
import { createUnanswered } from "../../extension/ui/unanswered.js";
import { createFakeClock, createFakeStore, job, person, settled } from "./fakes.mjs";

const TAB = 7;
const ANA = "https://site.example/in/ana";
const QUOTE = { type: "quote" };
const START = { type: "start", job: "job_1", credits: 12 };
const REVEAL = { type: "reveal", subject: "con_1", kind: "email", price: 1 };

const answered = (value) => ({ ok: true, status: 200, value });
const LOST = { ok: false, problem: { status: 0, code: "unreachable", title: "", detail: "" } };

let stores;
let sent;
let answers;
let spending;
let jobs;
let exporting;

beforeEach(async () => {
  stores = { local: createFakeStore(), session: createFakeStore() };
  sent = [];
  answers = [];
  await restart();
});

/** The worker is gone, with whatever it was waiting for; the next one comes up. */
async function restart() {
  const call = (_method, path, { key } = {}) => {
    sent.push({ path, key });
    return new Promise((resolve) => answers.push(resolve));
  };
  const changed = () => {};
  let n = 0;
  const newKey = () => `own-${sent.length}-${n++}`;
  const unanswered = createUnanswered({ store: stores.local, now: () => 0, newKey });
  const selections = createSelections(stores.session);
  const personAt = (url) => ({ status: "known", subject: person({ url }) });
  spending = createSpending({ call, unanswered });
  jobs = createJobs({ call, unanswered, stores, clock: createFakeClock(), changed });
  exporting = createExporting({ call, unanswered, jobs, selections, personAt, changed });
  await Promise.all([jobs.load(), selections.load()]);
}

/** What was asked last is answered. */
async function answer(value) {
  await settled();
  answers.pop()(value);
  await settled();
}

/** @returns whether it is done */
function follow(promise) {
  const followed = { done: false };
  promise.then(() => {
    followed.done = true;
  });
  return followed;
}

const ask = (request) => follow(exporting.answer(TAB, request));
const tick = () => ask({ type: "tick", urls: [ANA], on: true });
const offer = () => exporting.view(TAB, []).offer;
const pathsSent = () => sent.map(({ path }) => path);

describe("a reveal", () => {
  test("R11 a click whose answer died with the worker gets that same answer", async () => {
    spending.reveal(REVEAL, "click-1");
    await answer(answered({ results: [] }));
    await restart();
    spending.reveal(REVEAL, "click-1");
    await settled();
    assert.deepEqual(
      sent.map(({ key }) => key),
      ["click-1", "click-1"],
    );
  });

  test("R11 a new click after a lost answer asks for the answer to the old one", async () => {
    spending.reveal(REVEAL, "click-1");
    await answer(LOST);
    spending.reveal(REVEAL, "click-2");
    await settled();
    assert.equal(sent[1].key, "click-1");
  });

  test("R11 the next click after an answer is another request", async () => {
    spending.reveal(REVEAL, "click-1");
    await answer(answered({ results: [] }));
    spending.reveal(REVEAL, "click-2");
    await settled();
    assert.equal(sent[1].key, "click-2");
  });
});

describe("a selection", () => {
  test("is done when the next worker would know it", async () => {
    const ticked = tick();
    await settled();
    assert.equal(ticked.done, true);
    await restart();
    assert.equal(exporting.view(TAB, [ANA]).people[0].ticked, true);
  });
});

describe("a quote", () => {
  test("is done when it is there, also for who asks meanwhile", async () => {
    tick();
    const first = ask(QUOTE);
    const again = ask(QUOTE);
    await settled();
    assert.deepEqual([first.done, again.done], [false, false]);
    await answer(answered(job()));
    assert.deepEqual([first.done, again.done], [true, true]);
    assert.equal(sent.length, 1);
  });

  test("one that is there is not asked for again", async () => {
    tick();
    ask(QUOTE);
    await answer(answered(job()));
    await restart();
    const again = ask(QUOTE);
    await settled();
    assert.equal(again.done, true);
    assert.equal(sent.length, 1);
    assert.equal(offer().job.id, "job_1");
  });

  test("R11 one that died with its worker is asked for by the same key", async () => {
    tick();
    ask(QUOTE);
    await settled();
    await restart();
    ask(QUOTE);
    await settled();
    assert.equal(sent.length, 2);
    assert.equal(sent[0].key, sent[1].key);
  });

  test("a refused one is done", async () => {
    tick();
    const asked = ask(QUOTE);
    await answer(LOST);
    assert.equal(asked.done, true);
  });
});

describe("a start", () => {
  beforeEach(async () => {
    tick();
    ask(QUOTE);
    await answer(answered(job()));
  });

  test("is done when it is answered, also for who asks meanwhile", async () => {
    const first = ask(START);
    const again = ask(START);
    await settled();
    assert.deepEqual([first.done, again.done], [false, false]);
    await answer(answered(job({ status: "running" })));
    assert.deepEqual([first.done, again.done], [true, true]);
    assert.deepEqual(pathsSent(), ["/api/v1/exports", "/api/v1/jobs/job_1/start"]);
  });

  test("R11 one that died with its worker is sent by the same key", async () => {
    ask(START);
    await settled();
    await restart();
    ask(START);
    await settled();
    assert.equal(sent.length, 3);
    assert.equal(sent[1].key, sent[2].key);
  });

  test("a job that is running already stays so, without a word of blame", async () => {
    ask(START);
    await answer(answered(job({ status: "running" })));
    await restart();
    const again = ask(START);
    await answer({ ok: false, problem: { status: 409, code: "job_state", title: "", detail: "" } });
    await answer(answered(job({ status: "running" })));
    const [shown] = jobs.started();
    assert.equal(again.done, true);
    assert.deepEqual([shown.job.status, shown.pending, shown.problem], ["running", null, null]);
  });

  test("of a job nobody knows any more, nothing is asked and it is done", async () => {
    const gone = ask({ ...START, job: "job_9" });
    await settled();
    assert.equal(gone.done, true);
    assert.equal(sent.length, 1);
  });
});

describe("putting away", () => {
  test("is done when another browser session would know it; twice is no other than once", async () => {
    jobs.take(job({ status: "running" }));
    jobs.take(job({ status: "completed" }));
    const first = follow(jobs.putAway("job_1"));
    const again = follow(jobs.putAway("job_1"));
    await settled();
    assert.deepEqual([first.done, again.done], [true, true]);
    assert.deepEqual(stores.local.kept.get("put_away"), ["job_1"]);
  });
});
