/**
 * People and companies from the server (`api.md`, Finding).
 *
 * @import { Problem, Subject } from "../../../extension/protocol.js"
 * @import { Call } from "../../../extension/ui/calls.js"
 */

const URLS_PER_LOOKUP_MAX = 100;
/** A contact that this org alone knows, by an import (R25), has none: its address is a `urn:`. */
const PROFILE = /^https?:\/\//;

/**
 * @typedef {{id: string, url: string}} Wanted
 * @typedef {{results: Subject[], page: number, pages: number, total: number}} Found
 *
 * @typedef {{ok: true, subjects: Subject[]} | {ok: false, problem: Problem}} Fetched
 */

/** @param {{url: string}} subject */
export function hasProfile({ url }) {
  return PROFILE.test(url);
}

/**
 * @param {Call} call
 * @param {readonly Wanted[]} wanted
 * @returns {Promise<Fetched>} as they are now, in no certain order; who is gone is left out
 */
export async function fetchSubjects(call, wanted) {
  const urls = wanted.filter(hasProfile).map(({ url }) => url);
  const others = wanted.filter((each) => !hasProfile(each));
  const parts = [
    ...batches(urls).map((batch) => lookUp(call, batch)),
    ...others.map(({ id }) => fetchOne(call, id)),
  ];
  const fetched = await Promise.all(parts);
  const failed = fetched.find((part) => !part.ok);
  if (failed) return failed;
  return { ok: true, subjects: fetched.flatMap((part) => (part.ok ? part.subjects : [])) };
}

/** @param {string[]} urls */
function batches(urls) {
  const starts = Array.from(
    { length: Math.ceil(urls.length / URLS_PER_LOOKUP_MAX) },
    (_, i) => i * URLS_PER_LOOKUP_MAX,
  );
  return starts.map((start) => urls.slice(start, start + URLS_PER_LOOKUP_MAX));
}

/**
 * @param {Call} call
 * @param {string[]} urls
 * @returns {Promise<Fetched>}
 */
async function lookUp(call, urls) {
  const answer = await call("POST", "/api/v1/lookups", { body: { urls } });
  if (!answer.ok) return answer;
  /** @type {(Subject | null)[]} */
  const results = answer.value.results;
  return { ok: true, subjects: results.filter((subject) => subject !== null) };
}

/**
 * @param {Call} call
 * @param {string} id
 * @returns {Promise<Fetched>} nobody when there is no such subject
 */
export async function fetchOne(call, id) {
  const answer = await call("GET", `/api/v1/subjects/${encodeURIComponent(id)}`);
  if (answer.ok) return { ok: true, subjects: [answer.value] };
  return answer.problem.status === 404 ? { ok: true, subjects: [] } : answer;
}
