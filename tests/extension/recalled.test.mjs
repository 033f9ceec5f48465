import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { createJobs } from "../../extension/background/jobs.js";
import { parted } from "../../extension/panel/jobs.js";
import { createUnanswered } from "../../extension/ui/unanswered.js";
import { createFakeClock, createFakeStore, job, settled } from "./fakes.mjs";

const BOB = "usr_bob";
const JANE = { id: "usr_jane", name: "Jane Okafor" };
const DAY_MS = 24 * 3_600_000;

let clock;
let stores;
let sent;
let listed;
let jobs;

beforeEach(() => {
  clock = createFakeClock();
  stores = { local: createFakeStore(), session: createFakeStore() };
  sent = [];
  listed = { ok: true, status: 200, value: { jobs: [] } };
  begin();
});

/** What a worker does when it comes up. */
function begin() {
  const call = async (method, path) => {
    sent.push(`${method} ${path}`);
    return listed;
  };
  const unanswered = createUnanswered({ store: stores.local, now: () => 0, newKey: () => "key" });
  jobs = createJobs({ call, unanswered, stores, clock, changed: () => {} });
}

/** The browser is closed and started again. */
async function restart() {
  stores.session = createFakeStore();
  begin();
  await jobs.load();
}

async function recall(user = BOB) {
  jobs.recall(user);
  await settled();
}

const shown = () => jobs.started().map((view) => view.job.id);
const at = (daysAgo) => new Date(clock.now() - daysAgo * DAY_MS).toISOString();

/** A job that was completed so many days ago. */
const done = (id, daysAgo = 0, over = {}) =>
  job({ id, status: "completed", created_at: at(daysAgo), finished_at: at(daysAgo), ...over });

function listing(...found) {
  listed = { ok: true, status: 200, value: { jobs: found } };
}

describe("after a restart of the browser", () => {
  test("R24 what was completed while it was closed is shown beside what still runs", async () => {
    const running = job({ id: "job_running", status: "running", created_at: at(0) });
    listing(running, done("job_done", 1));
    await restart();
    jobs.welcome([running]);
    await recall();
    assert.deepEqual(shown(), ["job_running", "job_done"]);
    assert.deepEqual(sent, ["GET /api/v1/jobs?limit=20"]);
  });

  test("what an admin is told of others, what never ended well and what is old stays away", async () => {
    const quoted = job({ id: "job_quoted" });
    const stopped = job({ id: "job_stopped", status: "stopped", finished_at: at(0) });
    listing(quoted, stopped, done("job_janes", 0, { by: JANE }), done("job_old", 8));
    await recall();
    assert.deepEqual(shown(), []);
  });

  test("the newest are kept, however many are listed", async () => {
    listing(...Array.from({ length: 7 }, (_, n) => done(`job_${n}`, n / 2)));
    await recall();
    assert.deepEqual(shown(), ["job_0", "job_1", "job_2", "job_3", "job_4"]);
  });

  test("what was put away in this browser does not come back", async () => {
    listing(done("job_1"), done("job_2", 1));
    await recall();
    jobs.putAway("job_1");
    await restart();
    await recall();
    assert.deepEqual(shown(), ["job_2"]);
  });

  test("a hundred that were put away are remembered", async () => {
    for (let n = 0; n < 105; n += 1) {
      jobs.take(job({ id: `job_${n}`, status: "running" }));
      jobs.take(done(`job_${n}`));
      jobs.putAway(`job_${n}`);
    }
    await settled();
    const ids = stores.local.kept.get("put_away");
    assert.deepEqual([ids.length, ids[0], ids.at(-1)], [100, "job_5", "job_104"]);
  });

  test("a list that did not come is asked for again", async () => {
    listed = { ok: false, problem: { status: 503, code: "unavailable", title: "", detail: "" } };
    await recall();
    listing(done("job_1"));
    clock.turn(5_000);
    await settled();
    assert.deepEqual(shown(), ["job_1"]);
  });

  test("a list for the last user is not shown to the next, nor asked for again", async () => {
    listing(done("job_1"));
    jobs.recall(BOB);
    await jobs.forget();
    await settled();
    assert.deepEqual(shown(), []);
    listed = { ok: false, problem: { status: 503, code: "unavailable", title: "", detail: "" } };
    await recall();
    await jobs.forget();
    clock.turn(5_000);
    assert.equal(sent.length, 2);
  });
});

describe("jobs that ended without a file", () => {
  test("fewer of them are kept, and they displace no file", () => {
    jobs.take(job({ id: "job_file", status: "running", created_at: at(1) }));
    jobs.take(done("job_file", 1));
    for (let n = 0; n < 5; n += 1) {
      const over = { id: `job_${n}`, created_at: at(0.5 - n / 10), finished_at: at(0.5 - n / 10) };
      jobs.take(job({ ...over, status: "running" }));
      jobs.take(job({ ...over, status: "stopped" }));
    }
    assert.deepEqual(shown(), ["job_4", "job_3", "job_2", "job_file"]);
  });
});

describe("the panel", () => {
  test("shows what is under way and the last that ended; the earlier ones are folded", () => {
    const ids = (views) => views.map((view) => view.job.id);
    const views = [
      job({ id: "job_4", status: "running" }),
      job({ id: "job_3", status: "stopped" }),
      job({ id: "job_2", status: "settling" }),
      done("job_1"),
    ].map((each) => ({ job: each, pending: null, problem: null }));
    const { current, past } = parted(views);
    assert.deepEqual(ids(current), ["job_4", "job_3", "job_2"]);
    assert.deepEqual(ids(past), ["job_1"]);
  });
});
