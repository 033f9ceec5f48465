/**
 * From addresses to screens: every screen, tab, filter and page has one, and back and forward work.
 *
 * @import { Frame } from "./stage.js"
 * @import { Place, Screen } from "./screens.js"
 */

/** A screen that comes sooner than this needs no grey shapes before it. */
const WAIT_MS = 300;

/**
 * @typedef {object} Router
 * @property {() => Place} here
 * @property {(href: string, options?: {replace?: boolean}) => void} go
 * @property {(query: Record<string, string | null>, options?: {replace?: boolean}) => void} change
 *   some of the query of this place; null and "" take one out
 * @property {(frame: Pick<Frame, "show" | "wait">) => void} start
 */

/**
 * @template R
 * @typedef {{route: R, params: Record<string, string>}} Match
 */

/**
 * @template R
 * @typedef {{route: R | null, params: string | undefined, screen: Screen}} Shown
 */

/**
 * @template {{path: string}} R
 * @param {readonly R[]} routes
 * @param {string} path
 * @returns {Match<R> | null}
 */
export function matchOf(routes, path) {
  const parts = path.split("/");
  for (const route of routes) {
    const params = paramsOf(route.path.split("/"), parts);
    if (params) return { route, params };
  }
  return null;
}

/**
 * @param {string[]} pattern
 * @param {string[]} parts
 * @returns {Record<string, string> | null}
 */
function paramsOf(pattern, parts) {
  if (pattern.length !== parts.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [i, name] of pattern.entries()) {
    const part = parts[i] ?? "";
    if (name.startsWith(":") && part !== "") params[name.slice(1)] = part;
    else if (name !== part) return null;
  }
  return params;
}

/**
 * @template {{path: string}} R
 * @param {readonly R[]} routes
 * @param {(match: Match<R> | null, place: Place) => Screen | Promise<Screen>} open  never throws
 * @returns {Router}
 */
export function createRouter(routes, open) {
  /** @type {Shown<R> | null} */
  let shown = null;
  /** Of two places asked for in a row only the last is shown. */
  let turn = 0;
  let opened = false;
  /** The place that is shown, or on its way. */
  let at = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} until another screen has opened */
  let waiting;
  /** @type {(back?: boolean) => Promise<void>} */
  let arrive = async () => {};

  /** @returns {Place} */
  function here() {
    const match = matchOf(routes, location.pathname);
    return {
      path: location.pathname,
      params: match?.params ?? {},
      query: new URLSearchParams(location.search),
    };
  }

  /**
   * @param {string} href
   * @param {{replace?: boolean}} [options]
   */
  function go(href, { replace = false } = {}) {
    const url = new URL(href, location.href);
    if (url.href === location.href) return;
    if (replace) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    arrive();
  }

  return {
    here,
    go,
    change(query, options) {
      const next = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(query)) {
        if (value === null || value === "") next.delete(name);
        else next.set(name, value);
      }
      const text = next.toString();
      go(text ? `?${text}` : location.pathname, options);
    },
    start(frame) {
      arrive = async (back = false) => {
        at = location.pathname + location.search;
        const match = matchOf(routes, location.pathname);
        const screen = match && keptOf(shown, match);
        if (screen) stay(frame, screen);
        else await change(frame, match, back);
      };
      addEventListener("popstate", () => {
        // A jump inside of what is shown fires it too.
        if (location.pathname + location.search !== at) arrive(true);
      });
      document.addEventListener("click", (event) => follow(event));
      arrive();
    },
  };

  /**
   * Whoever comes back before another screen has opened finds this one as it was.
   *
   * @param {Pick<Frame, "show">} frame
   * @param {Screen} screen  the one that stands
   */
  function stay(frame, screen) {
    if (waiting !== undefined) frame.show(screen, false);
    turn += 1;
    stopWaiting();
    screen.move?.(here());
  }

  function stopWaiting() {
    clearTimeout(waiting);
    waiting = undefined;
  }

  /**
   * @param {Pick<Frame, "show" | "wait">} frame
   * @param {Match<R> | null} match
   * @param {boolean} back
   */
  async function change(frame, match, back) {
    const mine = ++turn;
    stopWaiting();
    waiting = setTimeout(frame.wait, WAIT_MS);
    const screen = await open(match, here());
    if (mine !== turn) return screen.leave?.();
    stopWaiting();
    shown?.screen.leave?.();
    shown = { route: match?.route ?? null, params: JSON.stringify(match?.params), screen };
    frame.show(screen, opened);
    // The browser itself brings one back to where a page was scrolled to.
    if (opened && !back) scrollTo(0, 0);
    if (!back) goToPart(location.hash);
    opened = true;
  }

  /** @param {MouseEvent} event */
  function follow(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || !isPlain(event, link) || !matchOf(routes, link.pathname)) return;
    if (link.hash !== "" && link.pathname + link.search === at) return;
    event.preventDefault();
    go(link.href);
  }
}

/**
 * The browser looked for the part before the screen that has it stood.
 *
 * @param {string} hash
 */
function goToPart(hash) {
  const part = hash === "" ? null : document.getElementById(hash.slice(1));
  part?.scrollIntoView();
  part?.focus();
}

/**
 * @template R
 * @param {Shown<R> | null} shown
 * @param {Match<R>} match
 * @returns {Screen | null} the one that stands, if it can go to this place by itself
 */
function keptOf(shown, { route, params }) {
  if (shown?.route !== route || shown.params !== JSON.stringify(params)) return null;
  return shown.screen.move ? shown.screen : null;
}

/**
 * Whether a click means this tab and this document.
 *
 * @param {MouseEvent} event
 * @param {HTMLAnchorElement} link
 */
function isPlain(event, link) {
  const other = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  const elsewhere = link.target !== "" || link.hasAttribute("download");
  return (
    !event.defaultPrevented &&
    event.button === 0 &&
    !other &&
    !elsewhere &&
    link.origin === location.origin
  );
}
