import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";

import { createAgo } from "../../server/web/admin/ago.js";
import {
  extraTaken,
  nextTurn,
  statusOf,
  totalsOf,
  withPool,
} from "../../server/web/admin/members.js";
import { createSettledOrder } from "../../server/web/admin/settled-order.js";
import { arrange, pageOf, pressedSort, readView } from "../../server/web/admin/table-view.js";
import { daysOf, readRange, todayIn, topSpenders } from "../../server/web/admin/usage-range.js";
import { watchDay } from "../../server/web/day-watch.js";
import { battery, extra, adminUser as user, withLeft } from "./fakes.mjs";

const POOL = { granted: 100, used: 20, held: 0, remaining: 80 };

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

describe("the org's usage", () => {
  test("an address names a range, and nonsense is this month", () => {
    assert.equal(readRange("90d"), "90d");
    for (const text of [null, "", "year2", "toString"]) assert.equal(readRange(text), "month");
  });

  test("a range is days of the calendar, both included", () => {
    const today = "2026-03-15";
    assert.deepEqual(daysOf("month", today), { from: "2026-03-01", to: today });
    assert.deepEqual(daysOf("last_month", today), { from: "2026-02-01", to: "2026-02-28" });
    assert.deepEqual(daysOf("90d", today), { from: "2025-12-16", to: today });
    assert.deepEqual(daysOf("year", today), { from: "2025-03-16", to: today });
    assert.deepEqual(daysOf("all", today), { from: null, to: null });
  });

  test("a page left open over midnight follows the day, until it has", () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const page = { today: "2026-03-15", written: "", turns: 0 };
    const stop = watchDay(
      () => page.today,
      () => page.written,
      () => {
        page.turns += 1;
      },
    );
    try {
      mock.timers.tick(30_000);
      assert.equal(page.turns, 0, "nothing is shown yet");
      page.written = "2026-03-14";
      mock.timers.tick(60_000);
      assert.equal(page.turns, 2, "what could not be written is tried again");
      page.written = page.today;
      mock.timers.tick(60_000);
      assert.equal(page.turns, 2);
      stop();
      page.today = "2026-03-16";
      mock.timers.tick(60_000);
      assert.equal(page.turns, 2, "the page was left");
    } finally {
      mock.timers.reset();
    }
  });

  test("today is the org's, not the browser's", () => {
    const at = Date.parse("2026-03-01T03:00:00Z");
    assert.equal(todayIn("America/New_York", at), "2026-02-28");
    assert.equal(todayIn("Asia/Tokyo", at), "2026-03-01");
  });

  test("who spent most comes first, over all buckets, and the summed-up others are nobody", () => {
    const sums = (credits) => ({ credits, entries: 1 });
    const buckets = [
      { groups: { usr_bob: sums(5), others: sums(90) } },
      { groups: { usr_jane: sums(7), usr_bob: sums(4) } },
    ];
    assert.deepEqual(topSpenders(buckets, { usr_bob: "Bob", usr_jane: "Jane" }), [
      { id: "usr_bob", name: "Bob", credits: 9, entries: 2 },
      { id: "usr_jane", name: "Jane", credits: 7, entries: 1 },
    ]);
  });
});
