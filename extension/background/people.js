/**
 * Who is on the pages that are open, looked up in batches and kept true by the socket's `changes`,
 * which carry no values: whoever shows the subject fetches it. Kept
 * for the next worker: what stands on a page stays there, and under the pointer, while the worker that
 * knew it is replaced.
 *
 * @import { Store } from "../browser.js"
 * @import { ChangesMessage, Problem, RevealResult, Subject } from "../protocol.js"
 */

import { withOutcome } from "../ui/outcome.js";

/** `api.md`, Limits. */
const URLS_PER_LOOKUP_MAX = 100;
/** Pages that open in the same moment share one lookup. */
const GATHER_MS = 10;
/** Pages left are kept for coming back; more than a day's browsing needs. */
const KEPT_MAX = 500;
const KEY = "people";
/** For the next worker: the open pages of results and the people last looked at. */
const LEFT_BEHIND_MAX = 50;

/**
 * @typedef {object} Entry
 * @property {"loading" | "known" | "unknown" | "failed"} status
 * @property {Subject | null} subject
 * @property {Problem | null} problem
 * @property {boolean} stale what we have is no longer known to be right
 *
 * @typedef {{ok: true, results: (Subject | null)[]} | {ok: false, problem: Problem}} Found
 */

/**
 * @param {object} parts
 * @param {(urls: string[]) => Promise<Found>} parts.lookup answers in the order of `urls`
 * @param {Store} parts.store that survives the worker
 * @param {() => Set<string>} parts.shown the URLs some page shows now
 * @param {() => boolean} parts.ready whether the socket is live: what is fetched before it would
 *   have to be fetched again, for nobody told what changed in between
 * @param {() => void} parts.changed
 * @param {import("../ui/link.js").Clock} parts.clock
 */
export function createPeople({ lookup, store, shown, ready, changed, clock }) {
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  /** @type {(() => void) | null} */
  let gathering = null;
  /** Counts what makes answers under way outdated. */
  let round = 0;

  function save() {
    const known = [...entries].filter(([, { subject }]) => subject !== null);
    return store.set(KEY, known.slice(-LEFT_BEHIND_MAX));
  }

  /** @param {number} [ms] */
  function gather(ms = GATHER_MS) {
    gathering ??= clock.after(ms, () => {
      gathering = null;
      fetchStale();
    });
  }

  function fetchStale() {
    if (!ready()) return;
    const urls = [...shown()].filter((url) => entries.get(url)?.stale ?? true);
    for (let i = 0; i < urls.length; i += URLS_PER_LOOKUP_MAX) {
      fetchBatch(urls.slice(i, i + URLS_PER_LOOKUP_MAX));
    }
  }

  /** @param {string[]} urls */
  async function fetchBatch(urls) {
    const mine = round;
    for (const url of urls) keep(url, { ...(entries.get(url) ?? LOADING), stale: false });
    trim();
    const found = await lookup(urls);
    if (mine !== round) outdated(urls);
    else if (found.ok) arrived(urls, found.results);
    else failed(urls, found.problem);
  }

  /**
   * @param {string[]} urls
   * @param {(Subject | null)[]} results
   */
  function arrived(urls, results) {
    urls.forEach((url, i) => {
      // What changed while the answer was on its way is asked for again.
      const stale = entries.get(url)?.stale ?? false;
      keep(url, { ...entryOf(results[i] ?? null), stale });
    });
    if (urls.some((url) => entries.get(url)?.stale)) gather();
    save();
    changed();
  }

  /** @param {string[]} urls */
  function outdated(urls) {
    for (const url of urls) entries.delete(url);
    gather();
  }

  /**
   * What was known stays on the screen. It is asked for again when the server said to come back,
   * when the link returns, or when the user says so.
   *
   * @param {string[]} urls
   * @param {Problem} problem
   */
  function failed(urls, problem) {
    for (const url of urls) {
      const old = entries.get(url);
      const subject = old?.subject ?? null;
      keep(url, { status: subject ? "known" : "failed", subject, problem, stale: true });
    }
    if (problem.retry_after_s !== undefined) gather(problem.retry_after_s * 1000);
    changed();
  }

  /**
   * @param {string} url
   * @param {Entry} entry
   */
  function keep(url, entry) {
    entries.delete(url);
    entries.set(url, entry);
  }

  function trim() {
    const wanted = shown();
    const left = [...entries.keys()].filter((url) => !wanted.has(url));
    const spare = Math.max(0, entries.size - KEPT_MAX);
    for (const oldest of left.slice(0, spare)) entries.delete(oldest);
  }

  /** @param {(url: string, entry: Entry) => boolean} touched */
  function invalidate(touched) {
    let any = false;
    for (const [url, entry] of entries) {
      if (!touched(url, entry)) continue;
      entries.set(url, { ...entry, stale: true });
      any = true;
    }
    if (any) gather();
  }

  return {
    async load() {
      for (const [url, entry] of (await store.get(KEY)) ?? []) {
        entries.set(url, { ...entry, problem: null, stale: true });
      }
    },

    /** @param {string} url */
    get: (url) => entries.get(url) ?? LOADING,

    /** The link is back: whatever is shown and not known to be right is fetched. */
    refresh: () => gather(),

    /**
     * Somebody looks at this page (again): what was not found last time may be there now.
     *
     * @param {string} url
     */
    visit(url) {
      if (entries.get(url)?.subject === null) entries.delete(url);
      gather();
    },

    /** Everything may have changed. */
    refreshAll() {
      invalidate(() => true);
      gather();
    },

    /** Another user, another org: nothing that was known may stay. */
    async forget() {
      round += 1;
      entries.clear();
      gathering?.();
      gathering = null;
      await store.remove(KEY);
    },

    /** @param {ChangesMessage} message */
    apply({ items, many }) {
      if (many !== undefined) return invalidate(() => true);
      const subjects = new Set(items.map((item) => item.subject));
      const urls = new Set(items.map((item) => item.url));
      return invalidate((url, { subject }) => subjects.has(subject?.id ?? "") || urls.has(url));
    },

    /**
     * The answer to an own reveal is shown at once, without waiting for the next lookup.
     *
     * @param {RevealResult} result
     * @param {{name: string, at: string}} me
     */
    reveal(result, me) {
      for (const [url, entry] of entries) {
        if (!entry.subject) continue;
        entries.set(url, { ...entry, subject: withOutcome(entry.subject, result, me) });
      }
      save();
    },
  };
}

/** @type {Entry} */
const LOADING = { status: "loading", subject: null, problem: null, stale: true };

/**
 * @param {Subject | null} subject
 * @returns {Entry}
 */
function entryOf(subject) {
  return { status: subject ? "known" : "unknown", subject, problem: null, stale: false };
}
