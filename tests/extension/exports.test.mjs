import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { createExporting } from "../../extension/background/exporting.js";
import { createJobs } from "../../extension/background/jobs.js";
import { createSelections, inSearch } from "../../extension/background/selections.js";
import { isLater } from "../../extension/ui/course.js";
import { createUnanswered } from "../../extension/ui/unanswered.js";
import { createFakeClock, createFakeStore, job, person, settled } from "./fakes.mjs";

const TAB = 7;
const SITE = "https://site.example";
const ANA = `${SITE}/in/ana`;
const TOM = `${SITE}/in/tom`;
const NOBODY = `${SITE}/in/nobody`;
const LOST = { ok: false, problem: { status: 0, code: "unreachable", title: "", detail: "" } };

const refusal = (status, code) => ({
  ok: false,
  problem: { status, code, title: "", detail: "No." },
});
const answered = (value) => ({ ok: true, status: 200, value });

let clock;
let stores;
let sent;
let answers;
let directory;
let jobs;
let exporting;

beforeEach(() => {
  clock = createFakeClock();
  stores = { local: createFakeStore(), session: createFakeStore() };
  sent = [];
  answers = [];
  directory = {
    [ANA]: person({ id: "con_ana", url: ANA }),
    [TOM]: person({ id: "con_tom", url: TOM }),
  };
  begin();
});

/** What a worker does when it comes up. */
function begin() {
  const call = (method, path, { body, key } = {}) => {
    sent.push({ method, path, body, key });
    return new Promise((resolve) => answers.push(resolve));
  };
  let n = 0;
  const newKey = () => `key-${sent.length}-${n++}`;
  const unanswered = createUnanswered({ store: stores.local, now: () => 0, newKey });
  jobs = createJobs({ call, unanswered, stores, clock, changed: () => {} });
  exporting = createExporting({
    call,
    unanswered,
    jobs,
    selections: createSelections(stores.session),
    personAt: (url) => ({
      status: directory[url] ? "known" : "unknown",
      subject: directory[url] ?? null,
    }),
    changed: () => {},
  });
}

/** The oldest open call is answered. */
async function answer(value) {
  await settled();
  answers.shift()(value);
  await settled();
}

const ask = (request) => exporting.answer(TAB, request);
const tick = (...urls) => ask({ type: "tick", urls, on: true });
const view = (...urls) => exporting.view(TAB, urls);

async function quoted(over = {}) {
  exporting.enter(TAB, "vp");
  tick(ANA, TOM);
  ask({ type: "quote" });
  await answer(answered(job(over)));
}

describe("selecting", () => {
  test("who is ticked stays so over the pages of a search and ends with the next one", () => {
    exporting.enter(TAB, "vp");
    tick(ANA);
    exporting.enter(TAB, "vp");
    tick(TOM);
    assert.equal(view(ANA).selected, 2);
    exporting.enter(TAB, "cto");
    assert.equal(view(ANA).selected, 0);
  });

  test("another tab has a selection of its own", () => {
    tick(ANA);
    assert.equal(exporting.view(TAB + 1, [ANA]).people[0].ticked, false);
  });

  test("whom the directory does not know cannot be selected", () => {
    tick(ANA, NOBODY);
    const { people, selected } = view(ANA, NOBODY);
    assert.deepEqual(
      people.map(({ ticked }) => ticked),
      [true, false],
    );
    assert.equal(selected, 1);
  });

  test("a person under two addresses is one person", async () => {
    directory[TOM] = person({ id: "con_ana", url: TOM });
    tick(ANA, TOM);
    assert.equal(view().selected, 1);
    ask({ type: "quote" });
    await settled();
    assert.deepEqual(sent[0].body, { select: { subjects: ["con_ana"] }, kinds: ["email"] });
  });

  test("the list tells who owns what, and no value", () => {
    const value = { email: "ana@kestrel.example", analysis: null, insights: [] };
    const owned = { state: "owned", value, revealed_by: "Jane", revealed_at: "", seq: 1 };
    directory[ANA] = person({ pieces: { email: owned, phone: { state: "available", price: 10 } } });
    const [ana] = view(ANA).people;
    assert.deepEqual(ana.marks, {
      email: { state: "owned", by: "Jane" },
      phone: { state: "available", by: null },
    });
    assert.doesNotMatch(JSON.stringify(ana), /kestrel/);
  });

  test("entering the same search again is no change", () => {
    const selection = inSearch({ search: "vp", people: {}, kinds: [], offer: null }, "vp");
    assert.equal(inSearch(selection, "vp"), selection);
  });

  test("the next worker knows the selection", async () => {
    tick(ANA);
    const selections = createSelections(stores.session);
    await selections.load();
    assert.deepEqual(selections.of(TAB).people, { [ANA]: "con_ana" });
  });
});

describe("quoting", () => {
  test("R10 R18 a quote is asked for what is selected and starts nothing", async () => {
    await quoted();
    assert.deepEqual(
      sent.map(({ method, path }) => [method, path]),
      [["POST", "/api/v1/exports"]],
    );
    assert.equal(view().offer.job.id, "job_1");
    assert.deepEqual(jobs.started(), []);
  });

  test("two clicks ask for one quote", async () => {
    tick(ANA);
    ask({ type: "quote" });
    ask({ type: "quote" });
    await settled();
    assert.equal(sent.length, 1);
    assert.equal(view().asking, true);
  });

  test("another selection makes the quote worthless, and the server is told", async () => {
    await quoted();
    ask({ type: "tick", urls: [TOM], on: false });
    await settled();
    assert.equal(view().offer, null);
    assert.equal(sent.at(-1).path, "/api/v1/jobs/job_1/stop");
  });

  test("a quote that comes after the selection has changed is not shown", async () => {
    tick(ANA);
    ask({ type: "quote" });
    tick(TOM);
    await answer(answered(job()));
    assert.equal(view().offer, null);
    assert.equal(sent.at(-1).path, "/api/v1/jobs/job_1/stop");
  });

  test("why there is no quote is told until something else is selected", async () => {
    tick(ANA);
    ask({ type: "quote" });
    await answer(refusal(429, "busy"));
    assert.equal(view().problem.code, "busy");
    tick(TOM);
    assert.equal(view().problem, null);
  });

  test("R11 a lost answer is asked for with the same key, also by the next worker", async () => {
    tick(ANA);
    ask({ type: "quote" });
    await answer(LOST);
    begin();
    tick(ANA);
    ask({ type: "quote" });
    await settled();
    assert.equal(sent[0].key, sent[1].key);
  });

  test("R11 for somebody else it is another request", async () => {
    tick(ANA);
    ask({ type: "quote" });
    await answer(LOST);
    tick(TOM);
    ask({ type: "quote" });
    await settled();
    assert.notEqual(sent[0].key, sent[1].key);
  });

  test("a quote that has expired says so in its place", async () => {
    await quoted();
    jobs.take(job({ status: "expired" }));
    assert.equal(view().offer.job.status, "expired");
  });
});

describe("starting", () => {
  const start = (credits = 12) => ask({ type: "start", job: "job_1", credits });

  test("R19 only the quote whose price was on the button is started", async () => {
    await quoted();
    start(11);
    await settled();
    assert.equal(sent.length, 1);
    start(12);
    await settled();
    assert.equal(sent.at(-1).path, "/api/v1/jobs/job_1/start");
  });

  test("two clicks start once", async () => {
    await quoted();
    start();
    start();
    await settled();
    assert.equal(sent.length, 2);
    assert.equal(view().offer.pending, "start");
  });

  test("a running job is shown with the jobs and no longer as a quote", async () => {
    await quoted();
    start();
    await answer(answered(job({ status: "running" })));
    assert.equal(view().offer, null);
    assert.equal(jobs.started()[0].job.status, "running");
  });

  test("R11 a lost start is sent again with its key", async () => {
    await quoted();
    start();
    await answer(LOST);
    assert.equal(view().offer.problem.code, "unreachable");
    start();
    await answer(answered(job({ status: "running" })));
    assert.equal(sent[1].key, sent[2].key);
    assert.equal(jobs.started()[0].problem, null);
  });

  test("a quote whose start may have arrived is not stopped when the selection changes", async () => {
    await quoted();
    start();
    await answer(LOST);
    ask({ type: "clear" });
    await settled();
    assert.equal(sent.at(-1).path, "/api/v1/jobs/job_1/start");
    jobs.take(job({ status: "running" }));
    assert.equal(jobs.started().length, 1);
  });

  test("R19 a start that would cost more shows the fresh quote and starts nothing", async () => {
    await quoted();
    start();
    await answer(refusal(409, "quote_changed"));
    await answer(answered(job({ quote: { credits: 14, as_of_seq: 9 } })));
    const { offer } = view();
    assert.equal(offer.job.quote.credits, 14);
    assert.equal(offer.problem.code, "quote_changed");
    assert.equal(offer.pending, null);
  });

  test("R7 a start without the credits says what is missing", async () => {
    await quoted();
    start();
    await answer(refusal(402, "insufficient_credits"));
    await answer(answered(job()));
    assert.equal(view().offer.problem.code, "insufficient_credits");
  });

  test("a start that the server had already done is no failure", async () => {
    await quoted();
    start();
    await answer(refusal(409, "job_state"));
    await answer(answered(job({ status: "running" })));
    assert.equal(jobs.started()[0].problem, null);
  });
});

describe("running", () => {
  const running = (over = {}) => job({ status: "running", ...over });
  const progress = (done) => running({ progress: { done, total: 20 } });

  test("what a push overtook does not bring a job back", () => {
    assert.equal(isLater(progress(8), progress(5)), false);
    assert.equal(isLater(progress(8), progress(8)), true);
    assert.equal(isLater(job({ status: "settling" }), progress(19)), false);
    assert.equal(isLater(progress(8), job({ status: "stopped" })), true);
  });

  test("a job begun elsewhere is shown while it runs, other people's quotes are not", () => {
    jobs.take(job({ id: "job_quote" }));
    jobs.take(job({ id: "job_old", status: "completed" }));
    jobs.take(running({ id: "job_cli" }));
    assert.deepEqual(
      jobs.started().map((view) => view.job.id),
      ["job_cli"],
    );
  });

  test("R21 stop is asked once and shows what the server says", async () => {
    jobs.take(running());
    jobs.stop("job_1");
    jobs.stop("job_1");
    assert.equal(jobs.started()[0].pending, "stop");
    await answer(answered(job({ status: "stopped" })));
    assert.equal(sent.length, 1);
    assert.equal(jobs.started()[0].job.status, "stopped");
  });

  test("R21 a stop that came too late says so beside the outcome", async () => {
    jobs.take(running());
    jobs.stop("job_1");
    await answer(refusal(409, "job_state"));
    await answer(answered(job({ status: "completed" })));
    const [{ problem, pending }] = jobs.started();
    assert.equal(problem.code, "job_state");
    assert.equal(pending, null);
  });

  test("the next worker shows the running job, and hears from welcome how far it is", async () => {
    jobs.take(progress(3));
    await settled();
    begin();
    await jobs.load();
    assert.equal(jobs.started()[0].job.progress.done, 3);
    jobs.welcome([progress(9)]);
    assert.equal(jobs.started()[0].job.progress.done, 9);
    assert.equal(sent.length, 0);
  });

  test("a job that ended while the line was down is asked for", async () => {
    jobs.take(progress(3));
    jobs.welcome([]);
    await answer(answered(job({ status: "completed" })));
    assert.equal(sent[0].path, "/api/v1/jobs/job_1");
    assert.equal(jobs.started()[0].job.status, "completed");
  });

  test("a job the server does not know is forgotten", async () => {
    jobs.take(running());
    jobs.welcome([]);
    await answer(refusal(404, "not_found"));
    assert.deepEqual(jobs.started(), []);
  });

  test("a question that was refused is asked again", async () => {
    jobs.take(running());
    jobs.welcome([]);
    await answer(refusal(503, "unavailable"));
    assert.equal(jobs.started()[0].job.status, "running");
    clock.turn(5_000);
    await answer(answered(job({ status: "completed" })));
    assert.equal(jobs.started()[0].job.status, "completed");
  });

  test("only an ended job can be put away", () => {
    jobs.take(running());
    jobs.putAway("job_1");
    assert.equal(jobs.started().length, 1);
    jobs.take(job({ status: "completed" }));
    jobs.putAway("job_1");
    assert.deepEqual(jobs.started(), []);
  });

  test("of ended jobs that nobody puts away the newest are kept", () => {
    for (let n = 0; n < 8; n += 1) {
      jobs.take(running({ id: `job_${n}` }));
      jobs.take(job({ id: `job_${n}`, status: "completed" }));
    }
    assert.equal(jobs.started().length, 5);
  });

  test("an answer for the last user is not shown to the next", async () => {
    jobs.take(running());
    jobs.stop("job_1");
    await jobs.forget();
    await answer(answered(job({ status: "stopped" })));
    assert.deepEqual(jobs.started(), []);
    assert.equal(stores.session.kept.has("jobs"), false);
  });
});
