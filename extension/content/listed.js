/**
 * Who a page of search results lists. Read from links to profiles and the nearest list item around
 * them, never from class names, so that a site may change its looks.
 *
 * A classic script, as `place.js` is, which runs after it.
 */

// biome-ignore lint/correctness/noUnusedVariables: place.js uses it; scripts share their names.
const listedPeople = (() => {
  const SEARCH_OF_PEOPLE = /^(?:\/demo)?\/search\/results\/people\/?$/;
  const PROFILE = /^(?:\/demo)?\/in\/[^/]+/;
  /** They say where in a search one is, or how one came there, not what was searched for. */
  const NOT_THE_SEARCH = ["page", "scroll", "origin", "sid", "searchId", "spellCorrectionEnabled"];
  /** Long enough for a page of results to be put in as one, too short to be noticed. */
  const SETTLE_MS = 80;

  /**
   * @returns {{search: string, urls: string[]} | null} null on a page that is no search of people
   */
  function read() {
    if (!SEARCH_OF_PEOPLE.test(location.pathname)) return null;
    const query = new URLSearchParams(location.search);
    for (const name of NOT_THE_SEARCH) query.delete(name);
    query.sort();
    return { search: `${location.origin}?${query}`, urls: listedProfiles() };
  }

  /**
   * The first profile linked from a list item is whom the item is about; others in it (who knows
   * them, who works with them) were not found by the search.
   *
   * @returns {string[]} in the page's order, each once
   */
  function listedProfiles() {
    const items = new Set();
    const urls = new Set();
    for (const link of mainPart().querySelectorAll("a[href]")) {
      const url = profileOf(/** @type {HTMLAnchorElement} */ (link));
      const item = link.closest("li, [role=listitem]");
      if (url === null || (item && items.has(item))) continue;
      items.add(item);
      urls.add(url);
    }
    return [...urls];
  }

  /**
   * @param {HTMLAnchorElement} link
   * @returns {string | null}
   */
  function profileOf({ origin, pathname }) {
    const [path] = PROFILE.exec(pathname) ?? [];
    return path && origin === location.origin ? origin + path : null;
  }

  /** @returns {Element} */
  function mainPart() {
    return document.querySelector("main") ?? document.body;
  }

  /**
   * @param {() => void} changed some time after links came, went or lead elsewhere
   * @returns {{follow(): void, stop(): void}} `follow` after the page has moved on, which may have put
   *   another `main` in the place of the old one
   */
  function watch(changed) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let waiting;
    /** @type {Element | null} */
    let watched = null;

    const observer = new MutationObserver(() => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        follow();
        changed();
      }, SETTLE_MS);
    });

    function follow() {
      const main = mainPart();
      if (main === watched) return;
      observer.disconnect();
      watched = main;
      observer.observe(main, { childList: true, subtree: true, attributeFilter: ["href"] });
      // Where the old `main` gives way to a new one, nothing inside it tells.
      if (main.parentNode) observer.observe(main.parentNode, { childList: true });
    }

    return {
      follow,
      stop() {
        observer.disconnect();
        clearTimeout(waiting);
        waiting = undefined;
        watched = null;
      },
    };
  }

  return { read, watch };
})();
