/**
 * One export or import through its whole life: quote, progress, bill, file.
 *
 * @import { FileFormat } from "/ui/job.js"
 * @import { Job } from "../../../extension/protocol.js"
 * @import { App, OpenScreen } from "../frame/screens.js"
 * @import { Following } from "./following.js"
 */

import { isUnderWay } from "/ui/course.js";
import { createSlot, el, setAttribute, setText, show } from "/ui/dom.js";
import {
  createDifferences,
  createDownloads,
  createOutcome,
  createProblem,
  createProgress,
  jobTitle,
  statusText,
} from "/ui/job.js";
import { createSpendGuard, ignoreRepeats } from "/ui/spending.js";
import { unknownScreen } from "../frame/failures.js";
import { download } from "../parts/download.js";
import { createFailed, createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";
import { createColumns } from "./columns.js";
import { createFollowing } from "./following.js";
import { createProblems } from "./problems.js";
import { createOthersQuote, createQuoted } from "./quoted.js";
import { factsOf, othersStatusText } from "./sentences.js";

const { say } = words;
const SKELETON_ROWS = 6;

/** @type {OpenScreen} */
export function open(app, { params }) {
  const maySpend = createSpendGuard(() => performance.now());
  const heading = el("h1", { tabindex: "-1", dir: "auto" }, say("job_title"));
  const back = el("a", { href: "/jobs", class: "note-line" }, say("jobs_back"));
  const facts = el("p", { class: "note-line job-facts" });
  const writeFacts = createSlot(facts, (/** @type {string[]} */ told) =>
    told.flatMap((fact, i) => [i > 0 ? " · " : "", el("bdi", {}, fact)]).map(asNode),
  );
  const skeleton = createSkeletonRows(SKELETON_ROWS);
  const failed = createFailed(() => following.load());
  const waiting = el("section", { class: "card" }, skeleton, failed.element);
  const course = createCourse(app, {
    start: (event) => maySpend(event) && following.start(),
    stop: (event) => maySpend(event) && following.stop(),
  });
  const columns = createColumns({
    count: (mapping) => following.map(mapping),
    changed: () => write(following.now()),
  });
  const problems = createProblems();
  const beside = el("div", { class: "job-beside" }, columns.element, problems.element);
  const parts = el("div", { class: "job-parts" }, course.element, beside);
  const head = el("div", { class: "job-head-of" }, el("p", {}, back), heading, facts);
  const element = el("div", { class: "screen job-screen" }, head, waiting, parts);
  element.addEventListener("keydown", ignoreRepeats);
  const following = createFollowing(app, params["job"] ?? "", write);

  /** @param {Following} now */
  function write(now) {
    const { phase, job, failure } = now;
    if (phase === "unknown") return writeUnknown();
    show(waiting, job === null);
    show(skeleton, phase === "loading");
    failed.write(failure);
    show(parts, job !== null);
    if (job) writeJob(job, now);
  }

  function writeUnknown() {
    if (!element.contains(heading)) return;
    const screen = unknownScreen();
    element.replaceChildren(screen.element);
    document.title = `${screen.title} · ${say("extension_name")}`;
    element.querySelector("h1")?.focus();
  }

  /**
   * @param {Job} job
   * @param {Following} now
   */
  function writeJob(job, now) {
    const title = jobTitle(words, job);
    setText(heading, title);
    document.title = `${title} · ${say("extension_name")}`;
    writeFacts(factsOf(words, job, { me: app.me.user.id, nowMs: Date.now() }));
    const online = app.live.now().link !== "offline";
    const mayMap = job.status === "quoted" && job.file !== null && job.by.id === app.me.user.id;
    show(columns.element, mayMap);
    if (mayMap) columns.write(job, { following: now, online });
    problems.write(job);
    show(beside, mayMap || job.problem_count > 0);
    const within = parts.contains(document.activeElement);
    course.write(job, { following: now, remapping: mayMap && columns.isChanged() });
    // Whoever started or stopped it by key goes on where it is said what became of it.
    if (within && isGone(document.activeElement)) heading.focus();
  }

  write(following.now());
  return { title: say("job_title"), element, leave: () => following.leave() };
}

/** @param {string | Node} part */
function asNode(part) {
  return typeof part === "string" ? document.createTextNode(part) : part;
}

/** @param {Element | null} focused */
function isGone(focused) {
  return !focused || focused === document.body || focused.closest("[hidden]") !== null;
}

/**
 * The card that changes with the job's status.
 *
 * @param {App} app
 * @param {{start(event: MouseEvent): void, stop(event: MouseEvent): void}} actions
 * @returns {{element: HTMLElement,
 *   write(job: Job, state: {following: Following, remapping: boolean}): void}}
 */
function createCourse(app, { start, stop }) {
  const status = el("p", { role: "status", "data-part": "status", class: "job-status" });
  const stopMeans = el("p", { class: "note-line" }, say("jobs_stop_means"));
  const files = el("p", { class: "note-line" }, say("jobs_files"));
  const quoted = createQuoted(app, { start, discard: stop });
  const others = createOthersQuote(stop);
  const parts = [
    createProgress(words, { stop }),
    createOutcome(words),
    createDifferences(words, "h2"),
    createProblem(words),
    createDownloads(words, { download: fetchFile }),
  ];
  const begun = el(
    "section",
    { class: "sec job" },
    status,
    ...parts.map((part) => part.element),
    stopMeans,
    files,
  );
  const panels = [begun, quoted.element, others.element];
  const element = el("div", { class: "card" }, ...panels);

  /**
   * @param {Job} job
   * @param {boolean} mine
   */
  function panelsOf({ status }, mine) {
    if (status !== "quoted") return [begun];
    return mine ? [quoted.element] : [begun, others.element];
  }
  return {
    element,
    write(job, state) {
      const mine = job.by.id === app.me.user.id;
      setAttribute(element, "data-status", job.status);
      setText(status, toldStatus(job, mine));
      for (const part of parts) part.write(viewOf(app, job, state.following));
      show(stopMeans, job.status === "running");
      show(files, job.status === "completed");
      if (mine) quoted.write(job, state);
      else others.write(job, state);
      const shown = panelsOf(job, mine);
      for (const panel of panels) show(panel, shown.includes(panel));
    },
  };
}

/**
 * @param {Job} job
 * @param {boolean} mine
 */
function toldStatus(job, mine) {
  if (job.status === "stopped" && job.started_at === null) return say("jobs_discarded");
  return mine ? statusText(words, job) : othersStatusText(words, job);
}

/**
 * @param {App} app
 * @param {Job} job
 * @param {Following} following
 */
function viewOf({ live, me }, job, { pending, refusal }) {
  return {
    job,
    pending: pending === "map" ? null : pending,
    problem: refusal?.asked === "stop" && isOpen(job) ? refusal.problem : null,
    online: live.now().link !== "offline",
    server: location.host,
    userName: me.user.name,
    nowMs: Date.now(),
  };
}

/** @param {Job} job */
function isOpen({ status }) {
  return status === "quoted" || isUnderWay(status);
}

/**
 * @param {string} job
 * @param {FileFormat} format
 */
function fetchFile(job, format) {
  return download(`/api/v1/jobs/${encodeURIComponent(job)}/file?format=${format}`);
}
