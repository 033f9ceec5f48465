/**
 * The user's exports and imports, as the server last told them. A job lives on the server; here is
 * what is shown of it, kept over the end of the worker. It changes by the socket's `job` messages, by
 * answers, and by `welcome`, which lists whatever is unfinished. What was completed while nobody was
 * here, or before the browser was closed, is asked for once.
 *
 * @import { Store } from "../browser.js"
 * @import { Job, JobStatus, JobView } from "../protocol.js"
 * @import { Answer, Call } from "../ui/calls.js"
 * @import { Clock } from "../ui/link.js"
 * @import { Unanswered } from "../ui/unanswered.js"
 */

import { isEnded, isLater, isUnderWay } from "../ui/course.js";
import { isLost } from "../ui/unanswered.js";
import { createPutAway } from "./put-away.js";

const KEY = "jobs";
/** Completed jobs that nobody puts away. */
const COMPLETED_KEPT_MAX = 5;
/** Jobs that ended without a file have little to tell. */
const FRUITLESS_KEPT_MAX = 3;
/** How far back completed jobs are looked for: most of what is listed are quotes left unstarted. */
const RECALLED_MAX = 20;
const RECALLED_MS = 7 * 24 * 3_600_000;
/** What became of a job is not left open because one question about it was refused. */
const ASK_AGAIN_MS = 5_000;

/**
 * @typedef {JobView & {sent: boolean}} Entry `sent`: a start was sent that was not refused
 * @typedef {ReturnType<typeof createJobs>} Jobs
 */

/** @param {Job} job */
function endedMs({ finished_at, created_at }) {
  return Date.parse(finished_at ?? created_at);
}

/**
 * @param {Entry[]} entries in the order they came
 * @returns {string[]} ids of ended jobs that newer ones leave no room for
 */
function surplus(entries) {
  const ended = entries
    .map(({ job }) => job)
    .filter(({ status }) => isEnded(status))
    .reverse()
    .sort((a, b) => endedMs(b) - endedMs(a));
  const completed = ended.filter(({ status }) => status === "completed");
  const fruitless = ended.filter(({ status }) => status !== "completed");
  return [...completed.slice(COMPLETED_KEPT_MAX), ...fruitless.slice(FRUITLESS_KEPT_MAX)].map(
    ({ id }) => id,
  );
}

/**
 * @param {object} parts
 * @param {Call} parts.call
 * @param {Unanswered} parts.unanswered
 * @param {{local: Store, session: Store}} parts.stores that survive the browser, and the worker
 * @param {Clock} parts.clock
 * @param {() => void} parts.changed
 */
export function createJobs({ call, unanswered, stores, clock, changed }) {
  const store = stores.session;
  const away = createPutAway(stores.local);
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  /** What was asked of a job and is not answered yet. @type {Map<string, Promise<void>>} */
  const underWay = new Map();
  /** Another user's answers are nothing to us. */
  let round = 0;

  function save() {
    for (const id of surplus([...entries.values()])) entries.delete(id);
    changed();
    return store.set(KEY, [...entries.values()]);
  }

  /**
   * @param {string} id
   * @param {Partial<Entry>} part
   */
  function put(id, part) {
    const entry = entries.get(id);
    if (entry) entries.set(id, { ...entry, ...part });
    return save();
  }

  /**
   * What became of a job answers every question about it. Of what was not asked for here, only what
   * is under way is shown.
   *
   * @param {Job} job
   */
  function take(job) {
    const old = entries.get(job.id);
    if (old ? !isLater(old.job, job) : !isUnderWay(job.status)) return;
    const moved = old?.job.status !== job.status;
    const { pending = null, problem = null, sent = true } = old ?? {};
    entries.set(job.id, { job, pending, problem: moved ? null : problem, sent });
    save();
  }

  /** @param {string} id */
  async function refetch(id) {
    const mine = round;
    const answer = await call("GET", pathOf(id));
    if (mine !== round) return;
    if (answer.ok) take(answer.value);
    else if (answer.problem.status === 404) drop(id);
    else clock.after(ASK_AGAIN_MS, () => entries.has(id) && refetch(id));
  }

  /** @param {string} user */
  async function recall(user) {
    const mine = round;
    const answer = await call("GET", `/api/v1/jobs?limit=${RECALLED_MAX}`);
    if (mine !== round) return;
    if (!answer.ok) clock.after(ASK_AGAIN_MS, () => mine === round && recall(user));
    else for (const job of answer.value.jobs) bringBack(job, user);
  }

  /**
   * An admin is told of everybody's jobs.
   *
   * @param {Job} job
   * @param {string} user
   */
  function bringBack(job, user) {
    if (job.status !== "completed" || job.by.id !== user || away.has(job.id)) return;
    if (entries.has(job.id)) return take(job);
    if (clock.now() - endedMs(job) > RECALLED_MS) return;
    entries.set(job.id, { job, pending: null, problem: null, sent: true });
    save();
  }

  /** @param {string} id */
  function drop(id) {
    entries.delete(id);
    return save();
  }

  /**
   * @param {string} id
   * @param {"start" | "stop"} action
   * @param {() => Promise<Answer>} send
   * @returns {Promise<void>} until it is answered; of a job one thing is asked at a time
   */
  async function ask(id, action, send) {
    if (!entries.has(id)) return;
    const asked = underWay.get(id) ?? askOnce(id, action, send).finally(() => underWay.delete(id));
    underWay.set(id, asked);
    await asked;
  }

  /**
   * @param {string} id
   * @param {"start" | "stop"} action
   * @param {() => Promise<Answer>} send
   */
  async function askOnce(id, action, send) {
    const mine = round;
    put(id, { pending: action, problem: null });
    const answer = await send();
    if (mine === round) await answered(id, action, answer);
  }

  /**
   * @param {string} id
   * @param {"start" | "stop"} action
   * @param {Answer} answer
   */
  async function answered(id, action, answer) {
    if (answer.ok) take(answer.value);
    // A refusal says that the job is not what it looks like here: another quote, or further on.
    else if (!isLost(answer)) await refetch(id);
    const left = answer.ok ? {} : leftBy(action, entries.get(id)?.job.status, answer);
    await put(id, { pending: null, ...left });
  }

  /** @param {string} id */
  async function discard(id) {
    await call("POST", `${pathOf(id)}/stop`);
  }

  return {
    async load() {
      await away.load();
      for (const entry of (await store.get(KEY)) ?? []) {
        entries.set(entry.job.id, { ...entry, pending: null });
      }
    },

    /** @param {string} id */
    get: (id) => entries.get(id) ?? null,

    /** @returns {JobView[]} those that were started, newest first */
    started() {
      return [...entries.values()]
        .filter(({ job }) => job.started_at !== null)
        .sort((a, b) => b.job.created_at.localeCompare(a.job.created_at))
        .map(viewOf);
    },

    take,

    /**
     * A quote that was asked for here.
     *
     * @param {Job} job
     */
    add(job) {
      entries.set(job.id, { job, pending: null, problem: null, sent: false });
      return save();
    },

    /**
     * After a time without a line: what is unfinished is listed, what is not listed has ended.
     *
     * @param {Job[]} unfinished
     */
    welcome(unfinished) {
      const listed = new Set(unfinished.map(({ id }) => id));
      for (const job of unfinished) take(job);
      for (const { job } of entries.values()) {
        if (!isEnded(job.status) && !listed.has(job.id)) refetch(job.id);
      }
    },

    /**
     * After a time of which the socket tells nothing: own jobs that were completed lately are shown
     * again, except those put away.
     *
     * @param {string} user id
     */
    recall,

    /** @param {string} id */
    start(id) {
      return ask(id, "start", () => {
        put(id, { sent: true });
        return unanswered.ask(`start ${id}`, (key) => call("POST", `${pathOf(id)}/start`, { key }));
      });
    },

    /** @param {string} id */
    stop: (id) => ask(id, "stop", () => call("POST", `${pathOf(id)}/stop`)),

    /**
     * Nobody wants this quote any more. One whose start may have reached the server is left alone:
     * it is no longer a quote then, and shows itself.
     *
     * @param {string} id
     */
    abandon(id) {
      const entry = entries.get(id);
      if (!entry || entry.sent || entry.job.started_at !== null) return;
      drop(id);
      if (entry.job.status === "quoted") discard(id);
    },

    /** A quote that nobody has been shown. The server forgets it by itself, only later. */
    discard,

    /** @param {string} id */
    async putAway(id) {
      const entry = entries.get(id);
      if (!entry || !isEnded(entry.job.status)) return;
      await Promise.all([away.add(id), drop(id)]);
    },

    async forget() {
      round += 1;
      entries.clear();
      await store.remove(KEY);
    },
  };
}

/**
 * What a refusal leaves behind, unless the job has moved on and says more itself.
 *
 * @param {"start" | "stop"} action
 * @param {JobStatus | undefined} status
 * @param {Extract<Answer, {ok: false}>} answer
 * @returns {Partial<Entry>}
 */
function leftBy(action, status, answer) {
  const { problem } = answer;
  if (action === "stop") return status === "stopped" ? {} : { problem };
  return status === "quoted" ? { problem, sent: isLost(answer) } : {};
}

/**
 * @param {Entry} entry
 * @returns {JobView}
 */
export function viewOf({ job, pending, problem }) {
  return { job, pending, problem };
}

/** @param {string} id */
function pathOf(id) {
  return `/api/v1/jobs/${encodeURIComponent(id)}`;
}
