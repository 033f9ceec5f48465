/**
 * What a chart of usage shows, from the sums of the server (api.md, History). Pure.
 */

/**
 * @typedef {object} Sums  credits; `credits = from_license + from_extra`
 * @property {number} entries
 * @property {number} credits
 * @property {number} from_license
 * @property {number} from_extra
 *
 * @typedef {{start: string, groups: Record<string, Sums>}} UsageBucket
 *
 * @typedef {object} Series  the credits of one group
 * @property {string} key
 * @property {number[]} credits  a figure for each bucket
 * @property {number} total
 *
 * @typedef {object} Sheet  what chart and table show alike
 * @property {string[]} starts  the first day of each bucket
 * @property {Series[]} series
 * @property {number[]} totals  of each bucket
 * @property {number} total
 */

/** More patterns than this cannot be told apart. */
export const SERIES_MAX = 8;
/** The groups that are not shown one by one; no id is called like this. */
export const OTHERS = "others";

/**
 * @param {readonly UsageBucket[]} buckets
 * @param {readonly string[]} order  keys that come first, in this order; the others by their sum
 * @returns {Sheet}
 */
export function sheetOf(buckets, order) {
  const all = seriesOf(buckets).sort(byPlace(order));
  const series = all.length > SERIES_MAX ? withOthers(all) : all;
  return {
    starts: buckets.map(({ start }) => start),
    series,
    totals: buckets.map((_, i) => sum(series.map(({ credits }) => credits[i] ?? 0))),
    total: sum(series.map(({ total }) => total)),
  };
}

/**
 * @param {readonly UsageBucket[]} buckets
 * @returns {Series[]}
 */
function seriesOf(buckets) {
  const keys = new Set(buckets.flatMap(({ groups }) => Object.keys(groups)));
  return [...keys].map((key) => {
    const credits = buckets.map(({ groups }) => groups[key]?.credits ?? 0);
    return { key, credits, total: sum(credits) };
  });
}

/**
 * @param {readonly string[]} order
 * @returns {(a: Series, b: Series) => number}
 */
function byPlace(order) {
  /** @param {Series} series */
  function place({ key }) {
    if (key === OTHERS) return Number.POSITIVE_INFINITY;
    const known = order.indexOf(key);
    return known < 0 ? order.length : known;
  }
  return (a, b) => {
    const [first, second] = [place(a), place(b)];
    return first === second ? b.total - a.total : first - second;
  };
}

/**
 * The first ones by themselves, the rest as one.
 *
 * @param {readonly Series[]} all
 * @returns {Series[]}
 */
function withOthers(all) {
  const alone = all.filter(({ key }) => key !== OTHERS).slice(0, SERIES_MAX - 1);
  const rest = all.filter((series) => !alone.includes(series));
  const [first] = rest;
  const credits = (first?.credits ?? []).map((_, i) =>
    sum(rest.map((each) => each.credits[i] ?? 0)),
  );
  return [...alone, { key: OTHERS, credits, total: sum(credits) }];
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((all, number) => all + number, 0);
}
