/**
 * The browser's session: the cookie is HttpOnly, so what we know of it is what the server answers.
 *
 * @import { Call } from "/ui/calls.js"
 * @import { Org, Problem, User } from "../../extension/protocol.js"
 */

import { createCalls } from "/ui/calls.js";

/** As whoever the cookie says: who that is, signing in and out. */
export const call = createCalls({ server: () => location.origin });

/** @type {string | null} */
let owner = null;

/**
 * Whose page this is. A second sign-in in the browser changes the cookie under an open page; a call
 * that names its user is refused then, and neither shows nor spends what is somebody else's.
 *
 * @param {string} user id
 */
export function belongTo(user) {
  owner = user;
}

/** @returns {Record<string, string>} the headers of what this page's user asks */
export function ownerHeaders() {
  return owner === null ? {} : { "Battery-User": owner };
}

/** As the user whose page this is. */
export const callAsOwner = createCalls({
  server: () => location.origin,
  fetch: (url, { headers, ...request } = {}) => {
    const all = new Headers(headers);
    for (const [name, value] of Object.entries(ownerHeaders())) all.set(name, value);
    return fetch(url, { ...request, headers: all });
  },
});

/**
 * A session that ended is noticed by whatever asks first, and says so once.
 *
 * @param {() => void} ended
 * @returns {Call}
 */
export function createSessionCall(ended) {
  return async (method, path, options) => {
    const answer = await callAsOwner(method, path, options);
    if (!answer.ok && answer.problem.status === 401) ended();
    return answer;
  };
}

/**
 * @typedef {object} Me
 * @property {User} user
 * @property {Org} org
 * @property {string} contact  how to get more credits
 * @property {{days: number, credits: number, credits_left: number | null}} admin_reversals  what
 *   the deployment lets admins take back (R27); `credits_left` of this month, null for a rep
 * @property {{file_bytes: number, rows: number}} import_limits  of one file
 * @property {boolean} demo  whether there is the demo site
 */

/** Under which name the browser's pages tell each other who signed in last. */
export const SIGNED_IN = "signed_in";

/**
 * @param {string} email
 * @param {string} password
 * @returns {Promise<Problem | null>} null: the browser has the cookie, and its other pages know
 */
export async function signIn(email, password) {
  const body = { email, password, cookie: true };
  const answer = await call("POST", "/api/v1/sessions", { body });
  if (!answer.ok) return answer.problem;
  localStorage.setItem(SIGNED_IN, answer.value.user.id);
  return null;
}

/**
 * @returns {Promise<{me: Me} | {signedOut: true} | {away: true}>}
 */
export async function whoAmI() {
  const answer = await call("GET", "/api/v1/me");
  if (answer.ok) return { me: answer.value };
  return answer.problem.status === 401 ? { signedOut: true } : { away: true };
}

/** @returns {Promise<Problem | null>} null: nobody is signed in any more */
export async function signOut() {
  const answer = await call("DELETE", "/api/v1/sessions/current");
  return answer.ok || answer.problem.status === 401 ? null : answer.problem;
}

let leaving = false;

/**
 * Signing in leads back to where one was. The first to notice the end says why; whatever else notices
 * it before the page has gone says nothing more.
 *
 * @param {"deactivated" | "signed_out" | null} [ended] why the session is over, where that is known
 */
export function goToSignIn(ended = null) {
  if (leaving) return;
  leaving = true;
  const path = location.pathname + location.search;
  const query = new URLSearchParams(path === "/" ? {} : { next: path });
  if (ended) query.set("ended", ended);
  location.replace(query.size > 0 ? `/signin?${query}` : "/signin");
}
