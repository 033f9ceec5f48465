/**
 * Jobs in sentences: to whoever made them, and to an admin who looks at another user's.
 *
 * @import { Job } from "../../../extension/protocol.js"
 * @import { WebWords } from "../words.js"
 */

/**
 * What is going on with another user's job.
 *
 * @param {Pick<WebWords, "say" | "count">} words
 * @param {Job} job
 * @returns {string}
 */
export function othersStatusText({ say, count }, job) {
  const { status, settlement, error } = job;
  const { name } = job.by;
  switch (status) {
    case "completed":
      return [settlement ? count("jobs_others_charged", settlement.credits, { name }) : "", error]
        .filter(Boolean)
        .join(" ");
    case "failed":
      return error ? say("jobs_others_failed", { error }) : say("jobs_others_failed_plain");
    case "quoted":
      return say("jobs_others_quoted", { name });
    case "stopped":
      return say("jobs_others_stopped");
    default:
      return say(`job_${status}`);
  }
}

/**
 * How a list says what became of a job.
 *
 * @param {Pick<WebWords, "say">} words
 * @param {Job} job
 */
export function shortStatus({ say }, { status, started_at }) {
  if (status === "stopped" && started_at === null) return say("jobs_status_discarded");
  return say(`jobs_status_${status}`);
}

/**
 * @param {Pick<WebWords, "say" | "format">} words
 * @param {Job} job
 * @returns {{figure: string, note: string}} credits that would be, are or were taken
 */
export function creditsTold({ say, format }, { status, quote, settlement }) {
  if (status === "quoted" || status === "running" || status === "settling") {
    return { figure: format.number(quote.credits), note: say(`jobs_credits_${status}`) };
  }
  return { figure: format.number(settlement?.credits ?? 0), note: say("jobs_credits_charged") };
}

/**
 * What it is, whose, and when.
 *
 * @param {Pick<WebWords, "say" | "format">} words
 * @param {Job} job
 * @param {{me: string, nowMs: number}} reader
 * @returns {string[]}
 */
export function factsOf({ say, format }, job, { me, nowMs }) {
  const when = (/** @type {string} */ instant) => format.moment(instant, nowMs);
  const { started_at, finished_at } = job;
  return [
    say(`jobs_action_${job.action}`),
    job.kinds.map((kind) => say(`kind_${kind}`)).join(", "),
    job.file?.name ?? "",
    job.by.id === me ? "" : job.by.name,
    say("jobs_made", { when: when(job.created_at) }),
    started_at ? say("jobs_started", { when: when(started_at) }) : "",
    finished_at ? say("jobs_ended", { when: when(finished_at) }) : "",
  ].filter((fact) => fact !== "");
}
