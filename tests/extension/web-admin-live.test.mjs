import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createAsking } from "../../server/web/admin/asking.js";
import { createTeam } from "../../server/web/admin/team.js";
import { battery, createFakeClock, extra, settled, adminUser as user, withLeft } from "./fakes.mjs";

const USERS = "/api/v1/admin/users";
const POOL = { granted: 100, used: 20, held: 0, remaining: 80 };

/** A server whose answers are handed to it, call by call, and a socket that says what it is told. */
function createFakeOffice() {
  const asked = [];
  const waiting = [];
  const listeners = new Set();
  return {
    asked,
    online: true,
    call(method, path) {
      asked.push(`${method} ${path}`);
      return new Promise((resolve) => waiting.push(resolve));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async say(news) {
      for (const listener of listeners) listener(news);
      await settled();
    },
    async answer(value) {
      await settled();
      waiting.shift()({ ok: true, status: 200, value });
      await settled();
    },
    async refuse(problem) {
      await settled();
      waiting.shift()({ ok: false, problem });
      await settled();
    },
  };
}

const AWAY = { status: 503, code: "unavailable", title: "", detail: "" };

function openTeam() {
  const office = createFakeOffice();
  const clock = createFakeClock();
  const team = createTeam({
    call: office.call,
    listen: office.listen,
    online: () => office.online,
    now: clock.now,
    after: clock.after,
  });
  return { office, clock, team };
}

async function turned(clock, ms) {
  clock.turn(ms);
  await settled();
}

describe("the team", () => {
  test("nothing is fetched while nobody looks", async () => {
    const { office, clock, team } = openTeam();
    await office.say({ type: "changes" });
    assert.deepEqual(office.asked, []);
    const stop = team.watch(() => {});
    await settled();
    assert.deepEqual(office.asked, [`GET ${USERS}`]);
    await office.answer({ seq: 10, extra: null, users: [user("bob")] });
    stop();
    await office.say({ type: "changes" });
    await turned(clock, 1_000);
    assert.equal(office.asked.length, 1);
  });

  test("everybody is fetched once, then only who changed since", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    await office.answer({ seq: 10, extra: null, users: [user("bob"), user("jane")] });
    await turned(clock, 1_000);
    await office.say({ type: "changes" });
    assert.equal(office.asked.at(-1), `GET ${USERS}?since=10`);
    const changed = user("bob", { battery: withLeft(3, { seq: 11 }) });
    await office.answer({ seq: 11, extra: null, users: [changed] });
    assert.equal(team.now().users.get("bob")?.battery.license.remaining, 3);
    assert.equal(team.now().users.size, 2);
    await turned(clock, 1_000);
    await office.say({ type: "users", users: ["jane"] });
    assert.equal(office.asked.at(-1), `GET ${USERS}?since=11`);
  });

  test("the changes of a busy moment are fetched together, and none is left behind", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    await office.say({ type: "changes" });
    await office.answer({ seq: 10, extra: null, users: [user("bob")] });
    for (let i = 0; i < 20; i += 1) await office.say({ type: "changes" });
    assert.equal(office.asked.length, 1);
    await turned(clock, 250);
    assert.equal(office.asked.length, 2);
    await office.say({ type: "changes" });
    await office.answer({ seq: 30, extra: null, users: [] });
    await turned(clock, 250);
    assert.deepEqual(office.asked.slice(1), [`GET ${USERS}?since=10`, `GET ${USERS}?since=30`]);
  });

  test("after more was missed than can be told everybody is fetched again", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    await office.answer({ seq: 10, extra: null, users: [user("bob"), user("gone")] });
    await turned(clock, 1_000);
    await office.say({ type: "gap" });
    assert.equal(office.asked.at(-1), `GET ${USERS}`);
    await office.answer({ seq: 400, extra: null, users: [user("bob")] });
    assert.deepEqual([...team.now().users.keys()], ["bob"]);
  });

  test("an answer that was overtaken does not bring old figures back", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    await office.answer({ seq: 10, extra: null, users: [user("bob")] });
    await turned(clock, 1_000);
    await office.say({ type: "changes" });
    team.take([user("bob", { extra_cap: 5, battery: withLeft(7, { seq: 12 }) })]);
    await office.answer({
      seq: 11,
      extra: null,
      users: [user("bob", { battery: withLeft(9, { seq: 11 }) })],
    });
    assert.equal(team.now().users.get("bob")?.battery.license.remaining, 7);
  });

  test("R17: the pool that an answer tells is everybody's, also of those who are not in it", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    const before = { ...POOL, remaining: 90, used: 10 };
    const users = ["bob", "jane"].map((id) =>
      user(id, { battery: battery({ extra: extra(before, null) }) }),
    );
    await office.answer({ seq: 10, extra: before, users });
    await turned(clock, 1_000);
    await office.say({ type: "changes" });
    const bob = user("bob", { battery: battery({ seq: 11, extra: extra(POOL, null) }) });
    await office.answer({ seq: 11, extra: POOL, users: [bob] });
    assert.equal(team.now().users.get("jane")?.battery.extra?.available, 80);
  });

  test("R14: the turn of a month is fetched though no entry tells of it", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    const resets_at = new Date(clock.now() + 60_000).toISOString();
    const license = { ...battery().license, resets_at };
    await office.answer({
      seq: 10,
      extra: null,
      users: [user("bob", { battery: battery({ license }) })],
    });
    await turned(clock, 59_000);
    assert.equal(office.asked.length, 1);
    await turned(clock, 2_000);
    assert.deepEqual(office.asked, [`GET ${USERS}`, `GET ${USERS}`]);
  });

  test("without a first answer it has failed, and trying again may help", async () => {
    const { office, clock, team } = openTeam();
    let told = 0;
    team.watch(() => {
      told += 1;
    });
    await office.refuse(AWAY);
    assert.equal(team.now().status, "failed");
    assert.equal(team.now().problem, AWAY);
    await turned(clock, 1_000);
    team.retry();
    assert.equal(team.now().status, "loading");
    await office.answer({ seq: 1, extra: null, users: [user("bob")] });
    assert.deepEqual([team.now().status, team.now().problem], ["ready", null]);
    assert.equal(told, 3);
  });

  test("later failures leave the figures, and the next news asks for all that was missed", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    await office.answer({ seq: 10, extra: null, users: [user("bob")] });
    await turned(clock, 1_000);
    await office.say({ type: "gap" });
    await office.refuse(AWAY);
    assert.deepEqual([team.now().status, team.now().users.size], ["ready", 1]);
    await turned(clock, 1_000);
    office.online = false;
    await office.say({ type: "link" });
    await turned(clock, 1_000);
    office.online = true;
    await office.say({ type: "link" });
    assert.equal(office.asked.at(-1), `GET ${USERS}`);
  });
});

describe("a team that could not be fetched", () => {
  test("is asked for again without any news, and then no more", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    await office.answer({ seq: 10, extra: null, users: [user("bob")] });
    await turned(clock, 1_000);
    await office.say({ type: "changes" });
    await office.refuse(AWAY);
    await turned(clock, 4_999);
    assert.equal(office.asked.length, 2);
    await turned(clock, 1);
    assert.deepEqual(office.asked.slice(2), [`GET ${USERS}?since=10`]);
    await office.answer({ seq: 11, extra: null, users: [] });
    assert.equal(team.now().problem, null);
    await turned(clock, 60_000);
    assert.equal(office.asked.length, 3);
  });

  test("is asked for again when the server said", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    await office.refuse({ ...AWAY, status: 429, retry_after_s: 20 });
    await turned(clock, 19_999);
    assert.equal(office.asked.length, 1);
    await turned(clock, 1);
    assert.deepEqual(office.asked, [`GET ${USERS}`, `GET ${USERS}`]);
  });

  test("is not asked for twice when news was faster", async () => {
    const { office, clock, team } = openTeam();
    team.watch(() => {});
    await office.refuse(AWAY);
    await turned(clock, 1_000);
    await office.say({ type: "changes" });
    await office.answer({ seq: 10, extra: null, users: [user("bob")] });
    await turned(clock, 10_000);
    assert.equal(office.asked.length, 2);
  });

  test("is left alone while nobody looks, and where the answer would be the same", async () => {
    const { office, clock, team } = openTeam();
    const stop = team.watch(() => {});
    await office.refuse(AWAY);
    stop();
    await turned(clock, 10_000);
    assert.equal(office.asked.length, 1);
    team.watch(() => {});
    await office.refuse({ ...AWAY, status: 403, code: "forbidden" });
    await turned(clock, 10_000);
    assert.equal(office.asked.length, 2);
  });
});

describe("requests for credits", () => {
  const request = (id, over = {}) => ({
    id,
    user_id: "usr_bob",
    user_name: "Bob Reyes",
    note: "More, please",
    created_at: "2026-11-24T10:00:00Z",
    outcome: null,
    answered_by: null,
    answered_at: null,
    answer_note: null,
    ...over,
  });
  const answered = (id, at) =>
    request(id, { outcome: "ordered", answered_by: "Alice", answered_at: at });

  function open() {
    const office = createFakeOffice();
    const asking = createAsking({
      call: office.call,
      listen: office.listen,
      online: () => office.online,
    });
    return { office, asking };
  }
  const openIds = (asking) => asking.now().open.map(({ id }) => id);

  test("who waits longest comes first, and the newest answer does", async () => {
    const { office, asking } = open();
    await office.answer({
      requests: [
        request("late", { created_at: "2026-11-24T11:00:00Z" }),
        request("early"),
        answered("old", "2026-11-20T10:00:00Z"),
        answered("new", "2026-11-23T10:00:00Z"),
      ],
    });
    assert.deepEqual(openIds(asking), ["early", "late"]);
    assert.deepEqual(
      asking.now().answered.map(({ id }) => id),
      ["new", "old"],
    );
  });

  test("a request and its answer arrive by the socket", async () => {
    const { office, asking } = open();
    await office.answer({ requests: [] });
    await office.say({ type: "credit_request", request: request("one") });
    assert.deepEqual(openIds(asking), ["one"]);
    const done = answered("one", "2026-11-24T10:05:00Z");
    await office.say({ type: "credit_request", request: done });
    assert.deepEqual([openIds(asking), asking.now().answered], [[], [done]]);
  });

  test("what is told while the list is on its way is newer than the list", async () => {
    const { office, asking } = open();
    await office.say({ type: "credit_request", request: answered("one", "2026-11-24T10:05:00Z") });
    await office.answer({ requests: [request("one"), request("two")] });
    assert.deepEqual(openIds(asking), ["two"]);
  });

  test("what an absence swallowed is fetched when the socket is back", async () => {
    const { office, asking } = open();
    await office.answer({ requests: [] });
    office.online = false;
    await office.say({ type: "link" });
    assert.equal(office.asked.length, 1);
    office.online = true;
    await office.say({ type: "link" });
    await office.answer({ requests: [request("one")] });
    assert.deepEqual(openIds(asking), ["one"]);
  });

  test("of two lists on their way the one asked for last counts", async () => {
    const { office, asking } = open();
    await office.say({ type: "gap" });
    await office.answer({ requests: [request("old")] });
    await office.answer({ requests: [request("new")] });
    assert.deepEqual(openIds(asking), ["new"]);
  });

  test("a list that could not be had is tried again", async () => {
    const { office, asking } = open();
    await office.refuse(AWAY);
    assert.equal(asking.now().status, "failed");
    asking.retry();
    assert.equal(asking.now().status, "loading");
    await office.answer({ requests: [request("one")] });
    assert.deepEqual([asking.now().status, openIds(asking)], ["ready", ["one"]]);
    await office.say({ type: "gap" });
    await office.refuse(AWAY);
    assert.deepEqual([asking.now().status, openIds(asking)], ["ready", ["one"]]);
  });
});
