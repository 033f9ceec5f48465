/** Pages of 20 and what of a list they show. Pure. */

export const PER_PAGE = 20;

/**
 * @param {URLSearchParams} query  which anybody may have written
 * @returns {{q: string, page: number}} a page that cannot be meant is the first one
 */
export function searchOf(query) {
  const page = query.get("page") ?? "";
  return {
    q: (query.get("q") ?? "").replaceAll("\0", "").trim(),
    page: /^[1-9]\d{0,8}$/.test(page) ? Number(page) : 1,
  };
}

/**
 * @param {{page: number, total: number, results: readonly unknown[]}} answer
 * @returns {{first: number, last: number, total: number} | null} null when nothing is shown
 */
export function rangeOf({ page, total, results }) {
  if (results.length === 0) return null;
  const first = (page - 1) * PER_PAGE + 1;
  return { first, last: first + results.length - 1, total };
}

/**
 * @param {{page: number, pages: number}} answer
 * @returns {number | null} where to go instead of a page past the last one
 */
export function pageInstead({ page, pages }) {
  return page > pages && page > 1 ? Math.max(1, pages) : null;
}
