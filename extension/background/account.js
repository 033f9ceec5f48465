/**
 * Which server this browser belongs to and the token it holds there. The token is used by the
 * background, and by the extension's own page when it downloads a file; no content script sees it.
 *
 * @import { Store } from "../browser.js"
 * @import { View } from "../protocol.js"
 */

import { DEFAULT_SERVER } from "./address.js";

const KEY = "account";

/**
 * @typedef {object} Account
 * @property {string} server origin
 * @property {string | null} token
 * @property {View["ended"]} ended why there is no token any more
 */

/**
 * @param {Store} store that survives the browser
 */
export function createAccount(store) {
  /** @type {Account} */
  let account = { server: DEFAULT_SERVER, token: null, ended: null };

  /** @param {Partial<Account>} part */
  async function change(part) {
    account = { ...account, ...part };
    await store.set(KEY, account);
  }

  return {
    async load() {
      account = { ...account, ...(await store.get(KEY)) };
    },
    server: () => account.server,
    token: () => account.token,
    ended: () => account.ended,
    /** @param {string} token */
    signIn: (token) => change({ token, ended: null }),
    /** @param {View["ended"]} ended */
    signOut: (ended) => change({ token: null, ended }),
    /** @param {string} server origin */
    moveTo: (server) => change({ server, token: null, ended: null }),
  };
}
