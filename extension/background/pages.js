/**
 * The panels, popups and settings that are open, each on its own port. Every one of them gets the
 * whole picture whenever any part of it has changed.
 *
 * @import { Port } from "../browser.js"
 * @import {
 *   BackgroundMessage, ListedPage, Notice, PageMessage, PageRequest, View
 * } from "../protocol.js"
 */

/**
 * @typedef {object} Page
 * @property {number | null} tab null outside of tabs: popup and side panel
 * @property {boolean} introduced whether it has said what it shows: before, nothing is told to it
 * @property {string | null} url of the person it shows
 * @property {ListedPage | null} list who it lists
 * @property {Notice | null} notice of its own last reveal
 */

/**
 * @param {object} parts
 * @param {(page: Page) => View} parts.viewFor
 * @param {(page: Page, request: PageRequest, id: string) => Promise<void>} parts.onRequest until it is
 *   done; `id` is the same when a page says it again
 * @param {() => void} parts.onUpdate once per change, for what is not a page (the badge)
 */
export function createPages({ viewFor, onRequest, onUpdate }) {
  /** @type {Map<Port, {page: Page, last: string}>} */
  const open = new Map();
  let planned = false;

  function update() {
    planned = false;
    for (const [port, state] of open) {
      if (!state.page.introduced) continue;
      const view = viewFor(state.page);
      const next = JSON.stringify(view);
      if (next === state.last) continue;
      state.last = next;
      tell(port, { type: "view", view });
    }
    onUpdate();
  }

  /**
   * @param {Port} port
   * @param {BackgroundMessage} message
   */
  function tell(port, message) {
    port.post(message);
  }

  /**
   * @param {Port} port
   * @param {Page} page
   * @param {PageMessage} message
   */
  async function answer(port, page, { id, request }) {
    try {
      await onRequest(page, request, id);
    } finally {
      // Well or not: what broke once would break again.
      if (open.has(port)) tell(port, { type: "done", id });
    }
  }

  return {
    /** @param {Port} port */
    add(port) {
      /** @type {Page} */
      const page = { tab: port.tab, introduced: false, url: null, list: null, notice: null };
      open.set(port, { page, last: "" });
      port.onMessage((message) => answer(port, page, message));
      port.onGone(() => open.delete(port));
    },
    /** Changes of one turn are told together. */
    changed() {
      if (planned) return;
      planned = true;
      queueMicrotask(update);
    },
    /** @returns {Set<string>} */
    shown() {
      const urls = [...open.values()].flatMap(({ page: { url, list } }) => [
        ...(url === null ? [] : [url]),
        ...(list?.urls ?? []),
      ]);
      return new Set(urls);
    },
    count: () => open.size,
    clearNotices() {
      for (const { page } of open.values()) page.notice = null;
    },
  };
}
