/**
 * Every user of the org as the admin's screens share them: fetched whole once, then only those who
 * changed, whenever the socket says that somebody may have. Pure: calls, news and clock are handed in.
 *
 * @import { Call } from "/ui/calls.js"
 * @import { Problem } from "../../../extension/protocol.js"
 * @import { News } from "../frame/live.js"
 * @import { AdminUser, OrgExtra } from "./members.js"
 */

import { retryMs } from "../pace.js";
import { nextTurn, withPool } from "./members.js";

const PATH = "/api/v1/admin/users";

/** In a busy org the changes of this long are fetched together: still well within a second. */
const FETCH_EVERY_MS = 250;

/** Everybody's month turns at the same midnight; the server's clock may be a little behind. */
const TURN_GRACE_MS = 500;

/** What a browser's timer can wait is limited to some 24 days. */
const TURN_WAIT_MAX_MS = 86_400_000;

/**
 * @typedef {object} TeamState
 * @property {"loading" | "ready" | "failed"} status  failed: nothing could be fetched yet
 * @property {Problem | null} problem  of the last fetch
 * @property {ReadonlyMap<string, AdminUser>} users
 * @property {OrgExtra | null} extra  the org's extra credits
 *
 * @typedef {object} TeamParts
 * @property {Call} call
 * @property {(listener: (news: News) => void) => () => void} listen
 * @property {() => boolean} online  whether the socket is
 * @property {() => number} now  milliseconds
 * @property {(ms: number, action: () => void) => () => void} after  returns its own cancelling
 *
 * @typedef {object} Team
 * @property {() => TeamState} now
 * @property {(listener: () => void) => () => void} watch  fetches while anybody watches; returns
 *   how to stop
 * @property {(users: readonly AdminUser[]) => void} take  those of an answer, before the push
 * @property {() => void} retry
 * @property {() => Promise<TeamState>} arrived  when the users are there, or cannot be had
 */

/** What has to be fetched: nothing, who changed since the last fetch, or everybody. */
const FRESH = 0;
const CHANGED = 1;
const WHOLE = 2;

/**
 * @param {TeamParts} parts
 * @returns {Team}
 */
export function createTeam({ call, listen, online, now, after }) {
  /** @type {TeamState} */
  let state = { status: "loading", problem: null, users: new Map(), extra: null };
  /** @type {Set<() => void>} */
  const watchers = new Set();
  let seq = 0;
  let due = WHOLE;
  let underWay = false;
  let begunMs = Number.NEGATIVE_INFINITY;
  let cancelTurn = () => {};
  let cancelRetry = () => {};

  listen((news) => ask(dueAfter(news, online())));

  /** @param {number} what */
  async function ask(what) {
    due = Math.max(due, what);
    if (underWay) return;
    underWay = true;
    while (due !== FRESH && watchers.size > 0) {
      await pause(begunMs + FETCH_EVERY_MS - now());
      if (!(await fetchDue())) break;
    }
    underWay = false;
  }

  /** @param {number} ms */
  async function pause(ms) {
    if (ms > 0) await new Promise((resolve) => after(ms, () => resolve(null)));
  }

  /** @returns {Promise<boolean>} whether it was to be had */
  async function fetchDue() {
    cancelRetry();
    begunMs = now();
    const asked = due;
    due = FRESH;
    const answer = await call("GET", asked === WHOLE ? PATH : `${PATH}?since=${seq}`);
    if (answer.ok) enter(answer.value, asked === WHOLE);
    else fail(answer.problem, asked);
    tell();
    return answer.ok;
  }

  function tell() {
    for (const watcher of [...watchers]) watcher();
  }

  /**
   * @param {{seq: number, extra: OrgExtra | null, users: AdminUser[]}} answer
   * @param {boolean} whole
   */
  function enter({ seq: to, extra, users }, whole) {
    seq = to;
    const known = whole ? new Map() : state.users;
    state = { status: "ready", problem: null, users: merged(known, users, extra), extra };
    cancelTurn();
    const wait = nextTurn(state.users.values()) + TURN_GRACE_MS - now();
    cancelTurn = after(Math.min(Math.max(wait, TURN_GRACE_MS), TURN_WAIT_MAX_MS), turn);
  }

  function turn() {
    if (nextTurn(state.users.values()) <= now()) ask(WHOLE);
    else cancelTurn = after(TURN_WAIT_MAX_MS, turn);
  }

  /**
   * @param {Problem} problem
   * @param {number} asked is still due: the next news tries again, and time alone does
   */
  function fail(problem, asked) {
    due = Math.max(due, asked);
    const status = state.status === "ready" ? "ready" : "failed";
    state = { ...state, status, problem };
    const waitMs = retryMs(problem);
    if (waitMs !== null) cancelRetry = after(waitMs, () => ask(FRESH));
  }

  /** @param {() => void} watcher */
  function watch(watcher) {
    watchers.add(watcher);
    ask(CHANGED);
    return () => watchers.delete(watcher);
  }

  /** @returns {Promise<TeamState>} */
  function arrived() {
    return new Promise((resolve) => {
      function look() {
        if (state.status === "loading") return;
        stop();
        resolve(state);
      }

      const stop = watch(look);
      look();
    });
  }

  return {
    now: () => state,
    watch,
    arrived,
    take(users) {
      state = { ...state, users: merged(state.users, users, state.extra) };
      tell();
    },
    retry() {
      if (state.status === "failed") state = { ...state, status: "loading" };
      tell();
      ask(CHANGED);
    },
  };
}

/**
 * @param {News} news
 * @param {boolean} online
 */
function dueAfter({ type }, online) {
  if (type === "gap") return WHOLE;
  // Back from an absence: what was told without an entry is not told again.
  const changed = type === "changes" || type === "users" || (type === "link" && online);
  return changed ? CHANGED : FRESH;
}

/**
 * Of two answers about a user the one of the later entry holds.
 *
 * @param {ReadonlyMap<string, AdminUser>} known
 * @param {readonly AdminUser[]} told
 * @param {OrgExtra | null} pool
 * @returns {Map<string, AdminUser>}
 */
function merged(known, told, pool) {
  const all = new Map(known);
  for (const user of told) {
    const before = all.get(user.id);
    if (!before || before.battery.seq <= user.battery.seq) all.set(user.id, user);
  }
  for (const [id, user] of all) {
    if (!isOfPool(user, pool)) all.set(id, withPool(user, pool));
  }
  return all;
}

/**
 * @param {AdminUser} user
 * @param {OrgExtra | null} pool
 * @returns {boolean} whether the user's battery was drawn of this very pool
 */
function isOfPool({ battery: { extra } }, pool) {
  if (!extra || !pool) return !extra && !pool;
  return extra.remaining === pool.remaining && extra.granted === pool.granted;
}
