/**
 * The two lists, of people and of companies, and where each of their rows leads.
 *
 * @import { Kind, Subject } from "../../../extension/protocol.js"
 */

/**
 * @typedef {object} List
 * @property {"/people" | "/companies"} path  of the screen
 * @property {"people" | "accounts"} name  to the server
 * @property {readonly Kind[]} kinds
 * @property {Parameters<typeof import("../words.js").words.say>[0]} title
 * @property {Record<"search" | "pages" | "selectAll" | "selectFirst" | "none" | "showAll" | "empty",
 *   List["title"]>} words
 */

/** @type {List} */
export const PEOPLE = {
  path: "/people",
  name: "people",
  kinds: ["email", "phone", "personality"],
  title: "people_title",
  words: {
    search: "people_search",
    pages: "people_pages",
    selectAll: "people_select_all",
    selectFirst: "people_select_first",
    none: "people_none",
    showAll: "people_show_all",
    empty: "people_empty",
  },
};

/** @type {List} */
export const COMPANIES = {
  path: "/companies",
  name: "accounts",
  kinds: ["email", "phone"],
  title: "companies_title",
  words: {
    search: "companies_search",
    pages: "companies_pages",
    selectAll: "companies_select_all",
    selectFirst: "companies_select_first",
    none: "companies_none",
    showAll: "companies_show_all",
    empty: "companies_empty",
  },
};

/** @param {Subject["type"]} type */
export function listOf(type) {
  return type === "contact" ? PEOPLE : COMPANIES;
}

/** @param {Pick<Subject, "id" | "type">} subject */
export function hrefOf({ id, type }) {
  return `${listOf(type).path}/${encodeURIComponent(id)}`;
}

/**
 * @param {"/people" | "/companies" | "/history"} path
 * @param {string} q
 */
export function searchHref(path, q) {
  return `${path}?${new URLSearchParams({ q })}`;
}
