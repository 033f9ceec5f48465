/**
 * What a message about a job leaves out stays as it was known. Pure.
 *
 * @import { Job } from "../../../extension/protocol.js"
 */

/** The most problems that an answer about one job lists. */
export const PROBLEMS_TOLD_MAX = 1_000;

/**
 * @param {Job} old
 * @param {Job} next  later than `old`
 * @returns {Job}
 */
export function toldAnew(old, next) {
  const same = isOfSameRows(old, next);
  return {
    ...next,
    sample: next.sample.length > 0 ? next.sample : old.sample,
    problems: same && old.problems.length > next.problems.length ? old.problems : next.problems,
  };
}

/**
 * Whether a message told fewer problems than an answer would.
 *
 * @param {Job} job
 */
export function isCut({ problems, problem_count }) {
  return problems.length < Math.min(problem_count, PROBLEMS_TOLD_MAX);
}

/**
 * @param {Job} a
 * @param {Job} b
 */
function isOfSameRows(a, b) {
  const columns = (/** @type {Job} */ job) => JSON.stringify(Object.entries(job.columns).sort());
  return a.problem_count === b.problem_count && columns(a) === columns(b);
}
