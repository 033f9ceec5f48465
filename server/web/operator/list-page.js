/**
 * What of a long list is on the page: those that match, fifty at a time. Pure.
 */

export const ROWS_PER_PAGE = 50;

/**
 * @template T
 * @param {readonly T[]} all
 * @param {URLSearchParams} query  `q` and `page`
 * @param {(one: T) => string} textOf  in which is looked
 * @returns {{rows: T[], page: number, pages: number, total: number}}
 */
export function pageOf(all, query, textOf) {
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((one) => {
    const text = textOf(one).toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const pages = Math.max(1, Math.ceil(found.length / ROWS_PER_PAGE));
  const asked = Number.parseInt(query.get("page") ?? "1", 10);
  const page = Math.min(pages, Math.max(1, Number.isNaN(asked) ? 1 : asked));
  const start = (page - 1) * ROWS_PER_PAGE;
  return {
    rows: found.slice(start, start + ROWS_PER_PAGE),
    page,
    pages,
    total: found.length,
  };
}

/**
 * @param {URLSearchParams} query
 * @param {number} page
 * @returns {string} the address of another page of the same list
 */
export function pageHref(query, page) {
  const next = new URLSearchParams(query);
  next.set("page", String(page));
  return `?${next}`;
}
