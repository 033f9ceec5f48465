/**
 * What the whole org has and used, above the table.
 *
 * @import { TeamState } from "./team.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { words } from "../words.js";
import { totalsOf } from "./members.js";

const { say, count, format } = words;
const FIGURES = /** @type {const} */ (["remaining", "held", "used"]);

/** @returns {{element: HTMLElement, write(state: TeamState): void}} */
export function createTotalsLine() {
  const people = el("span", { "data-figure": "users" });
  const license = createGroup(say("admin_licenses"), "license");
  const extra = createGroup(say("admin_extra"), "extra");
  return {
    element: el("div", { class: "totals" }, people, license.element, extra.element),
    write({ users, extra: pool }) {
      const totals = totalsOf(users.values());
      const active = format.number(totals.active);
      setText(people, count("admin_users", totals.users, { active }));
      license.write(totals, totals.allotment);
      show(extra.element, pool !== null);
      if (pool) extra.write(pool, pool.granted);
    },
  };
}

/**
 * @param {string} name
 * @param {string} id
 */
function createGroup(name, id) {
  const texts = FIGURES.map((figure) => ({
    figure,
    element: el("span", { "data-figure": `${id}-${figure}` }),
  }));
  return {
    element: el(
      "span",
      { class: "totals-group" },
      el("span", { class: "note-line" }, name),
      ...texts.map(({ element }) => element),
    ),
    /**
     * @param {Record<(typeof FIGURES)[number], number>} figures
     * @param {number} whole
     */
    write(figures, whole) {
      for (const { figure, element } of texts) {
        const credits = format.number(figures[figure]);
        setText(element, say(`admin_sum_${figure}`, { credits, whole: format.number(whole) }));
      }
    },
  };
}
