/**
 * Every address of the operator's page.
 *
 * @import { Place, Screen } from "../frame/screens.js"
 * @import { Desk } from "./desk.js"
 */

import { el } from "/ui/dom.js";
import { screenHead, sentence } from "../parts.js";
import { words } from "../words.js";

const { say } = words;

/**
 * @typedef {object} OperatorRoute
 * @property {string} path
 * @property {() => Promise<{open: (desk: Desk, place: Place) => Screen | Promise<Screen>}>} load
 */

/** @type {readonly OperatorRoute[]} */
export const ROUTES = [
  { path: "/operator", load: () => import("./orgs.js") },
  { path: "/operator/orgs/:org", load: () => import("./users.js") },
  { path: "/operator/orgs/:org/extra", load: () => import("./extra.js") },
  { path: "/operator/orgs/:org/prices", load: () => import("./prices.js") },
  { path: "/operator/orgs/:org/history", load: () => import("./history.js") },
  { path: "/operator/directory", load: () => import("./directory.js") },
  { path: "/operator/erasure", load: () => import("./erasure.js") },
];

/** @returns {Screen} */
export function unknownAddress() {
  const back = el("a", { href: "/operator", class: "button" }, say("operator_orgs"));
  const card = el("div", { class: "card pad" }, sentence(say("unknown_more")), back);
  return {
    title: say("unknown_title"),
    element: el("section", { class: "screen narrow" }, screenHead(say("unknown_title")), card),
  };
}
