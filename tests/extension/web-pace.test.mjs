import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { createPace, retryMs } from "../../server/web/pace.js";
import { settled } from "./fakes.mjs";

const AWAY = { status: 503, code: "unavailable", title: "", detail: "" };

describe("what failed", () => {
  test("is tried again when that may help, as late as the server says", () => {
    for (const status of [0, 429, 500, 503]) assert.equal(retryMs({ ...AWAY, status }), 5_000);
    for (const status of [400, 403, 404]) assert.equal(retryMs({ ...AWAY, status }), null);
    assert.equal(retryMs({ ...AWAY, retry_after_s: 2 }), 2_000);
  });
});

describe("paced work", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  async function passed(ms) {
    mock.timers.tick(ms);
    await settled();
  }

  function open() {
    const done = { times: 0 };
    const pace = createPace(async () => {
      done.times += 1;
    }, 0);
    return { done, pace };
  }

  test("comes back by itself after a failure, once", async () => {
    const { done, pace } = open();
    pace.retry(AWAY);
    await passed(4_999);
    assert.equal(done.times, 0);
    await passed(1);
    await passed(1);
    assert.equal(done.times, 1);
    await passed(20_000);
    assert.equal(done.times, 1);
  });

  test("does not come back for what was done meanwhile, nor once it was left", async () => {
    const { done, pace } = open();
    pace.retry(AWAY);
    pace.ask();
    await passed(1);
    await passed(10_000);
    assert.equal(done.times, 1);
    pace.retry(AWAY);
    pace.leave();
    await passed(10_000);
    assert.equal(done.times, 1);
  });

  test("does not come back for an answer that would be the same", async () => {
    const { done, pace } = open();
    pace.retry({ ...AWAY, status: 400 });
    await passed(60_000);
    assert.equal(done.times, 0);
  });
});
