import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createCalls } from "../../extension/ui/calls.js";
import { entriesOf, insightText } from "../../extension/ui/details.js";
import { noticeSentence, problemText } from "../../extension/ui/notices.js";
import { headlineOf } from "../../extension/ui/person.js";
import { createSpendGuard } from "../../extension/ui/spending.js";
import { teamText } from "../../extension/ui/team.js";
import { speak } from "./words.mjs";

const words = speak("en-GB");
const at = {
  userName: "Bob Reyes",
  orgName: "Acme",
  server: "https://credits.example.com",
  nowMs: Date.parse("2026-11-23T12:00:00Z"),
};

describe("after a reveal", () => {
  const result = (over) => ({ kind: "email", result: { kind: "email", credits: 0, ...over } });

  test("R31 what was free says why", () => {
    const owned = {
      outcome: "already_owned",
      revealed_by: "Jane Okafor",
      revealed_at: "2026-05-03T10:00:00Z",
    };
    const { text } = noticeSentence(words, result(owned), at);
    assert.equal(text, "Free: already owned. Jane Okafor revealed it on 3 May.");
    const own = noticeSentence(words, result({ ...owned, revealed_by: "Bob Reyes" }), at);
    assert.match(own.text, /You revealed it on 3 May/);
  });

  test("R5 what was charged is everyone's", () => {
    const { tone, text } = noticeSentence(words, result({ outcome: "charged", credits: 1 }), at);
    assert.equal(tone, "good");
    assert.equal(text, "Email revealed for 1 credit. Everyone at Acme has it now.");
  });

  test("R1 what was not found says that it cost nothing", () => {
    assert.match(
      noticeSentence(words, result({ outcome: "not_found" }), at).text,
      /nothing was charged/,
    );
  });

  test("R7 a refusal is told in the server's own sentence", () => {
    const detail = "This needs 10 credits; 3 are left. Ask your admin for 7 more.";
    const problem = { status: 402, code: "insufficient_credits", title: "No", detail };
    assert.deepEqual(noticeSentence(words, { kind: "phone", problem }, at), {
      tone: "warn",
      text: detail,
    });
  });

  test("how long to wait is said once, by the server", () => {
    const detail = "Too much at once. Try again in 2 s.";
    const problem = { status: 429, code: "busy", title: "", detail, retry_after_s: 2 };
    assert.equal(problemText(words, problem, at.server), detail);
  });
});

describe("people and team", () => {
  test("a headline that names the company does not name it twice", () => {
    const headline = "VP at Kestrel";
    assert.equal(headlineOf(words, { headline, company: "Kestrel", location: null }), headline);
    assert.equal(
      headlineOf(words, { headline: "VP", company: "Kestrel", location: null }),
      "VP, Kestrel",
    );
    assert.equal(headlineOf(words, { headline: null, company: null, location: "Porto" }), "Porto");
    assert.equal(headlineOf(words, { headline: null, company: null, location: null }), "");
  });

  test("all numbers of a phone are told with their type", () => {
    const phones = [
      { type: "mobile", number: "+1" },
      { type: "direct", number: "+2" },
    ];
    const notes = entriesOf(words, "phone", { phones }).map(({ text, note }) => [text, note]);
    assert.deepEqual(notes, [
      ["+1", "mobile"],
      ["+2", "direct dial"],
    ]);
  });

  test("an insight says who, how well and since when", () => {
    const insight = {
      colleague: "Alice",
      strength: 82,
      since: "2019-04-01",
      note: "worked together",
    };
    assert.equal(insightText(words, insight), "Alice knows them well, since 2019: worked together");
    const slight = { colleague: "Jane", strength: 5, since: null, note: null };
    assert.equal(insightText(words, slight), "Jane has met them");
  });

  test("the team line counts", () => {
    const line = { by: "Bob", kind: "email", action: "reveal", count: 1 };
    assert.equal(teamText(words, line), "Bob revealed 1 email");
    assert.equal(teamText(words, { ...line, count: 3, action: "export" }), "Bob exported 3 emails");
    const reversal = { ...line, by: "Alice", action: "reversal" };
    assert.equal(teamText(words, reversal), "Alice took back 1 reveal");
  });
});

describe("a decision to spend", () => {
  const click = (over = {}) => ({ isTrusted: true, detail: 1, ...over });
  let nowMs = 0;
  const guard = () => createSpendGuard(() => nowMs);

  test("a click made by a script is none", () => {
    assert.equal(guard()(click({ isTrusted: false })), false);
  });

  test("the second click of a double click is none, nor one just after", () => {
    const maySpend = guard();
    nowMs = 1_000;
    assert.equal(maySpend(click()), true);
    assert.equal(maySpend(click({ detail: 2 })), false);
    nowMs = 1_400;
    assert.equal(maySpend(click()), false);
    nowMs = 1_600;
    assert.equal(maySpend(click()), true);
  });

  test("the keyboard may spend", () => {
    assert.equal(guard()(click({ detail: 0 })), true);
  });
});

describe("calls", () => {
  const answerOf = (body, init) => {
    const call = createCalls({
      server: () => "https://credits.example.com",
      token: () => "t",
      fetch: async () => new Response(body, init),
    });
    return call("GET", "/api/v1/me");
  };

  test("the token, the key and the body go along", async () => {
    /** @type {any} */
    let seen;
    const call = createCalls({
      server: () => "https://credits.example.com",
      token: () => "t",
      fetch: async (url, init) => {
        seen = { url, ...init };
        return new Response("{}");
      },
    });
    await call("POST", "/api/v1/reveals", { body: { a: 1 }, key: "k" });
    assert.equal(seen.url, "https://credits.example.com/api/v1/reveals");
    assert.equal(seen.headers.Authorization, "Bearer t");
    assert.equal(seen.headers["Idempotency-Key"], "k");
    assert.equal(seen.body, '{"a":1}');
  });

  test("an empty answer is an answer", async () => {
    assert.deepEqual(await answerOf(null, { status: 204 }), { ok: true, status: 204, value: {} });
  });

  test("a problem keeps its code, its sentence and when to come back", async () => {
    const body = JSON.stringify({ title: "Busy", status: 429, code: "busy", detail: "Wait." });
    const answer = await answerOf(body, { status: 429, headers: { "Retry-After": "2" } });
    assert.deepEqual(answer.problem, {
      status: 429,
      code: "busy",
      title: "Busy",
      detail: "Wait.",
      retry_after_s: 2,
    });
  });

  test("a page that is not ours is told as such", async () => {
    const html = await answerOf("<html>", { status: 200 });
    assert.equal(html.problem.code, "not_a_server");
    const foreign = await answerOf('{"error": "x"}', { status: 500 });
    assert.equal(foreign.problem.code, "not_a_server");
  });

  test("a network failure is a problem, not an exception", async () => {
    const call = createCalls({
      server: () => "https://credits.example.com",
      fetch: async () => {
        throw new TypeError("failed");
      },
    });
    const answer = await call("GET", "/api/v1/me");
    assert.equal(answer.problem.code, "unreachable");
  });
});
