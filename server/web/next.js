/** Where signing in leads. Pure. */

/**
 * @param {string | null} next  from the address, which anybody may have written
 * @param {string} origin  of this site
 * @returns {string} a path of this site
 */
export function safeNext(next, origin) {
  if (!next || !URL.canParse(next, origin)) return "/";
  const url = new URL(next, origin);
  if (url.origin !== origin) return "/";
  // Two slashes at the beginning name another site, also when dots were resolved into them.
  return url.pathname.replace(/^\/+/, "/") + url.search + url.hash;
}
