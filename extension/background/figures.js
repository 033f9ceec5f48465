/**
 * What the server last said of the battery, and from which position. Absolute values, the newest
 * wins; kept for the next worker, which then resumes instead of starting over.
 *
 * @import { Store } from "../browser.js"
 * @import {
 *   Battery, ChangeItem, Org, Position, Prices, TeamLine, User, WelcomeMessage
 * } from "../protocol.js"
 */

const KEY = "figures";

/** How long "just now" lasts. */
const TEAM_MS = 10 * 60_000;
const TEAM_LINES_MAX = 3;

/**
 * @typedef {TeamLine & {at_ms: number}} TimedLine
 *
 * @typedef {object} Figures
 * @property {Position | null} position
 * @property {number | null} as_of_ms
 * @property {User | null} user
 * @property {Org | null} org
 * @property {Battery | null} battery
 * @property {Prices | null} prices
 * @property {TimedLine[]} team newest first
 */

/** @type {Figures} */
const NOTHING = {
  position: null,
  as_of_ms: null,
  user: null,
  org: null,
  battery: null,
  prices: null,
  team: [],
};

/**
 * `seq` says which is newer; at an equal one the later credit month (R14: a month turns without an
 * entry), so that an answer which overtook a push on the way does not bring the old month back.
 *
 * @param {Battery | null} old
 * @param {Battery} candidate
 */
export function isNewer(old, candidate) {
  if (!old) return true;
  if (candidate.seq !== old.seq) return candidate.seq > old.seq;
  return candidate.license.starts_on >= old.license.starts_on;
}

/**
 * @param {TimedLine[]} team
 * @param {ChangeItem[]} items
 * @param {string | undefined} ownId the user's own actions are left out
 * @param {number} nowMs
 * @returns {TimedLine[]} one line per colleague, action and kind, newest first
 */
export function withNews(team, items, ownId, nowMs) {
  let lines = team;
  for (const { by, kind, action } of items) {
    if (by.id === ownId) continue;
    const same = (/** @type {TimedLine} */ line) =>
      line.by === by.name && line.action === action && line.kind === kind;
    const count = (lines.find(same)?.count ?? 0) + 1;
    lines = [{ by: by.name, kind, action, count, at_ms: nowMs }, ...lines.filter((l) => !same(l))];
  }
  return recent(lines, nowMs);
}

/**
 * @param {TimedLine[]} team
 * @param {number} nowMs
 */
export function recent(team, nowMs) {
  return team.filter((line) => nowMs - line.at_ms < TEAM_MS).slice(0, TEAM_LINES_MAX);
}

/**
 * @param {Store} store that survives the worker
 * @param {() => number} now
 */
export function createFigures(store, now) {
  let figures = NOTHING;

  return {
    async load() {
      figures = { ...NOTHING, ...(await store.get(KEY)) };
    },
    get: () => figures,

    /** @param {WelcomeMessage} message */
    welcome({ user, org, battery, prices }) {
      figures = { ...figures, user, org, battery, prices };
    },
    /** @param {Battery} battery */
    battery(battery) {
      if (isNewer(figures.battery, battery)) figures = { ...figures, battery };
    },
    /** @param {Prices} prices */
    prices(prices) {
      figures = { ...figures, prices };
    },
    /** @param {ChangeItem[]} items */
    news(items) {
      figures = { ...figures, team: withNews(figures.team, items, figures.user?.id, now()) };
    },
    /**
     * Everything up to `position` has been handled.
     *
     * @param {Position | null} position
     */
    async mark(position) {
      figures = { ...figures, position, as_of_ms: now(), team: recent(figures.team, now()) };
      await store.set(KEY, figures);
    },
    async forget() {
      figures = NOTHING;
      await store.remove(KEY);
    },
  };
}
