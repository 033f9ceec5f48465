import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { createWords } from "../../extension/ui/words.js";
import { concerns } from "../../server/web/concern.js";
import { monthBefore, readDay, shifted } from "../../server/web/history/calendar.js";
import {
  ROWS_MAX,
  shelfOf,
  withMore,
  withNewest,
  withWaitingShown,
} from "../../server/web/history/entries.js";
import {
  apiQuery,
  daysOf,
  narrows,
  rangeQuery,
  readFilter,
} from "../../server/web/history/filters.js";
import { givenBack, returnText } from "../../server/web/history/given-back.js";
import {
  creditsText,
  noteTexts,
  sourceText,
  subjectPath,
  whenText,
} from "../../server/web/history/lines.js";
import { foundIn } from "../../server/web/history/users.js";
import { choiceOf, usageQuery } from "../../server/web/usage/ask.js";
import { OTHERS, SERIES_MAX, sheetOf } from "../../server/web/usage/sums.js";
import { english } from "./words.mjs";

const OWN = new URL("../../server/web/words/history.en.json", import.meta.url);
const en = { ...english, ...JSON.parse(readFileSync(OWN, "utf8")) };
const words = createWords({ en }, ["en-GB"]);
const PRESENT = { today: "2026-03-31", month: { from: "2026-02-28", to: "2026-03-30" } };
const filterOf = (query) => readFilter(new URLSearchParams(query));

describe("the address is the filter", () => {
  test("an empty one means everything", () => {
    const filter = filterOf("");
    assert.equal(filter.range, "all");
    assert.equal(narrows(filter), false);
    assert.equal(apiQuery(filter, daysOf(filter, PRESENT)), "");
  });

  test("everything it says is asked of the server", () => {
    const filter = filterOf("range=today&user=usr_1&kind=phone&action=reveal&source=extra&q=Ana");
    const asked = Object.fromEntries(
      new URLSearchParams(apiQuery(filter, daysOf(filter, PRESENT))),
    );
    assert.deepEqual(asked, {
      from: "2026-03-31",
      to: "2026-03-31",
      user: "usr_1",
      kind: "phone",
      action: "reveal",
      source: "extra",
      q: "Ana",
    });
    assert.equal(narrows(filter), true);
  });

  test("what it cannot mean is left out", () => {
    const filter = filterOf(
      "range=soon&kind=fax&action=reveal,steal&source=gift&from=2026-02-30&seq=-1",
    );
    assert.equal(filter.range, "all");
    assert.equal(filter.kind, "");
    assert.equal(filter.action, "reveal");
    assert.equal(filter.source, "");
    assert.equal(filter.from, null);
    assert.equal(filter.seq, null);
  });

  test("several kinds are one value, whatever their order", () => {
    assert.equal(filterOf("kind=phone,email,phone").kind, "email,phone");
  });

  test("days without a range are a custom one", () => {
    const filter = filterOf("from=2026-03-01");
    assert.equal(filter.range, "custom");
    assert.deepEqual(daysOf(filter, PRESENT), { from: "2026-03-01", to: null });
  });

  test("one entry has an address of its own", () => {
    assert.equal(filterOf("seq=1042").seq, 1042);
  });
});

describe("ranges", () => {
  const days = (range) => daysOf(filterOf(`range=${range}`), PRESENT);

  test("today is the org's day, and 90 days include it", () => {
    assert.deepEqual(days("today"), { from: "2026-03-31", to: "2026-03-31" });
    assert.deepEqual(days("90d"), { from: "2026-01-01", to: "2026-03-31" });
  });

  test("R12 this credit month is the license's, last month the calendar's", () => {
    assert.deepEqual(days("month"), PRESENT.month);
    assert.deepEqual(days("last_month"), { from: "2026-02-01", to: "2026-02-28" });
    assert.deepEqual(monthBefore("2026-01-31"), { from: "2025-12-01", to: "2025-12-31" });
  });

  test("a preset stays in the address by its name; a custom one begins with the days shown", () => {
    const shown = { from: "2026-03-01", to: "2026-03-31" };
    assert.deepEqual(rangeQuery("month", shown), { range: "month", from: null, to: null });
    assert.deepEqual(rangeQuery("all", shown), { range: null, from: null, to: null });
    assert.deepEqual(rangeQuery("custom", shown), { range: "custom", ...shown });
  });

  test("days move over the ends of months and leap years", () => {
    assert.equal(shifted("2028-03-01", -1), "2028-02-29");
    assert.equal(shifted("2026-12-31", 1), "2027-01-01");
    assert.equal(readDay("2026-02-29"), null);
    assert.equal(readDay("2028-02-29"), "2028-02-29");
  });
});

const TOTALS = { entries: 2, credits: 11, from_license: 11, from_extra: 0 };
const entry = (seq, over = {}) => ({
  seq,
  at: "2026-03-31T12:00:00Z",
  user: { id: "usr_bob", name: "Bob Reyes" },
  by: { type: "user", id: "usr_bob", name: "Bob Reyes" },
  action: "reveal",
  subject: { id: "con_1", type: "contact", name: "Ana Conceição" },
  kind: "phone",
  credits: 10,
  from_license: 8,
  from_extra: 2,
  license_left: 0,
  extra_left: 48,
  job: null,
  job_label: null,
  ref_seq: null,
  reversed_by: null,
  reason: null,
  granted: null,
  note: null,
  data: null,
  ...over,
});
const page = (seqs, next = null) => ({
  entries: seqs.map((seq) => entry(seq)),
  next_before: next,
  totals: TOTALS,
});
const seqs = (entries) => entries.map(({ seq }) => seq);

describe("entries that come while one reads", () => {
  const shelf = shelfOf(page([9, 8], 8));

  test("wait until they are wanted, newest first", () => {
    const next = withNewest(shelf, page([11, 10, 9], 9));
    assert.deepEqual(
      [seqs(next.waiting), seqs(next.shown)],
      [
        [11, 10],
        [9, 8],
      ],
    );
    const taken = withWaitingShown(next);
    assert.deepEqual([seqs(taken.waiting), seqs(taken.shown)], [[], [11, 10, 9, 8]]);
    assert.equal(taken.nextBefore, 8);
  });

  test("are not doubled when they are told twice", () => {
    const once = withNewest(shelf, page([10, 9], 9));
    assert.deepEqual(seqs(withNewest(once, page([10, 9], 9)).waiting), [10]);
  });

  test("of which there are more than a page are no continuation", () => {
    assert.equal(withNewest(shelf, page([99, 98], 98)), null);
  });

  test("fill a list that was empty", () => {
    const next = withNewest(shelfOf(page([])), page([1]));
    assert.deepEqual(seqs(withWaitingShown(next).shown), [1]);
  });

  test("R27 a reversal among them marks its charge", () => {
    const fresh = {
      ...page([9]),
      entries: [entry(10, { action: "reversal", ref_seq: 8 }), entry(9)],
    };
    const next = withNewest(shelf, fresh);
    assert.equal(next.shown[1].reversed_by, 10);
    assert.equal(next.shown[0].reversed_by, null);
  });

  test("a charge is known to be taken back also where the filter leaves reversals out", () => {
    const shelf = shelfOf(page([10, 9]));
    const again = page([10, 9]);
    again.entries[1].reversed_by = 11;
    const next = withNewest(shelf, again);
    assert.deepEqual(
      next.shown.map(({ reversed_by }) => reversed_by),
      [null, 11],
    );
  });

  test("push the oldest rows out of a full page, which can be loaded again", () => {
    const many = Array.from({ length: ROWS_MAX }, (_, i) => ROWS_MAX - i);
    const next = withWaitingShown(withNewest(shelfOf(page(many)), page([ROWS_MAX + 1, ROWS_MAX])));
    assert.equal(next.shown.length, ROWS_MAX);
    assert.equal(next.nextBefore, 2);
  });

  test("older ones are added at the end", () => {
    const next = withMore(shelf, page([7, 6]));
    assert.deepEqual(seqs(next.shown), [9, 8, 7, 6]);
    assert.equal(next.nextBefore, null);
  });
});

describe("whom a commit concerns", () => {
  const bob = { id: "usr_bob", role: "rep" };
  const changes = (action, by, to = 5) => ({ from: 5, to, items: [{ action, by: { id: by } }] });

  test("R30 a rep only by what is the rep's own, as far as it is told", () => {
    assert.equal(concerns(changes("reveal", "usr_jane"), bob), false);
    assert.equal(concerns(changes("reveal", "usr_bob"), bob), true);
    assert.equal(concerns(changes("reversal", "usr_alice"), bob), true);
    assert.equal(concerns(changes("reveal", "usr_jane", 6), bob), true);
  });

  test("an admin by everything", () => {
    assert.equal(concerns(changes("reveal", "usr_jane"), { id: "usr_alice", role: "admin" }), true);
  });
});

describe("R30 what an entry says", () => {
  const zone = words.format.inZone("America/New_York");
  const now = Date.parse("2026-03-31T12:00:00Z");

  test("when, by the org's days", () => {
    assert.equal(whenText(words, zone, "2026-03-31T04:30:00Z", now), "Today 00:30");
    assert.equal(whenText(words, zone, "2026-03-31T03:30:00Z", now), "Yesterday 23:30");
    assert.equal(whenText(words, zone, "2026-03-01T17:00:00Z", now), "1 Mar 12:00");
    assert.equal(whenText(words, zone, "2025-12-01T17:00:00Z", now), "1 Dec 2025 12:00");
  });

  test("where its credits came from and went", () => {
    assert.equal(sourceText(words, entry(1)), "8 license + 2 extra");
    assert.equal(sourceText(words, entry(1, { from_extra: 0 })), "license");
    const back = { action: "reversal", from_license: 0, from_extra: -2 };
    assert.equal(sourceText(words, entry(1, back)), "back to extra");
    assert.equal(sourceText(words, entry(1, { action: "hold" })), "8 license + 2 extra, on hold");
    const grant = { action: "grant", from_license: 0, from_extra: 0, granted: 15000 };
    assert.equal(sourceText(words, entry(1, grant)), "15,000 extra credits added");
  });

  test("its credits: less for a reversal, none for what spends none", () => {
    assert.equal(creditsText(words, entry(1)), "10");
    assert.equal(creditsText(words, entry(1, { action: "reversal", credits: -10 })), "−10");
    assert.equal(creditsText(words, entry(1, { action: "grant", credits: 0 })), "");
    assert.equal(creditsText(words, entry(1, { credits: 0 })), "0");
  });

  test("why, and who acted when it was not the user", () => {
    const alice = { type: "user", id: "usr_alice", name: "Alice Nakamura" };
    const reversal = entry(1, { action: "reversal", reason: "wrong_number", by: alice, note: "!" });
    assert.deepEqual(noteTexts(words, reversal), ["wrong number", "by Alice Nakamura", "!"]);
    assert.deepEqual(noteTexts(words, entry(1)), []);
  });

  test("what a setting was set to", () => {
    const set = (action, data) => noteTexts(words, entry(1, { action, data }))[0];
    assert.equal(set("cap", { cap: 0 }), "cap 0");
    assert.equal(set("cap", { cap: null }), "no cap");
    const license = { allotment: 2000, anchor: "2025-01-31" };
    assert.equal(set("license", license), "2,000 credits a month since 31 January 2025");
    const prices = { prices: { email: 1, phone: 10, personality: 100 }, own: false };
    assert.equal(set("prices", prices), "Email 1, Phone 10, Personality 100");
  });

  test("R4 who was erased has no page", () => {
    assert.equal(subjectPath(entry(1).subject), "/people/con_1");
    assert.equal(subjectPath({ id: "acc_1", type: "account", name: "Tyrell" }), "/companies/acc_1");
    assert.equal(subjectPath({ id: "con_1", type: "contact", name: "erased contact" }), null);
  });
});

describe("R27 what an admin's reversal gives back", () => {
  const charge = { from_license: 8, from_extra: 2 };

  test("each part to where it came from while the month is open", () => {
    const given = givenBack(charge, "2026-03-01", "2026-03-01");
    assert.deepEqual(given, { license: 8, extra: 2, lost: 0, credits: 10 });
    const text = returnText(words, given, "Bob");
    assert.equal(
      text,
      "8 credits go back to the license of Bob. 2 credits go back to the extra credits.",
    );
  });

  test("of a closed month only what was extra", () => {
    const given = givenBack(charge, "2026-02-27", "2026-02-28");
    assert.deepEqual(given, { license: 0, extra: 2, lost: 8, credits: 2 });
    assert.match(returnText(words, given, "Bob"), /8 credits .* are not given back/);
  });
});

describe("users are found", () => {
  const users = [
    { id: "1", name: "Bob Reyes", email: "bob@acme.example" },
    { id: "2", name: "Šimon Bobek", email: "simon@acme.example" },
    { id: "3", name: "Jane Okafor", email: "jane@acme.example" },
  ];
  const found = (text, most = 9) => foundIn(users, text, most).map(({ id }) => id);

  test("by any part of name and address, without accents, those first that begin so", () => {
    assert.deepEqual(found("bob"), ["1", "2"]);
    assert.deepEqual(found("simon"), ["2"]);
    assert.deepEqual(found("okafor jane"), ["3"]);
    assert.deepEqual(found("acme", 2).length, 2);
    assert.deepEqual(found("zoe"), []);
  });
});

describe("the chart", () => {
  const sums = (credits) => ({ entries: 1, credits, from_license: credits, from_extra: 0 });
  const buckets = [
    { start: "2026-03-30", groups: { phone: sums(20), email: sums(3) } },
    { start: "2026-03-31", groups: { phone: sums(-10) } },
  ];

  test("has a figure for each bucket and group, in the order of kinds", () => {
    const sheet = sheetOf(buckets, ["email", "phone"]);
    assert.deepEqual(sheet.series, [
      { key: "email", credits: [3, 0], total: 3 },
      { key: "phone", credits: [20, -10], total: 10 },
    ]);
    assert.deepEqual([sheet.totals, sheet.total], [[23, -10], 13]);
  });

  test("shows the first ones of many users and the rest as others, and loses nothing", () => {
    const groups = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`usr_${i}`, sums(i + 1)]),
    );
    const sheet = sheetOf([{ start: "2026-03-01", groups }], []);
    assert.equal(sheet.series.length, SERIES_MAX);
    assert.equal(sheet.series[0].key, "usr_11");
    assert.deepEqual(sheet.series.at(-1), { key: OTHERS, credits: [15], total: 15 });
    assert.equal(sheet.total, 78);
  });

  test("takes buckets that fit the days unless the address says others", () => {
    const choice = (query, from, to) =>
      choiceOf(new URLSearchParams(query), ["kind", "user"], { user: null, from, to });
    assert.equal(choice("", "2026-03-01", "2026-03-31").bucket, "day");
    assert.equal(choice("", "2026-01-01", "2026-03-31").bucket, "week");
    assert.equal(choice("", null, null).bucket, "month");
    assert.deepEqual(choice("bucket=week&group=user&view=table", null, null), {
      bucket: "week",
      group: "user",
      view: "table",
    });
    assert.equal(choice("group=action", null, null).group, "kind");
  });

  test("asks for the same days, user and filter as the list", () => {
    const scope = { user: "usr_1", from: "2026-03-01", to: null };
    const choice = { bucket: "day", group: "kind", view: "chart" };
    const asked = "bucket=day&group=kind&from=2026-03-01&user=usr_1";
    assert.equal(usageQuery(scope, choice), asked);
    const narrowed = { kind: "phone", action: "", source: "", q: "" };
    assert.equal(usageQuery({ ...scope, narrowed }, choice), `${asked}&kind=phone`);
  });

  test("asks for as many users as can be told apart", () => {
    const scope = { user: null, from: null, to: null };
    const choice = { bucket: "month", group: "user", view: "chart" };
    assert.equal(usageQuery(scope, choice), `bucket=month&group=user&top=${SERIES_MAX - 1}`);
  });
});
