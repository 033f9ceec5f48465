/**
 * How far a job has come: quoted → running → settling → completed, or stopped, failed, expired.
 *
 * @import { Job, JobStatus } from "../protocol.js"
 */

const STEPS = {
  quoted: 0,
  running: 1,
  settling: 2,
  completed: 3,
  stopped: 3,
  failed: 3,
  expired: 3,
};

/** @param {JobStatus} status */
export function isEnded(status) {
  return STEPS[status] === STEPS.completed;
}

/** @param {JobStatus} status */
export function isUnderWay(status) {
  return status === "running" || status === "settling";
}

/**
 * An answer that a push overtook must not bring a job back to where it was.
 *
 * @param {Job} old
 * @param {Job} next
 */
export function isLater(old, next) {
  const steps = STEPS[next.status] - STEPS[old.status];
  if (steps !== 0) return steps > 0;
  if (next.status === "quoted") return next.quote.as_of_seq >= old.quote.as_of_seq;
  return next.progress.done >= old.progress.done;
}
