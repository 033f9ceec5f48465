import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { createWords } from "../../extension/ui/words.js";
import { faultOf, sizeText, uploadName } from "../../server/web/jobs/file-checks.js";
import {
  filterOf,
  matches,
  pathOf,
  withFresh,
  withJob,
  withMore,
} from "../../server/web/jobs/listing.js";
import { findsPeople, isSame, remapped, sampleOf } from "../../server/web/jobs/mapping.js";
import {
  creditsTold,
  factsOf,
  othersStatusText,
  shortStatus,
} from "../../server/web/jobs/sentences.js";
import { isCut, toldAnew } from "../../server/web/jobs/told-anew.js";
import { job } from "./fakes.mjs";
import { english } from "./words.mjs";

const OWN = new URL("../../server/web/words/jobs.en.json", import.meta.url);
const words = createWords({ en: { ...english, ...JSON.parse(readFileSync(OWN, "utf8")) } }, [
  "en-GB",
]);
const ALL = { user: null, action: null, status: null };

/** Made at this second of a minute. */
const made = (second, over = {}) =>
  job({
    id: `job_${second}`,
    created_at: `2026-11-23T10:00:${String(second).padStart(2, "0")}Z`,
    ...over,
  });
const ids = ({ jobs }) => jobs.map(({ id }) => id);

describe("the list of jobs", () => {
  test("the address says which are listed, and nonsense in it counts as nothing", () => {
    const filter = (text) => filterOf(new URLSearchParams(text), "usr_bob");
    assert.deepEqual(filter("who=me&action=import&status=running"), {
      user: "usr_bob",
      action: "import",
      status: "running",
    });
    assert.deepEqual(filter("who=jane&action=steal&status="), ALL);
  });

  test("the server is asked for what is listed and nothing else", () => {
    assert.equal(pathOf(ALL, 20), "/api/v1/jobs?limit=20");
    const filter = { user: "usr_bob", action: "export", status: "quoted" };
    assert.equal(
      pathOf(filter, 20, "job_7"),
      "/api/v1/jobs?limit=20&user=usr_bob&action=export&status=quoted&before=job_7",
    );
  });

  test("a new job comes on top, a known one stays in its place", () => {
    const listing = { jobs: [made(5), made(3)], next: "job_3" };
    assert.deepEqual(ids(withJob(listing, made(9), ALL)), ["job_9", "job_5", "job_3"]);
    const moved = withJob(listing, made(3, { status: "running" }), ALL);
    assert.deepEqual(ids(moved), ["job_5", "job_3"]);
    assert.equal(moved.jobs[1].status, "running");
  });

  test("an older job than those loaded comes with its page", () => {
    assert.deepEqual(ids(withJob({ jobs: [made(5)], next: "job_5" }, made(1), ALL)), ["job_5"]);
    assert.deepEqual(ids(withJob({ jobs: [made(5)], next: null }, made(1), ALL)), [
      "job_5",
      "job_1",
    ]);
  });

  test("a job that is no longer like the filter leaves the list", () => {
    const filter = { ...ALL, status: "running" };
    const listing = { jobs: [made(5, { status: "running" })], next: null };
    assert.deepEqual(ids(withJob(listing, made(5, { status: "completed" }), filter)), []);
    assert.equal(matches(made(1), { ...ALL, user: "usr_jane" }), false);
  });

  test("what is fetched again replaces the newest and leaves older pages", () => {
    const listing = { jobs: [made(5), made(4), made(2)], next: "job_2" };
    const fresh = { jobs: [made(6), made(5, { status: "running" })], next_before: "job_5" };
    const now = withFresh(listing, fresh);
    assert.deepEqual([ids(now), now.next], [["job_6", "job_5", "job_4", "job_2"], "job_2"]);
    const whole = withFresh(listing, { jobs: [made(6)], next_before: null });
    assert.deepEqual([ids(whole), whole.next], [["job_6"], null]);
  });

  test("a further page repeats nobody", () => {
    const listing = { jobs: [made(5), made(4)], next: "job_4" };
    const now = withMore(listing, { jobs: [made(4), made(3)], next_before: null });
    assert.deepEqual([ids(now), now.next], [["job_5", "job_4", "job_3"], null]);
  });
});

describe("R25 the columns of a file", () => {
  const mapping = { email: "E-mail", name: "Name" };

  test("a column is one thing: taken for one field, it is no other's", () => {
    assert.deepEqual(remapped(mapping, "company", "Name"), { email: "E-mail", company: "Name" });
    assert.deepEqual(remapped(mapping, "name", ""), { email: "E-mail" });
    assert.deepEqual(remapped(mapping, "name", "Name"), mapping);
  });

  test("only another choice is a change", () => {
    assert.equal(isSame(mapping, { name: "Name", email: "E-mail" }), true);
    assert.equal(isSame(mapping, { email: "E-mail" }), false);
  });

  test("the first rows show what a column holds, without what is empty", () => {
    const file = { name: "a.csv", columns: ["E-mail", "Note"] };
    const sample = [["a@x.test", ""], ["b@x.test", " "], ["a@x.test"]];
    assert.deepEqual(sampleOf({ file, sample }, "E-mail"), ["a@x.test", "b@x.test"]);
    assert.deepEqual(sampleOf({ file, sample }, "Note"), []);
    assert.deepEqual(sampleOf({ file, sample }, undefined), []);
  });

  test("a name alone finds nobody", () => {
    assert.equal(findsPeople({ name: "Name" }), false);
    assert.equal(findsPeople({ last_name: "Name", company: "Firma" }), true);
    assert.equal(findsPeople({ url: "Profil" }), true);
    assert.equal(findsPeople({}), false);
  });
});

describe("what a message leaves out", () => {
  const problems = Array.from({ length: 30 }, (_, line) => ({ line, reason: "no address" }));
  const whole = job({ problems, problem_count: 30, sample: [["a"]], columns: { email: "A" } });

  test("stays as it was known, as long as it is about the same rows", () => {
    const told = toldAnew(whole, { ...whole, sample: [], problems: problems.slice(0, 20) });
    assert.deepEqual([told.sample, told.problems.length, isCut(told)], [[["a"]], 30, false]);
  });

  test("is asked for when it is about other columns", () => {
    const other = { ...whole, columns: { email: "B" }, problems: problems.slice(0, 20) };
    const told = toldAnew(whole, other);
    assert.deepEqual([told.problems.length, isCut(told)], [20, true]);
  });

  test("more problems than an answer lists are not waited for", () => {
    const many = Array.from({ length: 1_000 }, (_, line) => ({ line, reason: "" }));
    assert.equal(isCut(job({ problems: many, problem_count: 5_000 })), false);
  });
});

describe("a file before it is sent", () => {
  const fault = (name, size) => faultOf({ name, size }, 50_000_000);

  test("what cannot be an import is refused, what may be one is not", () => {
    assert.equal(fault("people.csv", 10), null);
    assert.equal(fault("PEOPLE.XLSX", 50_000_000), null);
    assert.equal(fault("people", 10), null);
    assert.equal(fault("people.xls", 10), "import_other_type");
    assert.equal(fault("people.PDF", 0), "import_other_type");
    assert.equal(fault("people.csv", 0), "import_empty");
    assert.equal(fault("people.csv", 50_000_001), "import_too_large");
  });

  test("R11 the same upload has the same name, another one another", () => {
    const file = { name: "a.csv", size: 3, lastModified: 7 };
    const name = uploadName(file, { kinds: "email", label: "A" });
    assert.equal(uploadName({ ...file }, { label: "A", kinds: "email" }), name);
    assert.notEqual(uploadName({ ...file, lastModified: 8 }, { kinds: "email", label: "A" }), name);
    assert.notEqual(uploadName(file, { kinds: "email,phone", label: "A" }), name);
  });

  test("sizes are told as people say them", () => {
    const told = [12, 999_999, 1_234_567].map((bytes) => sizeText(bytes, "en-GB"));
    assert.deepEqual(told, ["12 byte", "1,000 kB", "1.2 MB"]);
  });
});

describe("jobs in words", () => {
  const settlement = { credits: 12 };

  test("an admin reads of another's job who pays for it", () => {
    const told = (over) => othersStatusText(words, job(over));
    assert.equal(told({}), "A quote; only Bob Reyes can start it.");
    assert.equal(told({ status: "completed", settlement }), "12 credits charged to Bob Reyes.");
    assert.equal(told({ status: "stopped" }), "Stopped. Nothing was charged.");
    assert.equal(told({ status: "failed", error: "It broke." }), "It broke. Nothing was charged.");
    assert.match(told({ status: "running" }), /Nothing has been charged yet/);
  });

  test("a list tells quoted, held and charged credits apart", () => {
    const told = (over) => Object.values(creditsTold(words, job(over))).join(" ");
    assert.equal(told({}), "12 quoted");
    assert.equal(told({ status: "running" }), "12 on hold");
    assert.equal(told({ status: "completed", settlement: { credits: 9 } }), "9 charged");
    assert.equal(told({ status: "expired" }), "0 charged");
  });

  test("a quote that was never started is discarded, not stopped", () => {
    assert.equal(shortStatus(words, job({ status: "stopped" })), "Stopped");
    const discarded = job({ status: "stopped", started_at: null });
    assert.equal(shortStatus(words, discarded), "Discarded");
  });

  test("whose it is, is told to others alone", () => {
    const nowMs = Date.parse("2026-11-23T12:00:00Z");
    const facts = (me) => factsOf(words, job({ kinds: ["email", "phone"] }), { me, nowMs });
    assert.deepEqual(facts("usr_bob").slice(0, 2), ["Export", "Email, Phone"]);
    assert.equal(facts("usr_bob").includes("Bob Reyes"), false);
    assert.equal(facts("usr_alice").includes("Bob Reyes"), true);
  });
});
