/**
 * The org's requests for more credits, live: those that wait for an answer, and how many they are.
 * Pure: calls and news are handed in.
 *
 * @import { Call } from "/ui/calls.js"
 * @import { CreditRequest, Problem } from "../../../extension/protocol.js"
 * @import { News } from "../frame/live.js"
 */

const PATH = "/api/v1/credit-requests";

/**
 * @typedef {object} AskingState
 * @property {"loading" | "ready" | "failed"} status
 * @property {Problem | null} problem
 * @property {CreditRequest[]} open  who waits longest first
 * @property {CreditRequest[]} answered  newest answer first
 *
 * @typedef {object} Asking
 * @property {() => AskingState} now
 * @property {(listener: () => void) => () => void} watch  returns how to stop
 * @property {(request: CreditRequest) => void} take  the one of an answer, before the push
 * @property {() => void} retry
 */

/**
 * @param {object} parts
 * @param {Call} parts.call
 * @param {(listener: (news: News) => void) => () => void} parts.listen
 * @param {() => boolean} parts.online  whether the socket is
 * @returns {Asking}
 */
export function createAsking({ call, listen, online }) {
  /** @type {Map<string, CreditRequest>} */
  let requests = new Map();
  /** @type {AskingState} */
  let state = { status: "loading", problem: null, open: [], answered: [] };
  /** @type {Set<() => void>} */
  const watchers = new Set();
  /**
   * Told while the list was on its way, whose answer may be older.
   *
   * @type {CreditRequest[]}
   */
  let heard = [];
  let turn = 0;

  listen((news) => {
    if (news.type === "credit_request") take(news.request);
    // The messages of an absence are not replayed (`api.md`, The battery socket).
    if (news.type === "gap" || (news.type === "link" && online())) load();
  });
  load();

  async function load() {
    const mine = ++turn;
    heard = [];
    const answer = await call("GET", PATH);
    if (mine !== turn) return;
    if (answer.ok) {
      requests = new Map(
        [...answer.value.requests, ...heard].map((request) => [request.id, request]),
      );
      arrange();
    } else {
      const status = state.status === "ready" ? "ready" : "failed";
      state = { ...state, status, problem: answer.problem };
    }
    tell();
  }

  /** @param {CreditRequest} request */
  function take(request) {
    heard.push(request);
    requests.set(request.id, request);
    if (state.status === "ready") arrange();
    tell();
  }

  function arrange() {
    state = { status: "ready", problem: null, ...sorted([...requests.values()]) };
  }

  function tell() {
    for (const watcher of [...watchers]) watcher();
  }

  return {
    now: () => state,
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    take,
    retry() {
      if (state.status === "failed") state = { ...state, status: "loading" };
      tell();
      load();
    },
  };
}

/**
 * @param {readonly CreditRequest[]} requests
 * @returns {{open: CreditRequest[], answered: CreditRequest[]}}
 */
export function sorted(requests) {
  return {
    open: requests
      .filter(({ outcome }) => outcome === null)
      .sort((a, b) => order(a.created_at, b.created_at)),
    answered: requests
      .filter(({ outcome }) => outcome !== null)
      .sort((a, b) => order(b.answered_at ?? "", a.answered_at ?? "")),
  };
}

/**
 * @param {string} a RFC 3339, UTC
 * @param {string} b
 */
function order(a, b) {
  return Date.parse(a) - Date.parse(b) || (a < b ? -1 : 1);
}
