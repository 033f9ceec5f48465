import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accountText, difference } from "../../extension/ui/account.js";
import { figureLines } from "../../extension/ui/figures.js";
import { fileName } from "../../extension/ui/file-name.js";
import { heldText, jobTitle, statusText } from "../../extension/ui/job.js";
import { markText } from "../../extension/ui/picking.js";
import { isStartable, messageText, partsText, startText } from "../../extension/ui/quote.js";
import { job } from "./fakes.mjs";
import { speak } from "./words.mjs";

const words = speak("en-GB");
const SERVER = "https://credits.example.com";

describe("a quote", () => {
  test("the price is on the button", () => {
    const text = (quote) => startText(words, job({ quote }));
    assert.equal(text({}), "Export 20 for 12 credits");
    assert.equal(text({ credits: 1 }), "Export 20 for 1 credit");
    assert.equal(text({ rows: 1234, credits: 0 }), "Export 1,234 for free");
    assert.equal(startText(words, job({ action: "import" })), "Import 20 for 12 credits");
  });

  test("R9 it says how much comes from where", () => {
    const parts = (from_license, from_extra) => partsText(words, { from_license, from_extra });
    assert.equal(parts(10, 2), "10 from your license, 2 from extra");
    assert.equal(parts(0, 1000), "1,000 from extra");
    assert.equal(parts(0, 0), "");
  });

  test("R7 what is missing is told with whom to ask", () => {
    const short = job({ quote: { affordable: false, short_by: 14 } });
    assert.equal(
      messageText(words, short, null, SERVER),
      "14 credits are missing. Ask your admin for more, or select fewer people.",
    );
    assert.equal(messageText(words, job(), null, SERVER), "");
  });

  test("R26 a quote above what it may cost at the most has no button and says why", () => {
    const dear = job({ max_credits: 11 });
    assert.equal(isStartable(dear), false);
    assert.match(messageText(words, dear, null, SERVER), /more than the 11 credits .* at the most/);
    assert.equal(isStartable(job({ max_credits: 12 })), true);
  });

  test("what cannot be paid has no button, what is free always has", () => {
    assert.equal(isStartable(job({ quote: { affordable: false, short_by: 3 } })), false);
    assert.equal(isStartable(job({ quote: { affordable: false, credits: 0 } })), true);
    assert.equal(isStartable(job({ status: "expired" })), false);
  });

  test("a quote past its time, and one that has changed, say that nothing was charged", () => {
    assert.match(
      messageText(words, job({ status: "expired" }), null, SERVER),
      /nothing was charged/,
    );
    const problem = { status: 409, code: "quote_changed", title: "", detail: "" };
    assert.match(messageText(words, job(), problem, SERVER), /nothing was charged.*decide again/);
  });

  test("several kinds have a column each, a single one none", () => {
    const rows = { rows: 20, found: 19 };
    const names = ["rows", "found"];
    const one = figureLines(names, rows, ["email"], { email: rows });
    assert.deepEqual(one[1], { name: "found", numbers: [19] });
    const byKind = { email: rows, phone: { rows: 20, found: 8 } };
    const two = figureLines(names, rows, ["email", "phone"], byKind);
    assert.deepEqual(two[1], { name: "found", numbers: [19, 19, 8] });
  });
});

describe("a job", () => {
  const settlement = (over) => ({
    charged: 12,
    already_owned: 6,
    duplicates: 1,
    not_found: 1,
    over_hold: 0,
    credits: 12,
    from_license: 12,
    from_extra: 0,
    seq: 40,
    by_kind: {},
    ...over,
  });
  const completed = (over) =>
    statusText(words, job({ status: "completed", settlement: settlement(over) }));

  test("its name is its label, or what and how many", () => {
    assert.equal(jobTitle(words, job()), "Export of 20 rows");
    assert.equal(jobTitle(words, job({ label: "West coast VPs" })), "West coast VPs");
  });

  test("R20 completed it says what was charged, and from where", () => {
    assert.equal(completed(), "12 credits charged, from your license.");
    const extra = { credits: 1, from_license: 0, from_extra: 1 };
    assert.equal(completed(extra), "1 credit charged, from extra credits.");
    assert.equal(
      completed({ from_license: 10, from_extra: 2 }),
      "12 credits charged: 10 from your license, 2 from extra.",
    );
  });

  test("what could not be settled is told with the bill", () => {
    const left = job({ status: "completed", settlement: settlement(), error: "1 row left out." });
    assert.match(statusText(words, left), /license\. 1 row left out\.$/);
  });

  test("R2 R31 what was free says why", () => {
    const free = { credits: 0, charged: 0, from_license: 0 };
    assert.match(completed({ ...free, already_owned: 19 }), /already owned everything/);
    assert.match(completed({ ...free, already_owned: 0, duplicates: 0 }), /nothing was found/);
  });

  test("R21 ended otherwise it says that nothing was charged", () => {
    for (const status of ["stopped", "failed", "expired"]) {
      assert.match(statusText(words, job({ status })), /Nothing was charged/);
    }
    const failed = job({ status: "failed", error: "It ran too long; nothing was charged." });
    assert.match(statusText(words, failed), /^It ran too long; nothing was charged\. What was on/);
  });

  test("settling says why there is no Stop", () => {
    assert.match(statusText(words, job({ status: "settling" })), /no longer be stopped/);
  });

  test("R20 what it holds is told until it is being charged, then by the battery alone", () => {
    assert.equal(heldText(words, job({ status: "running" })), "12 credits on hold");
    assert.equal(heldText(words, job({ status: "settling" })), "");
    assert.equal(heldText(words, job({ status: "running", quote: { credits: 0 } })), "");
  });
});

describe("the account of differences", () => {
  const reader = { userName: "Bob Reyes", nowMs: new Date(2026, 10, 23, 12).getTime() };
  const at = (hours, minutes, day = 23) => new Date(2026, 10, day, hours, minutes).toISOString();
  const text = (over) =>
    accountText(
      words,
      {
        why: "already_owned",
        count: 20,
        credits: -20,
        kind: "email",
        by: null,
        action: null,
        ...over,
      },
      reader,
    );

  test("who came first is named with the time", () => {
    const jane = { by: "Jane Okafor", action: "reveal", first_at: at(9, 41), last_at: at(9, 45) };
    assert.equal(text(jane), "20 emails revealed by Jane Okafor, 09:41–09:45");
    const bulk = { ...jane, action: "import", kind: "phone", count: 1, last_at: at(9, 41) };
    assert.equal(text(bulk), "1 phone imported by Jane Okafor, 09:41");
    assert.match(text({ ...jane, first_at: at(9, 41, 22) }), /22 Nov 09:41–09:45$/);
  });

  test("one's own are told as one's own", () => {
    const own = { by: "Bob Reyes", action: "export", first_at: at(9, 41), last_at: at(9, 41) };
    assert.equal(text(own), "20 emails exported by you, 09:41");
  });

  test("every reason has a sentence, also one this version does not know", () => {
    const reasons = [
      "already_owned",
      "reversed",
      "found",
      "not_found",
      "over_hold",
      "duplicate",
      "first_of_piece",
      "price",
    ];
    const sentences = reasons.map((why) => text({ why, kind: null }));
    assert.equal(new Set(sentences).size, reasons.length);
    assert.equal(text({ why: "moon", kind: null }), "20 pieces: moon");
  });

  test("the difference is a figure with its sign, and words for screen readers", () => {
    assert.deepEqual(difference(words, -20), { figure: "−20", label: "20 credits less" });
    assert.deepEqual(difference(words, 1), { figure: "+1", label: "1 credit more" });
    assert.deepEqual(difference(words, 0), { figure: "", label: "" });
  });
});

describe("marks and files", () => {
  test("a mark says in words what it shows", () => {
    assert.equal(
      markText(words, "email", "owned", "Jane Okafor"),
      "Email: revealed by Jane Okafor",
    );
    assert.equal(markText(words, "phone", "available", null), "Phone: available");
    assert.equal(markText(words, "personality", "not_found", null), "Personality: nothing known");
  });

  test("a file is named as the server says, in any script", () => {
    const plain = 'attachment; filename="export-2026-11-23.csv"';
    assert.equal(fileName(plain), "export-2026-11-23.csv");
    assert.equal(fileName(`${plain}; filename*=UTF-8''K%C3%BCste.csv`), "Küste.csv");
    assert.equal(fileName("attachment; filename*=UTF-8''%E0%A4%A"), null);
    assert.equal(fileName(""), null);
  });
});
