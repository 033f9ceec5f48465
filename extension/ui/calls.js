/**
 * HTTP with the server: every call ends in an answer or a `Problem`, never in an exception.
 *
 * @import { Problem } from "../protocol.js"
 */

/** A reveal waits for a busy ledger this long before its answer counts as lost. */
const ANSWER_DEADLINE_MS = 20_000;

/**
 * @typedef {object} CallOptions
 * @property {unknown} [body]  sent as JSON
 * @property {string} [key]  `Idempotency-Key` (R11)
 * @property {number} [deadlineMs]  after which the answer counts as lost
 *
 * @typedef {{ok: true, status: number, value: any} | {ok: false, problem: Problem}} Answer
 *
 * @typedef {(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, options?: CallOptions)
 *   => Promise<Answer>} Call
 */

/**
 * @param {object} parts
 * @param {() => string} parts.server origin
 * @param {() => string | null} [parts.token] bearer token; without it the browser's cookie is used
 * @param {typeof fetch} [parts.fetch]
 * @returns {Call}
 */
export function createCalls({ server, token = () => null, fetch: send = fetch }) {
  return async (method, path, options = {}) => {
    try {
      const response = await send(server() + path, requestOf(method, token(), options));
      return await readAnswer(response);
    } catch {
      return { ok: false, problem: { status: 0, code: "unreachable", title: "", detail: "" } };
    }
  };
}

/**
 * @param {string} method
 * @param {string | null} bearer
 * @param {CallOptions} options
 * @returns {RequestInit}
 */
function requestOf(method, bearer, { body, key, deadlineMs = ANSWER_DEADLINE_MS }) {
  return {
    method,
    headers: {
      Accept: "application/json",
      ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(key ? { "Idempotency-Key": key } : {}),
    },
    body: body === undefined ? null : JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(deadlineMs),
  };
}

/**
 * @param {Response} response  of whatever sent the request
 * @returns {Promise<Answer>}
 */
export async function readAnswer(response) {
  const text = await response.text();
  const value = parseObject(text);
  if (value === null) return { ok: false, problem: notAServer(response.status) };
  if (response.ok) return { ok: true, status: response.status, value };
  return { ok: false, problem: problemOf(value, response) };
}

/**
 * Why there is no file, of a call that answers one.
 *
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function readFailure(response) {
  return problemOf(parseObject(await response.text()) ?? {}, response);
}

/**
 * @param {Record<string, unknown>} value
 * @param {Response} response
 * @returns {Problem}
 */
function problemOf(value, response) {
  if (typeof value["code"] !== "string") return notAServer(response.status);
  const line = typeof value["line"] === "number" ? { line: value["line"] } : {};
  return { ...readProblem(value, response), ...retryAfter(response), ...line };
}

/**
 * @param {string} text
 * @returns {Record<string, unknown> | null} null for anything but a JSON object; an empty body is {}
 */
function parseObject(text) {
  if (text === "") return {};
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * @param {Record<string, unknown>} value
 * @param {Response} response
 * @returns {Problem}
 */
function readProblem(value, response) {
  return {
    status: response.status,
    code: String(value["code"]),
    title: String(value["title"] ?? ""),
    detail: String(value["detail"] ?? ""),
  };
}

/**
 * @param {Response} response
 * @returns {{retry_after_s: number} | {}}
 */
function retryAfter(response) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? {} : { retry_after_s: seconds };
}

/**
 * @param {number} status
 * @returns {Problem}
 */
function notAServer(status) {
  return { status, code: "not_a_server", title: "", detail: "" };
}
