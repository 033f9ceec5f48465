/**
 * Sign-in by pairing: this browser makes a secret and tells the server only its hash; the user,
 * signed in to the web app, compares a code and approves; the secret then fetches the token, once.
 *
 * @import { Store } from "../browser.js"
 * @import { PairingView, Problem, View } from "../protocol.js"
 * @import { Call } from "../ui/calls.js"
 * @import { Clock } from "../ui/link.js"
 */

import { approvalPage } from "./address.js";

const KEY = "pairing";
const SECRET_BYTES = 32;

/**
 * @typedef {object} Pairing  under way
 * @property {string} verifier
 * @property {string | null} code
 * @property {string | null} verification_url
 * @property {number} poll_every_s
 * @property {string | null} expires_at RFC 3339
 */

/**
 * @param {Uint8Array} bytes
 * @returns {string} base64url without padding; 43 characters for 32 bytes
 */
export function toBase64Url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * @param {string} verifier
 * @returns {Promise<string>} lower-case hex SHA-256 of its UTF-8 bytes
 */
export async function hashOf(verifier) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {object} parts
 * @param {Call} parts.call
 * @param {() => string} parts.server
 * @param {Store} parts.store that survives the worker
 * @param {Clock} parts.clock
 * @param {string} parts.client how the user will know this browser in the list of devices
 * @param {(url: string) => void} parts.openPage
 * @param {(token: string) => void} parts.paired
 * @param {(ended: View["ended"], problem: Problem | null) => void} parts.failed
 * @param {() => void} parts.changed
 */
export function createPairing(parts) {
  const { call, server, store, clock, client, openPage, paired, failed, changed } = parts;
  /** @type {Pairing | null} */
  let pairing = null;
  let stopPolling = () => {};

  /** @param {Pairing | null} next */
  async function become(next) {
    stopPolling();
    pairing = next;
    changed();
    await (next ? store.set(KEY, next) : store.remove(KEY));
  }

  /**
   * @param {View["ended"]} ended
   * @param {Problem | null} problem
   */
  async function fail(ended, problem) {
    await become(null);
    failed(ended, problem);
  }

  async function begin() {
    const verifier = toBase64Url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
    const mine = {
      verifier,
      code: null,
      verification_url: null,
      poll_every_s: 1,
      expires_at: null,
    };
    await become(mine);
    const body = { verifier_hash: await hashOf(verifier), client };
    const answer = await call("POST", "/api/v1/pairings", { body });
    if (pairing !== mine) return;
    if (!answer.ok) return fail(null, answer.problem);
    const page = approvalPage(server(), answer.value.verification_url);
    if (!page) return fail(null, { status: 0, code: "not_a_server", title: "", detail: "" });
    await become({ ...mine, ...answer.value, verification_url: page });
    openPage(page);
    poll();
  }

  function poll() {
    stopPolling = clock.after((pairing?.poll_every_s ?? 1) * 1000, ask);
  }

  async function ask() {
    const mine = pairing;
    if (!mine?.code) return;
    const path = `/api/v1/pairings/${encodeURIComponent(mine.code)}/token`;
    const answer = await call("POST", path, { body: { verifier: mine.verifier } });
    if (pairing === mine) await take(mine, answer);
  }

  /**
   * @param {Pairing} mine
   * @param {import("../ui/calls.js").Answer} answer
   */
  async function take(mine, answer) {
    if (answer.ok && answer.status === 201) {
      await become(null);
      paired(answer.value.token);
    } else if (isOver(mine, answer, clock.now())) await fail("expired", null);
    else poll();
  }

  return {
    /** A click that is told again finds its pairing under way. */
    async start() {
      if (!pairing) await begin();
    },
    cancel: () => become(null),
    /** Goes on with what the last worker began. */
    async resume() {
      const left = (await store.get(KEY)) ?? null;
      if (left === null) return;
      // Without a code nobody has seen anything of it.
      if (left.code === null) return void begin();
      pairing = left;
      poll();
    },
    /** @returns {PairingView | null} */
    view: () => pairing && { code: pairing.code, verification_url: pairing.verification_url },
  };
}

/**
 * @param {Pairing} pairing
 * @param {import("../ui/calls.js").Answer} answer
 * @param {number} nowMs
 */
function isOver({ expires_at }, answer, nowMs) {
  if (!answer.ok && (answer.problem.status === 410 || answer.problem.status === 404)) return true;
  return expires_at !== null && Date.parse(expires_at) <= nowMs;
}
