/**
 * What a screen is, and what it is handed.
 *
 * @import { Call } from "/ui/calls.js"
 * @import { Unanswered } from "/ui/unanswered.js"
 * @import { Asking } from "../admin/asking.js"
 * @import { Me } from "../session.js"
 * @import { Live } from "./live.js"
 * @import { Router } from "./router.js"
 */

/**
 * @typedef {object} Place  where the browser is
 * @property {string} path
 * @property {Record<string, string>} params  the named parts of the path
 * @property {URLSearchParams} query
 *
 * @typedef {object} Screen
 * @property {string} title  of the document; the screen's own `h1` says the same
 * @property {HTMLElement} element
 * @property {(place: Place) => void} [move]  to another place of the same route: filters, pages
 * @property {() => void} [leave]  stops listening and waiting
 *
 * @typedef {(app: App, place: Place) => Screen | Promise<Screen>} OpenScreen
 *
 * @typedef {object} Route
 * @property {string} path  as `/users/:user/history`
 * @property {"admin"} [role]  others see that they may not
 * @property {() => Promise<{open: OpenScreen}>} load
 *
 * @typedef {object} App
 * @property {Me} me
 * @property {Live} live
 * @property {Call} call
 * @property {Unanswered} unanswered  keeps the `Idempotency-Key` of what spends (R11)
 * @property {Asking | null} asking  who waits for credits, for admins
 * @property {Router} router
 * @property {(text: string) => void} tell  a sentence that is seen and heard for a while
 */

export {};
