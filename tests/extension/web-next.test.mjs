import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { safeNext } from "../../server/web/next.js";

const ORIGIN = "https://credits.example.com";

describe("where signing in leads", () => {
  test("back to the address one wanted, filters and part included", () => {
    const wanted = "/history?kind=email&range=90d#top";
    assert.equal(safeNext(wanted, ORIGIN), wanted);
    assert.equal(safeNext(`${ORIGIN}/jobs`, ORIGIN), "/jobs");
  });

  test("never to another site", () => {
    const addresses = [
      null,
      "",
      "https://evil.example",
      "//evil.example",
      "\\\\evil.example",
      "/x/..//evil.example",
      "/.//evil.example",
      "/x/../\\evil.example",
      "javascript:alert(1)",
    ];
    for (const address of addresses) {
      const led = new URL(safeNext(address, ORIGIN), ORIGIN);
      assert.equal(led.origin, ORIGIN, String(address));
    }
  });
});
