// The site's data: public fields only, kept for going back without a wait.

/**
 * @typedef {object} Card
 * @property {"contact" | "account"} type
 * @property {string | null} href path on this site
 * @property {string} name
 * @property {string | null} headline
 * @property {string | null} company
 * @property {string | null} companyHref
 * @property {string | null} location
 *
 * @typedef {{results: Card[], page: number, pages: number, total: number}} CardPage
 * @typedef {{card: Card, about: string[]}} Profile
 */

/** Nobody is at this address, as opposed to a server that cannot be reached. */
export class Nobody extends Error {}

// Enough for the way back through a long session; a page of twenty is about 6 kB.
const KEPT_MAX = 100;

/** @type {Map<string, Promise<unknown>>} */
const kept = new Map();

/**
 * The people who match `q`, page `page`.
 * @param {string} q
 * @param {number} page
 * @returns {Promise<CardPage>}
 */
export function people(q, page) {
  return asked(`people?${new URLSearchParams({ q, page: String(page) })}`);
}

/**
 * One person or company.
 * @param {"in" | "company"} segment
 * @param {string} slug as it stands in the address, percent-encoded
 * @returns {Promise<Profile>}
 */
export function profile(segment, slug) {
  return asked(`${segment}/${slug}`);
}

/**
 * The people who work at a company, page `page`.
 * @param {string} slug
 * @param {number} page
 * @returns {Promise<CardPage>}
 */
export function staff(slug, page) {
  return asked(`company/${slug}/people?page=${page}`);
}

/**
 * @template T
 * @param {string} path
 * @returns {Promise<T>}
 */
function asked(path) {
  const known = kept.get(path);
  if (known !== undefined) return /** @type {Promise<T>} */ (known);
  const answer = fetched(path);
  kept.set(path, answer);
  answer.catch(() => kept.delete(path));
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  return answer;
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
async function fetched(path) {
  const answer = await fetch(`/demo/data/${path}`);
  if (answer.status === 404) throw new Nobody(path);
  if (!answer.ok) throw new Error(`the site answered ${answer.status}`);
  return answer.json();
}
