/**
 * Finding users by what somebody types. Pure.
 *
 * @typedef {{id: string, name: string, email: string}} ListedUser
 */

/**
 * @param {readonly ListedUser[]} users
 * @param {string} text
 * @param {number} most
 * @returns {ListedUser[]} whose name or address has every word of the text; names that begin with
 *   it come first
 */
export function foundIn(users, text, most) {
  const sought = fold(text).split(/\s+/).filter(Boolean);
  const fitting = users.filter(({ name, email }) => {
    const all = fold(`${name} ${email}`);
    return sought.every((word) => all.includes(word));
  });
  const [first = ""] = sought;
  const begins = fitting.filter(({ name }) => fold(name).startsWith(first));
  const others = fitting.filter(({ name }) => !fold(name).startsWith(first));
  return [...begins, ...others].slice(0, most);
}

/** @param {string} text */
function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
