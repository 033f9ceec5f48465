/**
 * The user's running exports and imports, wherever the panel is, and those that ended until they are
 * put away.
 *
 * @import { JobState } from "../ui/job.js"
 * @import { JobView } from "../protocol.js"
 * @import { Words } from "../ui/words.js"
 * @import { PanelActions, Part } from "./view.js"
 */

import { createRows, el, show } from "../ui/dom.js";
import { createJobCard } from "../ui/job.js";

/**
 * @param {Words} words
 * @param {PanelActions} actions
 * @returns {Part}
 */
export function createJobsSection(words, { stop, download, send }) {
  const element = el("div", { role: "region", "aria-label": words.say("jobs_title") });
  const putAway = (/** @type {string} */ job) => send({ type: "put_away", job });
  /** @type {(items: {key: string, value: JobView & JobState}[]) => void} */
  const writeCards = createRows(element, () => {
    const card = createJobCard(words, { stop, putAway, download });
    // Whoever has just started it by key goes on here, where Stop is.
    if (document.activeElement?.closest("[data-part=quote]")) queueMicrotask(card.focus);
    return card;
  });
  return {
    element,
    write({ phase, jobs, user, link, server }, { nowMs }) {
      show(element, phase === "signed_in" && jobs.length > 0);
      const state = { online: link === "live", userName: user?.name ?? "", server, nowMs };
      writeCards(jobs.map((view) => ({ key: view.job.id, value: { ...view, ...state } })));
    },
  };
}
