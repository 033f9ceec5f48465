/**
 * The panel's parts, built once and written into.
 *
 * @import {
 *   Battery, Kind, Level, PageRequest, PersonView, Problem, Subject, View
 * } from "../protocol.js"
 * @import { JobActions } from "../ui/job.js"
 * @import { Words } from "../ui/words.js"
 */

import { createCell, createExtraGauge, createLicenseGauge, levelName } from "../ui/battery.js";
import { el, icon, setAttribute, setText, show } from "../ui/dom.js";
import { noticeSentence } from "../ui/notices.js";
import { createPerson, createSkeleton } from "../ui/person.js";
import { createTeam } from "../ui/team.js";
import { createAlert } from "./alert.js";
import { createJobsSection } from "./jobs.js";
import { createListSection } from "./list.js";
import { createSignIn } from "./signin.js";

/**
 * @typedef {object} PanelActions
 * @property {boolean} framed on somebody else's page, where it can be collapsed
 * @property {(event: MouseEvent, subject: string, kind: Kind, price: number) => void} spend
 * @property {(event: MouseEvent) => void} quote
 * @property {(event: MouseEvent, job: string, credits: number) => void} start
 * @property {JobActions["stop"]} stop
 * @property {JobActions["download"]} download
 * @property {(text: string) => Promise<boolean>} copy
 * @property {(request: PageRequest) => void} send
 * @property {() => void} openSettings
 * @property {(collapsed: boolean) => void} collapse
 *
 * @typedef {{nowMs: number, paused: boolean}} Moment  paused: just after a click that spends
 * @typedef {{element: HTMLElement, write(view: View, moment: Moment): void}} Part
 */

/**
 * @param {Words} words
 * @param {PanelActions} actions
 * @returns {Part & {collapse(collapsed: boolean): void, size(): {width: number, height: number}}}
 */
export function createPanel(words, actions) {
  const pull = createPull(words, actions);
  const parts = [
    createHead(words, actions),
    createBatterySection(words),
    createJobsSection(words, actions),
    createPersonSection(words, actions),
    createListSection(words, actions),
    createNotice(words),
    createAlert(words, actions),
    createTeamSection(words),
    createSignIn(words, actions),
  ];
  const whole = el("main", { class: "whole" }, ...parts.map((part) => part.element));
  const element = el("div", { class: "panel" }, pull.element, whole);
  show(pull.element, false);
  return {
    element,
    write(view, moment) {
      element.classList.toggle("stale", view.link === "offline");
      for (const part of [pull, ...parts]) part.write(view, moment);
    },
    collapse(collapsed) {
      show(pull.element, collapsed);
      show(whole, !collapsed);
    },
    size() {
      const shown = pull.element.hidden ? whole : pull.element;
      return {
        width: pull.element.hidden ? PANEL_PX : shown.offsetWidth,
        height: shown.offsetHeight,
      };
    },
  };
}

/** look.md */
const PANEL_PX = 340;

/**
 * The name, the state of the link or the level in words, and the two small buttons.
 *
 * @param {Words} words
 * @param {PanelActions} actions
 * @returns {Part}
 */
function createHead(words, { framed, openSettings, collapse }) {
  const pill = el("span", { class: "pill", role: "status" });
  const settings = iconButton("settings", words.say("settings"), openSettings);
  const fold = iconButton("collapse", words.say("collapse"), () => collapse(true));
  show(fold, framed);
  const title = el("h1", {}, words.say("extension_name"));
  return {
    element: el("header", { class: "head" }, title, pill, settings, fold),
    write(view) {
      const { text, level } = pillOf(words, view);
      setText(pill, text);
      setAttribute(pill, "data-level", level);
    },
  };
}

/**
 * @param {"settings" | "collapse"} name
 * @param {string} label
 * @param {() => void} action
 */
function iconButton(name, label, action) {
  const button = el("button", {
    type: "button",
    class: "quiet",
    "aria-label": label,
    title: label,
  });
  button.append(icon(name));
  button.addEventListener("click", action);
  return button;
}

/**
 * @param {Words} words
 * @param {View} view
 */
function pillOf(words, { phase, link, battery }) {
  const { say } = words;
  if (phase !== "signed_in") return { text: say("signed_out"), level: null };
  if (link === "offline") return { text: say("offline"), level: null };
  if (link === "connecting" || !battery) return { text: say("connecting"), level: null };
  const name = levelName(words, battery.level);
  const text = battery.level === "ok" ? `${name} · ${say("live")}` : name;
  return { text, level: battery.level };
}

/**
 * @param {Words} words
 * @returns {Part}
 */
function createBatterySection(words) {
  const { say, format } = words;
  const license = createLicenseGauge(words);
  const extra = createExtraGauge(words);
  const asOf = el("p", { class: "note-line as-of" });
  const gauges = el("div", {}, license.element, extra.element, asOf);
  const bone = el("div", { class: "bone full skeleton" });
  const element = el("section", { class: "sec battery" }, gauges, bone);
  return {
    element,
    write({ phase, battery, org, as_of_ms }, { nowMs }) {
      show(element, phase === "signed_in");
      show(gauges, battery !== null);
      show(bone, battery === null);
      if (!battery) return;
      license.write(battery, nowMs);
      extra.write(battery.extra, org?.name ?? "");
      setText(asOf, as_of_ms === null ? "" : say("as_of", { time: format.clock(as_of_ms) }));
      show(asOf, as_of_ms !== null);
    },
  };
}

/**
 * @param {Words} words
 * @param {PanelActions} actions
 * @returns {Part}
 */
function createPersonSection(words, actions) {
  /** @type {Subject | null} */
  let shown = null;
  const person = createPerson(words, {
    spend: (event, kind, price) => shown && actions.spend(event, shown.id, kind, price),
    copy: actions.copy,
  });
  const skeleton = createSkeleton(words);
  const message = createMessage(words, () => actions.send({ type: "retry" }));
  const element = el("div", {}, person.element, skeleton, message.element);
  return {
    element,
    write({ phase, person: now, list, link, server }, moment) {
      shown = now?.subject ?? null;
      show(element, phase === "signed_in" && list === null);
      show(person.element, shown !== null);
      show(skeleton, now?.status === "loading" && link !== "offline");
      message.write(messageFor(words, now, link, server));
      if (now && shown)
        person.write({ ...now, subject: shown }, { ...moment, online: link !== "offline" });
    },
  };
}

/**
 * @typedef {{text: string, more: string, retry: boolean}} Message
 */

/**
 * @param {Words} words
 * @param {PersonView | null} person
 * @param {View["link"]} link
 * @param {string} server
 * @returns {Message | null}
 */
function messageFor({ say }, person, link, server) {
  if (!person) return { text: say("nobody"), more: "", retry: false };
  if (person.subject) return null;
  if (link === "offline") {
    return { text: say("person_failed"), more: say("unreachable_plain", { server }), retry: false };
  }
  if (person.status === "unknown") {
    return { text: say("person_unknown"), more: say("person_unknown_more"), retry: false };
  }
  if (person.status !== "failed" || !person.problem) return null;
  const more = failureText({ say }, person.problem, server);
  return { text: say("person_failed"), more, retry: true };
}

/**
 * @param {Pick<Words, "say">} words
 * @param {Problem} problem
 * @param {string} server
 */
function failureText({ say }, problem, server) {
  return problem.status === 0 ? say("unreachable_plain", { server }) : problem.detail;
}

/**
 * @param {Words} words
 * @param {() => void} retry
 */
function createMessage(words, retry) {
  const text = el("p");
  const more = el("p", { class: "note-line" });
  const button = el("button", { type: "button" }, words.say("try_again"));
  button.addEventListener("click", retry);
  const element = el("section", { class: "sec message" }, text, more, button);
  return {
    element,
    /** @param {Message | null} message */
    write(message) {
      show(element, message !== null);
      if (!message) return;
      setText(text, message.text);
      setText(more, message.more);
      show(more, message.more !== "");
      show(button, message.retry);
    },
  };
}

/**
 * @param {Words} words
 * @returns {Part}
 */
function createNotice(words) {
  const element = el("p", { class: "notice", role: "status", dir: "auto" });
  return {
    element,
    write({ person, user, org, server }, { nowMs }) {
      const notice = person?.notice ?? null;
      show(element, notice !== null);
      if (!notice) return;
      const at = { userName: user?.name ?? "", orgName: org?.name ?? "", server, nowMs };
      const { tone, text } = noticeSentence(words, notice, at);
      setAttribute(element, "data-tone", tone);
      setText(element, text);
    },
  };
}

/**
 * @param {Words} words
 * @returns {Part}
 */
function createTeamSection(words) {
  const team = createTeam(words);
  return {
    element: team.element,
    write({ phase, team: lines }) {
      team.write(phase === "signed_in" ? lines : []);
    },
  };
}

/**
 * What is left of the panel when it is collapsed: a small battery that opens it again.
 *
 * @param {Words} words
 * @param {PanelActions} actions
 * @returns {Part & {element: HTMLElement}}
 */
function createPull(words, { collapse }) {
  const cell = createCell();
  const figure = el("span", { class: "figure" });
  const element = el("button", { type: "button", class: "pull" }, cell.element, figure);
  element.addEventListener("click", () => collapse(false));
  return {
    element,
    write({ phase, battery }) {
      const { text, label, credits, level } = pullOf(words, phase === "signed_in" ? battery : null);
      cell.write(credits, level, label);
      setText(figure, text);
      setAttribute(element, "aria-label", label);
      setAttribute(element, "title", label);
    },
  };
}

/**
 * @param {Words} words
 * @param {Battery | null} battery
 * @returns {{text: string, label: string, level: Level, credits: {remaining: number, held: number,
 *   whole: number}}}
 */
function pullOf({ say, format }, battery) {
  if (!battery) {
    const credits = { remaining: 0, held: 0, whole: 0 };
    return { text: "–", label: say("expand_plain"), level: "empty", credits };
  }
  const { license, level } = battery;
  const text = format.number(license.remaining);
  const credits = { ...license, whole: license.allotment };
  return { text, label: say("expand", { left: text }), level, credits };
}
