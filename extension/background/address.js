/** Where the server is: what a person types becomes an origin. */

/** The checked-in manifest is the development one: the demo server of `scripts/run`. */
export const DEFAULT_SERVER = "http://127.0.0.1:8000";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * @param {string} typed
 * @returns {{ok: true, server: string} | {ok: false, why: "bad" | "insecure"}} `server` is an
 *   origin without a trailing slash
 */
export function readServer(typed) {
  const text = typed.trim();
  const guess = LOOPBACK.has(text.replace(/(:\d+)?(\/.*)?$/, "")) ? "http://" : "https://";
  const url = parsed(SCHEME.test(text) ? text : guess + text);
  if (!url?.hostname || !/^https?:$/.test(url.protocol)) return { ok: false, why: "bad" };
  if (url.protocol === "http:" && !LOOPBACK.has(url.hostname))
    return { ok: false, why: "insecure" };
  return { ok: true, server: url.origin };
}

/**
 * Only a page of the server itself may be opened for approval.
 *
 * @param {string} server origin
 * @param {string} verificationUrl as the server said it, absolute or not
 * @returns {string | null}
 */
export function approvalPage(server, verificationUrl) {
  const url = parsed(verificationUrl, server);
  return url?.origin === server ? url.href : null;
}

/**
 * @param {string} text
 * @param {string} [base]
 */
function parsed(text, base) {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}
