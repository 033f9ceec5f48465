/**
 * The list of jobs as it grows, is filtered and moves. Pure.
 *
 * @import { Job, JobStatus } from "../../../extension/protocol.js"
 */

/**
 * @typedef {object} Filter  null means all
 * @property {string | null} user  id
 * @property {Job["action"] | null} action
 * @property {JobStatus | null} status
 *
 * @typedef {object} Listing
 * @property {Job[]} jobs  newest first
 * @property {string | null} next  the `before` of the page after these; null at the end
 *
 * @typedef {{jobs: Job[], next_before: string | null}} Page  as the server answers it
 */

/** @type {readonly Job["action"][]} */
export const ACTIONS = ["export", "import"];
/** @type {readonly JobStatus[]} */
export const STATUSES = [
  "quoted",
  "running",
  "settling",
  "completed",
  "stopped",
  "failed",
  "expired",
];

/**
 * @param {URLSearchParams} query  of the address, which anybody may have written
 * @param {string} me  id
 * @returns {Filter}
 */
export function filterOf(query, me) {
  return {
    user: query.get("who") === "me" ? me : null,
    action: ACTIONS.find((known) => known === query.get("action")) ?? null,
    status: STATUSES.find((known) => known === query.get("status")) ?? null,
  };
}

/**
 * @param {Filter} filter
 * @param {number} limit
 * @param {string | null} [before]
 * @returns {string} path of the call
 */
export function pathOf(filter, limit, before = null) {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries({ ...filter, before })) {
    if (value !== null) query.set(name, value);
  }
  return `/api/v1/jobs?${query}`;
}

/**
 * @param {Job} job
 * @param {Filter} filter
 */
export function matches(job, { user, action, status }) {
  return (
    (user === null || job.by.id === user) &&
    (action === null || job.action === action) &&
    (status === null || job.status === status)
  );
}

/**
 * A job that was told of: in its place, or on top when it is new.
 *
 * @param {Listing} listing
 * @param {Job} job
 * @param {Filter} filter
 * @returns {Listing}
 */
export function withJob({ jobs, next }, job, filter) {
  const others = jobs.filter(({ id }) => id !== job.id);
  const known = others.length < jobs.length;
  const last = jobs.at(-1);
  // One that is older than what is shown comes with its page.
  const fits = known || next === null || !last || isNewer(job, last);
  return {
    jobs: matches(job, filter) && fits ? [...others, job].sort(newestFirst) : others,
    next,
  };
}

/**
 * The newest ones fetched again; older ones that were loaded stay.
 *
 * @param {Listing} listing
 * @param {Page} fresh
 * @returns {Listing}
 */
export function withFresh({ jobs, next }, fresh) {
  const last = fresh.jobs.at(-1);
  const older = fresh.next_before && last ? jobs.filter((job) => isNewer(last, job)) : [];
  return {
    jobs: [...fresh.jobs, ...older],
    next: older.length > 0 ? next : fresh.next_before,
  };
}

/**
 * @param {Listing} listing
 * @param {Page} page
 * @returns {Listing}
 */
export function withMore({ jobs }, page) {
  const known = new Set(jobs.map(({ id }) => id));
  return {
    jobs: [...jobs, ...page.jobs.filter(({ id }) => !known.has(id))],
    next: page.next_before,
  };
}

/**
 * @param {Job} a
 * @param {Job} b
 */
function newestFirst(a, b) {
  return isNewer(a, b) ? -1 : 1;
}

/**
 * @param {Job} a
 * @param {Job} b
 */
function isNewer(a, b) {
  const [at, before] = [Date.parse(a.created_at), Date.parse(b.created_at)];
  return at === before ? a.id > b.id : at > before;
}
