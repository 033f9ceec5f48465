/**
 * The user's running exports and imports, wherever the panel is, and those that ended until they are
 * put away: the last one openly, the earlier ones folded, so that they leave room for the page's people.
 *
 * @import { JobState } from "../ui/job.js"
 * @import { JobView } from "../protocol.js"
 * @import { Words } from "../ui/words.js"
 * @import { PanelActions, Part } from "./view.js"
 */

import { isUnderWay } from "../ui/course.js";
import { createRows, el, setText, show } from "../ui/dom.js";
import { createJobCard } from "../ui/job.js";

/**
 * @param {Words} words
 * @param {PanelActions} actions
 * @returns {Part}
 */
export function createJobsSection(words, { stop, download, send }) {
  const open = el("div");
  const folded = el("div");
  const summary = el("summary", { class: "note-line" });
  const earlier = el("details", { class: "earlier" }, summary, folded);
  const label = words.say("jobs_title");
  const element = el("div", { role: "region", "aria-label": label }, open, earlier);
  const putAway = (/** @type {string} */ job) => send({ type: "put_away", job });
  const create = () => {
    const card = createJobCard(words, { stop, putAway, download });
    // Whoever has just started it by key goes on here, where Stop is.
    if (document.activeElement?.closest("[data-part=quote]")) queueMicrotask(card.focus);
    return card;
  };
  /** @type {(items: {key: string, value: JobView & JobState}[]) => void} */
  const writeOpen = createRows(open, create);
  /** @type {typeof writeOpen} */
  const writeFolded = createRows(folded, create);
  return {
    element,
    write({ phase, jobs, user, link, server }, { nowMs }) {
      show(element, phase === "signed_in" && jobs.length > 0);
      const state = { online: link !== "offline", userName: user?.name ?? "", server, nowMs };
      const cardOf = (/** @type {JobView} */ view) => ({
        key: view.job.id,
        value: { ...view, ...state },
      });
      const { current, past } = parted(jobs);
      writeOpen(current.map(cardOf));
      writeFolded(past.map(cardOf));
      setText(summary, words.count("jobs_earlier", past.length));
      show(earlier, past.length > 0);
    },
  };
}

/**
 * @param {JobView[]} jobs newest first
 * @returns {{current: JobView[], past: JobView[]}} `current`: those under way and the last that ended
 */
export function parted(jobs) {
  const ended = jobs.filter(({ job }) => !isUnderWay(job.status));
  const past = ended.slice(1);
  return { current: jobs.filter((view) => !past.includes(view)), past };
}
