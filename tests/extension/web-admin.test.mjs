import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createAgo } from "../../server/web/admin/ago.js";
import { createAsking } from "../../server/web/admin/asking.js";
import {
  extraTaken,
  nextTurn,
  statusOf,
  totalsOf,
  withPool,
} from "../../server/web/admin/members.js";
import { createSettledOrder } from "../../server/web/admin/settled-order.js";
import { arrange, pageOf, pressedSort, readView } from "../../server/web/admin/table-view.js";
import { createTeam } from "../../server/web/admin/team.js";
import { battery, createFakeClock, settled } from "./fakes.mjs";

const USERS = "/api/v1/admin/users";
const POOL = { granted: 100, used: 20, held: 0, remaining: 80 };

/** @returns a user as an admin sees one, in the shape of api.md */
function user(id, over = {}) {
  return {
    id,
    name: id,
    email: `${id}@acme.example`,
    role: "rep",
    active: true,
    extra_cap: null,
    last_spend_at: null,
    invited: false,
    battery: battery(),
    ...over,
  };
}

/** @returns a battery whose license has this left, of `allotment` */
function withLeft(remaining, over = {}, allotment = 100) {
  const license = { ...battery().license, allotment, remaining, used: allotment - remaining };
  return battery({ license, available: remaining, ...over });
}

/** @returns the org's extra credits as one user's battery shows them */
function extra(pool, cap, mine = { used: 0, held: 0 }) {
  return { ...pool, cap, mine, available: 0 };
}

describe("a user as an admin sees one", () => {
  test("who was deactivated is not invited any more", () => {
    assert.equal(statusOf({ active: true, invited: false }), "active");
    assert.equal(statusOf({ active: true, invited: true }), "invited");
    assert.equal(statusOf({ active: false, invited: true }), "deactivated");
  });

  test("R17: what is on hold counts against the cap as what is used does", () => {
    const mine = { used: 40, held: 5 };
    assert.equal(
      extraTaken(user("bob", { battery: battery({ extra: extra(POOL, 50, mine) }) })),
      45,
    );
    assert.equal(extraTaken(user("bob")), 0);
  });

  test("R17: a colleague's use of the pool shows in everybody's battery, up to the cap", () => {
    const mine = { used: 10, held: 5 };
    const bob = user("bob", {
      extra_cap: 40,
      battery: withLeft(7, { extra: extra({ ...POOL, remaining: 99 }, 40, mine) }),
    });
    const seen = withPool(bob, POOL).battery;
    assert.deepEqual(seen.extra, { ...POOL, cap: 40, mine, available: 25 });
    assert.equal(seen.available, 32);
    const dry = withPool(bob, { ...POOL, remaining: 3 }).battery;
    assert.equal(dry.extra?.available, 3);
  });

  test("R17: a cap of 0 allows none, and one that is overdrawn no less than none", () => {
    const mine = { used: 10, held: 0 };
    for (const cap of [0, 4]) {
      const bob = user("bob", {
        extra_cap: cap,
        battery: battery({ extra: extra(POOL, cap, mine) }),
      });
      assert.equal(withPool(bob, POOL).battery.extra?.available, 0);
    }
  });

  test("R33: who has an empty license is empty only while nothing can be taken from extra", () => {
    const bob = user("bob", { battery: withLeft(0, { level: "critical" }) });
    assert.equal(withPool(bob, POOL).battery.level, "critical");
    assert.equal(withPool(bob, { ...POOL, remaining: 0 }).battery.level, "empty");
    assert.equal(withPool(bob, null).battery.level, "empty");
    const unsold = user("zed", { battery: withLeft(0, { level: "empty" }, 0) });
    assert.equal(withPool(unsold, POOL).battery.level, "ok");
    const low = user("low", { battery: withLeft(20, { level: "low" }) });
    assert.equal(withPool(low, null).battery.level, "low");
  });

  test("licenses of the deactivated are in no sum", () => {
    const users = [
      user("bob", { battery: withLeft(30) }),
      user("jane", { battery: withLeft(60) }),
      user("gone", { battery: withLeft(99), active: false }),
    ];
    assert.deepEqual(totalsOf(users), {
      users: 3,
      active: 2,
      allotment: 200,
      used: 110,
      held: 0,
      remaining: 90,
    });
  });

  test("R14: the next month to turn is that of whoever comes first", () => {
    const later = { ...battery().license, resets_at: "2026-12-20T05:00:00Z" };
    const users = [user("a", { battery: battery({ license: later }) }), user("b")];
    assert.equal(nextTurn(users), Date.parse("2026-12-15T05:00:00Z"));
    assert.equal(nextTurn([]), Number.POSITIVE_INFINITY);
  });
});

describe("the table", () => {
  const view = (text) => readView(new URLSearchParams(text));
  const ids = (users) => users.map(({ id }) => id);
  const ana = user("ana", { name: "Ana Conceição", battery: withLeft(5, { level: "critical" }) });
  const bob = user("bob", { name: "Bob Reyes", battery: withLeft(90), role: "admin" });
  const cy = user("cy", { name: "Cy", battery: withLeft(90), active: false });
  const all = [cy, bob, ana];

  test("an address names filters, order and page, and nonsense is left out", () => {
    assert.deepEqual(view("q=an&level=low&status=invited&role=admin&sort=-left&page=3"), {
      q: "an",
      level: "low",
      status: "invited",
      role: "admin",
      sort: "left",
      descending: true,
      page: 3,
    });
    const plain = view("");
    for (const text of ["level=x&status=x&role=x&sort=x&page=x", "page=-1", "sort=toString"]) {
      assert.deepEqual(view(text), plain, text);
    }
  });

  test("a name is found without its accents, by any of its words", () => {
    assert.deepEqual(ids(arrange(all, view("q=CONCEICAO"))), ["ana"]);
    assert.deepEqual(ids(arrange(all, view("q=reyes+bob"))), ["bob"]);
    assert.deepEqual(ids(arrange(all, view("q=cy@acme"))), ["cy"]);
    assert.deepEqual(ids(arrange(all, view("q=nobody"))), []);
  });

  test("level, status and role narrow together", () => {
    assert.deepEqual(ids(arrange(all, view("level=critical"))), ["ana"]);
    assert.deepEqual(ids(arrange(all, view("status=deactivated"))), ["cy"]);
    assert.deepEqual(ids(arrange(all, view("role=admin&level=ok"))), ["bob"]);
    assert.deepEqual(ids(arrange(all, view("role=admin&level=critical"))), []);
  });

  test("equal ones stand by name, whichever way round", () => {
    assert.deepEqual(ids(arrange(all, view(""))), ["ana", "bob", "cy"]);
    assert.deepEqual(ids(arrange(all, view("sort=-name"))), ["cy", "bob", "ana"]);
    assert.deepEqual(ids(arrange(all, view("sort=left"))), ["ana", "bob", "cy"]);
    assert.deepEqual(ids(arrange(all, view("sort=-left"))), ["bob", "cy", "ana"]);
  });

  test("who never used a credit was last here longest ago", () => {
    const early = user("early", { last_spend_at: "2026-11-01T10:00:00Z" });
    const late = user("late", { last_spend_at: "2026-11-02T10:00:00Z" });
    assert.deepEqual(ids(arrange([late, bob, early], view("sort=last"))), ["bob", "early", "late"]);
  });

  test("a second press of a head turns its order around, and the usual order is not written", () => {
    assert.equal(pressedSort(view(""), "left"), "left");
    assert.equal(pressedSort(view("sort=left"), "left"), "-left");
    assert.equal(pressedSort(view("sort=-left"), "left"), "left");
    assert.equal(pressedSort(view("sort=left"), "name"), null);
  });

  test("a page past the end is the last one", () => {
    const many = Array.from({ length: 101 }, (_, i) => i);
    assert.deepEqual(pageOf(many, 9), { page: 3, pages: 3, rows: [100] });
    assert.equal(pageOf(many, 1).rows.length, 50);
    assert.deepEqual(pageOf([], 4), { page: 1, pages: 1, rows: [] });
  });
});

describe("an order that is pointed at", () => {
  test("it waits until nobody points at it any more", () => {
    const order = createSettledOrder();
    assert.deepEqual(order.next(["a", "b"], "left"), ["a", "b"]);
    order.hold(true);
    assert.deepEqual(order.next(["b", "a"], "left"), ["a", "b"]);
    assert.equal(order.isBehind(), true);
    order.hold(false);
    assert.deepEqual(order.next(["b", "a"], "left"), ["b", "a"]);
    assert.equal(order.isBehind(), false);
  });

  test("who asks for another order gets it at once", () => {
    const order = createSettledOrder();
    order.next(["a", "b"], "left");
    order.hold(true);
    assert.deepEqual(order.next(["b", "a"], "name"), ["b", "a"]);
    assert.equal(order.isBehind(), false);
  });
});

describe("how long ago", () => {
  const ago = createAgo("en");
  const NOW = Date.parse("2026-11-24T12:00:00Z");

  test("it is told in the largest whole unit", () => {
    assert.equal(ago("2026-11-24T11:59:30Z", NOW), "now");
    assert.match(ago("2026-11-24T11:57:10Z", NOW), /^2 min/);
    assert.match(ago("2026-11-24T10:00:00Z", NOW), /^2 h/);
    assert.match(ago("2026-11-19T12:00:00Z", NOW), /^5 days ago$/);
  });

  test("what another clock puts ahead is now", () => {
    assert.equal(ago("2026-11-24T12:00:20Z", NOW), "now");
  });
});

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

describe("the team", () => {
  function open() {
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

  test("nothing is fetched while nobody looks", async () => {
    const { office, clock, team } = open();
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
    const { office, clock, team } = open();
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
    const { office, clock, team } = open();
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
    const { office, clock, team } = open();
    team.watch(() => {});
    await office.answer({ seq: 10, extra: null, users: [user("bob"), user("gone")] });
    await turned(clock, 1_000);
    await office.say({ type: "gap" });
    assert.equal(office.asked.at(-1), `GET ${USERS}`);
    await office.answer({ seq: 400, extra: null, users: [user("bob")] });
    assert.deepEqual([...team.now().users.keys()], ["bob"]);
  });

  test("an answer that was overtaken does not bring old figures back", async () => {
    const { office, clock, team } = open();
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
    const { office, clock, team } = open();
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
    const { office, clock, team } = open();
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
    const { office, clock, team } = open();
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
    const { office, clock, team } = open();
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
