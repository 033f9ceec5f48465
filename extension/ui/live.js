/**
 * What a browser hands to the link: a real socket and a real clock.
 *
 * @import { Clock } from "./link.js"
 */

const SUBPROTOCOL = "battery.v1";

/**
 * @param {string} server origin
 * @returns {WebSocket}
 */
export function openSocket(server) {
  return new WebSocket(`${server.replace(/^http/, "ws")}/api/v1/socket`, SUBPROTOCOL);
}

/** @type {Clock} */
export const browserClock = {
  now: () => Date.now(),
  after(ms, action) {
    const id = setTimeout(action, ms);
    return () => clearTimeout(id);
  },
};
