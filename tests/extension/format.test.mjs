import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createFormat, daysLeft, gaugeParts } from "../../extension/ui/format.js";

const english = createFormat({ numbers: "en-GB", dates: "en-GB" });
const german = createFormat({ numbers: "de-DE", dates: "de-DE" });

describe("figures", () => {
  test("thousands are separated as the user's locale does", () => {
    assert.equal(english.number(1234567), "1,234,567");
    assert.equal(german.number(1234567), "1.234.567");
  });

  test("the badge never has more than four characters nor promises more than there is", () => {
    const cases = {
      0: "0",
      7: "7",
      1840: "1840",
      9999: "9999",
      10000: "10k",
      12999: "12k",
      999999: "999k",
      1000000: "1M",
      1299999: "1.2M",
      9999999: "9.9M",
      10500000: "10M",
    };
    for (const [n, text] of Object.entries(cases)) {
      assert.equal(english.compact(Number(n)), text);
      assert.ok(text.length <= 4);
    }
    assert.equal(german.compact(1_250_000), "1,2M");
  });
});

describe("dates", () => {
  test("a day of the org's zone is not moved by the browser's zone", () => {
    assert.equal(english.day("2026-12-14"), "14 Dec");
    assert.equal(english.longDay("2026-12-14"), "14 December 2026");
    assert.equal(german.longDay("2026-12-14"), "14. Dezember 2026");
  });

  test("a month says its year", () => {
    assert.equal(english.month("2026-12-01"), "Dec 2026");
    assert.equal(german.month("2026-12-01"), "Dez. 2026");
  });

  test("an instant is told by the clocks of the org's zone, whatever the browser's are", () => {
    const newYork = english.inZone("America/New_York");
    const instant = "2026-11-03T04:30:07Z";
    assert.equal(newYork.date(instant), "2026-11-02");
    assert.equal(newYork.date(Date.parse(instant)), "2026-11-02");
    assert.equal(newYork.clock(instant), "23:30");
    assert.equal(newYork.full(instant), "2 November 2026 at 23:30:07 GMT-5");
    assert.equal(english.inZone("Asia/Kathmandu").clock(instant), "10:15");
  });

  test("an instant of another year says the year", () => {
    const now = Date.parse("2026-11-23T12:00:00Z");
    assert.equal(english.instantDay("2026-05-03T12:00:00Z", now), "3 May");
    assert.equal(english.instantDay("2024-05-03T12:00:00Z", now), "3 May 2024");
  });

  test("R14 days that are left include today", () => {
    const resets = "2026-12-15T05:00:00Z";
    assert.equal(daysLeft(resets, Date.parse("2026-12-14T05:00:01Z")), 1);
    assert.equal(daysLeft(resets, Date.parse("2026-12-09T04:00:00Z")), 7);
    assert.equal(daysLeft(resets, Date.parse("2026-12-16T00:00:00Z")), 0);
  });
});

describe("gauge", () => {
  const parts = (remaining, held, whole) => gaugeParts({ remaining, held, whole });

  test("left and held share the cell", () => {
    assert.deepEqual(parts(1640, 120, 2000), { left: 82, held: 6 });
  });

  test("what is not zero is visible, what is not full does not look full", () => {
    assert.equal(parts(1, 0, 2_000_000).left, 1);
    assert.equal(parts(1_999_999, 0, 2_000_000).left, 99);
    assert.equal(parts(2000, 0, 2000).left, 100);
    assert.equal(parts(0, 0, 2000).left, 0);
  });

  test("together they never exceed the cell", () => {
    const { left, held } = parts(1999, 1, 2000);
    assert.equal(left + held, 100);
  });

  test("an allotment of nothing is an empty cell", () => {
    assert.deepEqual(parts(0, 0, 0), { left: 0, held: 0 });
  });
});
