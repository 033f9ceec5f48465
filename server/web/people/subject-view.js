/**
 * What the screen of one person or company looks like.
 *
 * @import { Kind, Subject } from "../../../extension/protocol.js"
 * @import { Circumstances } from "./list-view.js"
 * @import { Sight } from "./subject.js"
 */

import { copyText } from "/ui/clipboard.js";
import { createSlot, el, setText, show } from "/ui/dom.js";
import { headlineOf } from "/ui/person.js";
import { createPieceRow } from "/ui/pieces.js";
import { ignoreRepeats } from "/ui/spending.js";
import { createFailed, createSkeletonRows } from "../parts/states.js";
import { words } from "../words.js";
import { hasProfile } from "./fetching.js";
import { createFreshness } from "./freshness.js";
import { PEOPLE, searchHref } from "./lists.js";
import { createRefusal } from "./refusal.js";

const { say } = words;

/**
 * @typedef {object} SubjectActions
 * @property {() => void} retry
 * @property {(event: MouseEvent, subject: Subject, kind: Kind, price: number) => void} spend
 * @property {() => void} dismiss
 */

/**
 * @param {SubjectActions} actions
 * @returns {{element: HTMLElement, write(sight: Sight, at: Circumstances): void}}
 */
export function createSubjectView(actions) {
  const who = createWho();
  const freshness = createFreshness();
  const pieces = createPieces(actions);
  const skeleton = createSkeletonRows(4);
  const failed = createFailed(actions.retry);
  const links = el("nav", { class: "subject-links", "aria-label": say("subject_more") });
  const refusal = createRefusal(actions.dismiss);
  const body = el("div", {}, pieces.element, links);
  const card = el("div", { class: "card" }, freshness.element, skeleton, failed.element, body);
  const foot = el("div", { class: "foot" }, refusal.element);
  const element = el("section", { class: "screen subject" }, who.element, card, foot);
  const writeLinks = createSlot(links, linksOf);
  element.addEventListener("keydown", ignoreRepeats, { capture: true });
  return {
    element,
    write({ subject, problem }, at) {
      who.write(subject);
      freshness.write(subject ? problem : null);
      show(skeleton, !subject && !problem);
      failed.write(subject ? null : problem);
      show(body, subject !== null);
      refusal.write(at.refusal);
      if (!subject) return;
      pieces.write(subject, at);
      const { name, type, company, url } = subject;
      writeLinks({ name, type, company, url });
    },
  };
}

function createWho() {
  const name = el("h1", { tabindex: "-1", dir: "auto" });
  const headline = el("p", { dir: "auto" });
  const place = el("p", { class: "note-line", dir: "auto" });
  return {
    element: el("header", { class: "subject-head" }, name, headline, place),
    /** @param {Subject | null} subject */
    write(subject) {
      setText(name, subject?.name ?? say("loading"));
      setText(headline, subject ? headlineOf(words, { ...subject, location: null }) : "");
      setText(place, subject?.location ?? "");
      show(headline, headline.textContent !== "");
      show(place, place.textContent !== "");
    },
  };
}

/** @param {SubjectActions} actions */
function createPieces({ spend }) {
  /** @type {Subject | null} */
  let shown = null;
  const rows = PEOPLE.kinds.map((kind) => {
    const row = createPieceRow(words, kind, {
      spend: (event, _, price) => shown && spend(event, shown, kind, price),
      copy: copyText,
    });
    return { kind, row };
  });
  return {
    element: el("div", { class: "rows pieces" }, ...rows.map(({ row }) => row.element)),
    /**
     * @param {Subject} subject
     * @param {Circumstances} at
     */
    write(subject, { standing, pending, paused }) {
      shown = subject;
      const underWay = pending(subject.id);
      const online = standing.link !== "offline";
      for (const { kind, row } of rows) {
        const piece = subject.pieces[kind];
        show(row.element, piece !== undefined);
        if (!piece) continue;
        const { type } = subject;
        const focused = row.element.contains(document.activeElement);
        row.write({
          piece,
          type,
          pending: underWay.includes(kind),
          online,
          paused,
          nowMs: Date.now(),
        });
        if (focused) keepFocus(row.element);
      }
    },
  };
}

/**
 * Whoever stood on the button that is gone now goes on at what came for it.
 *
 * @param {HTMLElement} row
 */
function keepFocus(row) {
  const stands = document.activeElement;
  if (row.contains(stands) && stands?.checkVisibility()) return;
  const next = row.querySelector("button.copy, button:not([hidden])");
  if (next instanceof HTMLElement) next.focus();
}

/**
 * @param {Pick<Subject, "name" | "type" | "company" | "url">} subject
 * @returns {HTMLElement[]}
 */
function linksOf({ name, type, company, url }) {
  const links = [link(searchHref("/history", name), say("subject_history"))];
  const employer = type === "account" ? name : company;
  if (employer)
    links.unshift(
      link(searchHref("/people", employer), say("subject_people", { company: employer })),
    );
  if (type === "contact" && company)
    links.unshift(link(searchHref("/companies", company), say("subject_its_company", { company })));
  if (hasProfile({ url })) links.unshift(profileLink(url));
  return links;
}

/**
 * @param {string} href
 * @param {string} text
 */
function link(href, text) {
  return el("a", { href }, text);
}

/** @param {string} url */
function profileLink(url) {
  const attributes = { href: url, target: "_blank", rel: "noopener noreferrer" };
  return el("a", attributes, say("subject_profile"));
}
