/**
 * One page of a search, as it was found and as it is now.
 *
 * @import { Problem, Subject } from "../../../extension/protocol.js"
 * @import { Call } from "../../../extension/ui/calls.js"
 * @import { Found } from "./fetching.js"
 * @import { List } from "./lists.js"
 */

import { fetchSubjects } from "./fetching.js";

/**
 * @typedef {object} Results
 * @property {{q: string, page: number}} search
 * @property {Found | null} found  null until the first answer
 * @property {boolean} loading  what is found is of another search or page still
 * @property {Problem | null} problem  why there is nothing; what was found before is gone
 * @property {Problem | null} stale  why what is found may no longer be right
 */

/**
 * @param {Call} call
 * @param {List} list
 * @param {() => void} changed
 */
export function createResults(call, list, changed) {
  /** @type {Results} */
  let now = {
    search: { q: "", page: 1 },
    found: null,
    loading: true,
    problem: null,
    stale: null,
  };
  /** Of answers that cross each other only those to the last question count. */
  let turn = 0;
  let looks = 0;
  let changes = 0;

  /** @param {Partial<Results>} next */
  function become(next) {
    now = { ...now, ...next };
    changed();
  }

  /** @returns {Promise<Problem | null>} */
  async function load() {
    const mine = ++turn;
    const before = changes;
    const { q, page } = now.search;
    const query = new URLSearchParams({ q, page: String(page) });
    const answer = await call("GET", `/api/v1/${list.name}?${query}`);
    if (mine !== turn) return null;
    if (!answer.ok) return fail(answer.problem);
    // It may be older than what an answer of one's own has brought meanwhile.
    return before === changes ? arrive(answer.value) : load();
  }

  /** @param {Found} found */
  function arrive(found) {
    become({ found, loading: false, problem: null, stale: null });
    return null;
  }

  /**
   * What stands there already stays, unless it answers another question.
   *
   * @param {Problem} problem
   */
  function fail(problem) {
    if (now.loading) become({ found: null, loading: false, problem });
    else become({ stale: problem });
    return problem;
  }

  /** @returns {Promise<Problem | null>} */
  async function look() {
    const [mine, page] = [++looks, turn];
    const fetched = await fetchSubjects(call, now.found?.results ?? []);
    if (mine !== looks || page !== turn || !now.found) return null;
    if (!fetched.ok) return fail(fetched.problem);
    put(fetched.subjects);
    return null;
  }

  /** @param {readonly Subject[]} subjects */
  function put(subjects) {
    if (!now.found) return;
    const fresh = new Map(subjects.map((subject) => [subject.id, subject]));
    const results = now.found.results.map((old) => fresh.get(old.id) ?? old);
    become({ found: { ...now.found, results }, stale: null });
  }

  return {
    now: () => now,

    /**
     * @param {{q: string, page: number}} search
     * @returns {Promise<Problem | null>}
     */
    go(search) {
      become({ search, loading: true, stale: null });
      return load();
    },

    /**
     * @param {boolean} anew  also who is on the page, instead of those on it only
     * @returns {Promise<Problem | null>}
     */
    fetchAgain: (anew) => (anew || !now.found ? load() : look()),

    /**
     * An answer of one's own is newer than what is still on its way.
     *
     * @param {(subject: Subject) => Subject} change
     */
    change(change) {
      looks += 1;
      changes += 1;
      put((now.found?.results ?? []).map(change));
    },

    leave() {
      turn += 1;
    },
  };
}
