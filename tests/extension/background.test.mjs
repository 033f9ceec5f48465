import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { beforeEach, describe, test } from "node:test";

import { approvalPage, readServer } from "../../extension/background/address.js";
import { badgeOf } from "../../extension/background/badge.js";
import { clientName } from "../../extension/background/client.js";
import { createFigures, isNewer, withNews } from "../../extension/background/figures.js";
import { createPairing, hashOf } from "../../extension/background/pairing.js";
import { createSpending } from "../../extension/ui/revealing.js";
import { createUnanswered } from "../../extension/ui/unanswered.js";
import { battery, createFakeClock, createFakeStore, settled } from "./fakes.mjs";
import { speak } from "./words.mjs";

const LOST = { ok: false, problem: { status: 0, code: "unreachable", title: "", detail: "" } };
const REFUSED = { ok: false, problem: { status: 402, code: "insufficient_credits", detail: "" } };
const CHARGED = { ok: true, status: 200, value: { results: [] } };

describe("server address", () => {
  test("what people type becomes an origin", () => {
    const typed = {
      "https://credits.example.com/": "https://credits.example.com",
      "credits.example.com": "https://credits.example.com",
      " http://127.0.0.1:8000/pair ": "http://127.0.0.1:8000",
      "127.0.0.1:8123": "http://127.0.0.1:8123",
      localhost: "http://localhost",
      "HTTPS://Credits.Example.com": "https://credits.example.com",
    };
    for (const [text, server] of Object.entries(typed)) {
      assert.deepEqual(readServer(text), { ok: true, server });
    }
  });

  test("anything else is refused, and so is http to another machine", () => {
    for (const text of ["", "   ", "javascript:alert(1)", "ftp://x.example", "http://"]) {
      assert.deepEqual(readServer(text), { ok: false, why: "bad" });
    }
    assert.deepEqual(readServer("http://credits.example.com"), { ok: false, why: "insecure" });
  });

  test("only a page of the server itself is opened for approval", () => {
    const server = "https://credits.example.com";
    assert.equal(approvalPage(server, `${server}/pair?code=A`), `${server}/pair?code=A`);
    assert.equal(approvalPage(server, "/pair?code=A"), `${server}/pair?code=A`);
    assert.equal(approvalPage(server, "https://evil.example/pair"), null);
    assert.equal(approvalPage(server, "javascript:alert(1)"), null);
  });
});

describe("badge", () => {
  const words = speak("en-GB");
  const view = (over) => ({
    phase: "signed_in",
    link: "live",
    as_of_ms: null,
    battery: battery(),
    ...over,
  });

  test("R33 the level is told by colour and in words", () => {
    const ok = badgeOf(words, view());
    assert.equal(ok.text, "1840");
    assert.equal(ok.title, "1,840 of 2,000 license credits left until 14 Dec. OK.");
    const low = badgeOf(words, view({ battery: battery({ level: "critical" }) }));
    assert.notEqual(low.color, ok.color);
    assert.match(low.title, /Very low/);
  });

  test("a stale figure is told as stale", () => {
    const { title, color } = badgeOf(words, view({ link: "offline", as_of_ms: 0 }));
    assert.match(title, /^Offline: 1,840 credits were left at \d\d:\d\d\.$/);
    assert.notEqual(color, badgeOf(words, view()).color);
  });

  test("signed out there is no figure", () => {
    const { text, title } = badgeOf(words, view({ phase: "signed_out" }));
    assert.equal(text, "");
    assert.match(title, /not connected/);
  });
});

describe("figures", () => {
  test("the newest battery wins, an older one on a slower way does not", () => {
    assert.equal(isNewer(null, battery()), true);
    assert.equal(isNewer(battery({ seq: 10 }), battery({ seq: 9 })), false);
    assert.equal(isNewer(battery({ seq: 10 }), battery({ seq: 10 })), true);
  });

  test("R14 at an equal seq the old month does not come back", () => {
    const turned = battery();
    turned.license = { ...turned.license, starts_on: "2026-12-15" };
    assert.equal(isNewer(battery(), turned), true);
    assert.equal(isNewer(turned, battery()), false);
  });

  test("colleagues' reveals are counted, one's own are not", () => {
    const item = (id, name, kind = "email") => ({ by: { id, name }, kind, action: "reveal" });
    const items = [item("usr_j", "Jane"), item("usr_b", "Bob"), item("usr_j", "Jane")];
    const lines = withNews([], items, "usr_b", 0);
    assert.deepEqual(
      lines.map(({ by, count }) => [by, count]),
      [["Jane", 2]],
    );
  });

  test("what is ten minutes old is not just now", () => {
    const old = [{ by: "Jane", kind: "email", action: "reveal", count: 1, at_ms: 0 }];
    assert.deepEqual(withNews(old, [], "usr_b", 600_000), []);
  });

  test("the next worker goes on from the last one's position", async () => {
    const store = createFakeStore();
    const first = createFigures(store, () => 5);
    first.battery(battery());
    await first.mark({ epoch: "e1", seq: 10 });
    const second = createFigures(store, () => 6);
    await second.load();
    assert.deepEqual(second.get().position, { epoch: "e1", seq: 10 });
    assert.equal(second.get().battery.seq, 10);
    await second.forget();
    assert.equal(second.get().battery, null);
    assert.equal(store.kept.size, 0);
  });
});

describe("spending", () => {
  const request = { type: "reveal", subject: "con_1", kind: "email", price: 1 };
  let sent;
  let answer;
  let store;
  let spending;

  beforeEach(() => {
    sent = [];
    answer = CHARGED;
    store = createFakeStore();
    spending = create();
  });

  function create() {
    let n = 0;
    const newKey = () => `key-${sent.length}-${n++}`;
    return createSpending({
      call: async (_method, _path, options) => {
        sent.push(options);
        return answer;
      },
      unanswered: createUnanswered({ store, now: () => 0, newKey }),
    });
  }

  test("the price on the button is the most that may be charged", async () => {
    await spending.reveal(request);
    assert.deepEqual(sent[0].body, {
      items: [{ subject: "con_1", kinds: ["email"] }],
      max_credits: 1,
    });
  });

  test("two clicks are one request", async () => {
    const [first, second] = await Promise.all([spending.reveal(request), spending.reveal(request)]);
    assert.equal(first, second);
    assert.equal(sent.length, 1);
    assert.deepEqual(spending.pending("con_1"), []);
  });

  test("a reveal under way is told as pending", async () => {
    const running = spending.reveal(request);
    assert.deepEqual(spending.pending("con_1"), ["email"]);
    await running;
  });

  test("R11 a lost answer is asked for with the same key, also by the next worker", async () => {
    answer = LOST;
    await spending.reveal(request);
    spending = create();
    answer = CHARGED;
    await spending.reveal(request);
    assert.equal(sent[0].key, sent[1].key);
  });

  test("R11 after an answer, also a refusal, the key is done with", async () => {
    answer = REFUSED;
    await spending.reveal(request);
    await spending.reveal(request);
    assert.notEqual(sent[0].key, sent[1].key);
    assert.deepEqual(store.kept.get("unanswered"), {});
  });

  test("at another price it is another request", async () => {
    answer = LOST;
    await spending.reveal(request);
    await spending.reveal({ ...request, price: 2 });
    assert.notEqual(sent[0].key, sent[1].key);
  });

  test("a key older than the server keeps is not used", async () => {
    const old = { "con_1 email 1": { key: "old", at_ms: -24 * 3_600_000 } };
    store = createFakeStore({ unanswered: old });
    spending = create();
    await spending.reveal(request);
    assert.notEqual(sent[0].key, "old");
  });
});

describe("pairing", () => {
  const started = {
    code: "WXYZ-1234",
    verification_url: "https://credits.example.com/pair?code=WXYZ-1234",
    poll_every_s: 1,
    expires_at: "2099-01-01T00:00:00Z",
  };
  let clock;
  let sent;
  let answers;
  let opened;
  let outcome;
  let store;
  let pairing;

  beforeEach(() => {
    clock = createFakeClock();
    sent = [];
    answers = [];
    opened = [];
    outcome = [];
    store = createFakeStore();
    pairing = create();
  });

  function create() {
    return createPairing({
      call: async (_method, path, { body }) => {
        sent.push({ path, body });
        return answers.shift();
      },
      server: () => "https://credits.example.com",
      store,
      clock,
      client: "Chrome on Linux",
      openPage: (url) => opened.push(url),
      paired: (token) => outcome.push(["paired", token]),
      failed: (ended, problem) => outcome.push(["failed", ended, problem?.code]),
      changed: () => {},
    });
  }

  const say = (status, value = {}) => answers.push({ ok: true, status, value });

  /** Hashing takes turns of its own. */
  async function until(reached) {
    for (let turns = 0; !reached(); turns += 1) {
      assert.ok(turns < 10_000, "it does not come");
      await settled();
    }
  }

  async function poll() {
    clock.turn(1000);
    await settled();
  }

  test("only the secret's hash is told first; the secret fetches the token", async () => {
    say(201, started);
    await pairing.start();
    const { verifier_hash: hash, client } = sent[0].body;
    assert.equal(client, "Chrome on Linux");
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.equal(pairing.view().code, "WXYZ-1234");
    assert.deepEqual(opened, [started.verification_url]);
    say(202);
    await poll();
    say(201, { token: "t" });
    await poll();
    const { verifier } = sent[2].body;
    assert.match(verifier, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(createHash("sha256").update(verifier).digest("hex"), hash);
    assert.deepEqual(outcome, [["paired", "t"]]);
    assert.equal(pairing.view(), null);
    assert.equal(store.kept.size, 0);
  });

  test("the hash is the lower-case hex SHA-256 of the UTF-8 bytes", async () => {
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert.equal(await hashOf(""), empty);
  });

  test("a code that expired ends it", async () => {
    say(201, started);
    await pairing.start();
    answers.push({ ok: false, problem: { status: 410, code: "expired" } });
    await poll();
    assert.deepEqual(outcome, [["failed", "expired", undefined]]);
  });

  test("a lost answer is asked for again until the code expires", async () => {
    say(201, { ...started, expires_at: new Date(clock.now() + 2_500).toISOString() });
    await pairing.start();
    answers.push(LOST, LOST, LOST);
    await poll();
    await poll();
    assert.deepEqual(outcome, []);
    await poll();
    assert.deepEqual(outcome, [["failed", "expired", undefined]]);
  });

  test("the next worker goes on polling", async () => {
    say(201, started);
    await pairing.start();
    clock = createFakeClock();
    pairing = create();
    await pairing.resume();
    assert.equal(pairing.view().code, "WXYZ-1234");
    say(201, { token: "t" });
    await poll();
    assert.equal(outcome.length, 1);
  });

  test("a pairing that the last worker began and nobody has seen is begun anew", async () => {
    // The first worker dies before it is answered.
    answers.push(new Promise(() => {}));
    say(201, started);
    pairing.start();
    await until(() => sent.length === 1);
    assert.equal(pairing.view().code, null);
    pairing = create();
    await pairing.resume();
    await until(() => opened.length > 0);
    assert.equal(pairing.view().code, "WXYZ-1234");
    assert.deepEqual(opened, [started.verification_url]);
  });

  test("a click that is told again begins no second one", async () => {
    say(201, started);
    await Promise.all([pairing.start(), pairing.start()]);
    await pairing.start();
    assert.equal(sent.length, 1);
    assert.equal(opened.length, 1);
  });

  test("cancelling stops polling", async () => {
    say(201, started);
    await pairing.start();
    await pairing.cancel();
    await poll();
    assert.equal(sent.length, 1);
  });

  test("a server that sends the user elsewhere is not followed", async () => {
    say(201, { ...started, verification_url: "https://evil.example/pair" });
    await pairing.start();
    assert.deepEqual(opened, []);
    assert.deepEqual(outcome, [["failed", null, "not_a_server"]]);
  });
});

describe("client name", () => {
  test("browser and system are recognised", () => {
    const linux = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36";
    assert.equal(clientName(linux), "Chrome on Linux");
    assert.equal(clientName(`${linux} Edg/156.0`), "Edge on Linux");
    assert.equal(
      clientName("Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/153.0"),
      "Firefox on Windows",
    );
    assert.equal(clientName("something"), "Browser on an unknown system");
  });
});
