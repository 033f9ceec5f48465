/**
 * A browser's storage as the shared modules use one; every user of the browser has a part of it.
 *
 * @import { Store } from "../../extension/browser.js"
 */

/**
 * @param {Storage} storage
 * @param {string} user id
 * @returns {Store}
 */
export function browserStore(storage, user) {
  /** @param {string} key */
  const nameOf = (key) => `${user} ${key}`;
  return {
    async get(key) {
      const text = storage.getItem(nameOf(key));
      return text === null ? undefined : JSON.parse(text);
    },
    async set(key, value) {
      storage.setItem(nameOf(key), JSON.stringify(value));
    },
    async remove(key) {
      storage.removeItem(nameOf(key));
    },
  };
}
