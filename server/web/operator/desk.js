/**
 * An operator's session: a token that only this tab keeps, and the calls made with it.
 *
 * @import { Answer, Call } from "/ui/calls.js"
 * @import { Unanswered } from "/ui/unanswered.js"
 * @import { Router } from "../frame/router.js"
 */

import { createCalls } from "/ui/calls.js";
import { createUnanswered } from "/ui/unanswered.js";
import { browserStore } from "../store.js";

const KEY = "operator-token";
const API = "/api/v1/operator";
/** What a header can carry; another text would never leave the browser. */
const SENDABLE = /^[\x21-\x7e]+$/;

/**
 * @typedef {{id: string, name: string, directory_bytes: number}} Who  `directory_bytes`: of the
 *   largest file taken
 *
 * @typedef {object} Desk
 * @property {Who} who
 * @property {string} token
 * @property {Call} call  paths are those under `/api/v1/operator`
 * @property {Unanswered} unanswered  keeps the `Idempotency-Key` of what may not happen twice (R11)
 * @property {Router} router
 * @property {(text: string) => void} tell  a sentence that is seen and heard for a while
 * @property {() => void} signOut
 */

/** @returns {string | null} */
export function keptToken() {
  return sessionStorage.getItem(KEY);
}

/** @param {string} token */
export function keepToken(token) {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken() {
  sessionStorage.removeItem(KEY);
}

/**
 * Without the cookie that a member of an org may have in this browser.
 *
 * @param {string} token
 * @param {() => void} ended  the token opens nothing any more
 * @returns {Call}
 */
export function callsWith(token, ended) {
  const send = createCalls({
    server: () => location.origin,
    token: () => token,
    fetch: (url, request) => fetch(url, { ...request, credentials: "omit" }),
  });
  return async (method, path, options) => {
    const answer = await send(method, API + path, options);
    if (!answer.ok && answer.problem.status === 401) ended();
    return answer;
  };
}

/** @param {string} id  of the operator */
export function unansweredOf(id) {
  return createUnanswered({
    store: browserStore(sessionStorage, id),
    now: Date.now,
    newKey: () => crypto.randomUUID(),
  });
}

/**
 * @param {string} token
 * @returns {Promise<Answer>} whose it is
 */
export async function whoseToken(token) {
  return callsWith(token, () => {})("GET", "/me");
}

/** @param {string} token */
export function isSendable(token) {
  return SENDABLE.test(token);
}
