import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { pageHref, pageOf, ROWS_PER_PAGE } from "../../server/web/operator/list-page.js";

const users = Array.from({ length: 2 * ROWS_PER_PAGE + 1 }, (_, n) => `Rep ${n}`);
const at = (query) => pageOf(users, new URLSearchParams(query), (name) => name);

describe("a long list of the operator's", () => {
  test("it comes in pages, and an address beyond them shows the last", () => {
    assert.equal(at("").rows.length, ROWS_PER_PAGE);
    assert.deepEqual(at("page=3").rows, [users.at(-1)]);
    assert.equal(at("page=99").page, 3);
    for (const odd of ["page=0", "page=-2", "page=x", "page="]) assert.equal(at(odd).page, 1);
  });

  test("every word must be found, in any case", () => {
    assert.deepEqual(at("q=rep 77").rows, ["Rep 77"]);
    assert.deepEqual(at("q=77 REP").rows, ["Rep 77"]);
    assert.deepEqual(at("q=zoe"), { rows: [], page: 1, pages: 1, total: 0 });
  });

  test("another page of it keeps what is looked for", () => {
    assert.equal(pageHref(new URLSearchParams("q=rep&page=2"), 3), "?q=rep&page=3");
  });
});
