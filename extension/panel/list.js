/**
 * The panel on a page of search results: whom to export, or what it would cost.
 *
 * @import { ListView, View } from "../protocol.js"
 * @import { Words } from "../ui/words.js"
 * @import { PanelActions, Part } from "./view.js"
 */

import { el, setAttribute, setText, show } from "../ui/dom.js";
import { problemText } from "../ui/notices.js";
import { createSkeleton } from "../ui/person.js";
import { createKinds, createPicking } from "../ui/picking.js";
import { createQuote } from "../ui/quote.js";

/**
 * @param {Words} words
 * @param {PanelActions} actions
 * @returns {Part}
 */
export function createListSection(words, actions) {
  const { send } = actions;
  const choosing = createChoosing(words, actions);
  const quote = createQuote(words, {
    start: actions.start,
    back: () => send({ type: "drop_quote" }),
  });
  const element = el("div", {}, choosing.element, quote.element);
  /** @type {{focus(): void}} */
  let step = choosing;

  /** Whoever pressed a button that is gone now goes on where it led. */
  function enter(/** @type {{focus(): void}} */ next) {
    const left = step !== next && element.contains(document.activeElement);
    step = next;
    return left ? () => next.focus() : () => {};
  }

  return {
    element,
    write(view, moment) {
      const { list, link, battery, server } = view;
      show(element, list !== null);
      if (!list) return;
      const moveFocus = enter(list.offer ? quote : choosing);
      show(choosing.element, list.offer === null);
      show(quote.element, list.offer !== null);
      choosing.write(list, view, moment.paused);
      if (list.offer) {
        const hasExtra = battery?.extra != null;
        const online = link !== "offline";
        quote.write(list.offer, { online, paused: moment.paused, hasExtra, server });
      }
      moveFocus();
    },
  };
}

/**
 * @param {Words} words
 * @param {PanelActions} actions
 */
function createChoosing(words, { send, quote }) {
  const picking = createPicking(words, {
    tick: (urls, on) => send({ type: "tick", urls, on }),
    clear: () => send({ type: "clear" }),
  });
  const kinds = createKinds(words, (chosen) => send({ type: "choose", kinds: chosen }));
  const ask = createAsk(words, quote);
  const skeleton = createSkeleton(words, "list_loading");
  const people = el("section", { class: "sec" }, picking.element);
  const empty = createEmpty(words);
  const failed = createFailed(words, () => send({ type: "retry" }));
  const choice = el("section", { class: "sec" }, kinds.element);
  const last = el("div", { class: "last" }, choice, ask.element);
  return {
    element: el("div", {}, skeleton, people, empty, failed.element, last),
    focus: () => picking.focus(),
    /**
     * @param {ListView} list
     * @param {View} view
     * @param {boolean} paused
     */
    write(list, { link, prices, server }, paused) {
      const loading = isLoading(list);
      const online = link !== "offline";
      show(skeleton, loading && online);
      show(people, list.people.some(isAnswered));
      show(empty, list.people.length === 0);
      const any = list.people.length > 0 || list.selected > 0;
      show(choice, any);
      show(ask.element, any);
      failed.write(list, online);
      picking.write(list);
      kinds.write(list.kinds, prices);
      ask.write(list, { online, paused, server });
    },
  };
}

/** @param {ListView["people"][number]} person */
function isAnswered({ status }) {
  return status === "known" || status === "unknown";
}

/** @param {ListView} list */
function isLoading({ people }) {
  return people.length > 0 && people.every(({ status }) => status === "loading");
}

/**
 * The page is about to fill when the panel appears: the sentence waits a little.
 *
 * @param {Words} words
 */
function createEmpty({ say }) {
  return el(
    "section",
    { class: "sec message late" },
    el("p", {}, say("list_empty")),
    el("p", { class: "note-line" }, say("list_empty_more")),
  );
}

/**
 * @param {Words} words
 * @param {() => void} retry
 */
function createFailed({ say }, retry) {
  const button = el("button", { type: "button" }, say("try_again"));
  button.addEventListener("click", retry);
  const element = el("section", { class: "sec message" }, el("p", {}, say("list_failed")), button);
  return {
    element,
    /**
     * @param {ListView} list
     * @param {boolean} online
     */
    write(list, online) {
      const failed = list.people.some(({ status }) => status === "failed");
      show(element, failed || (isLoading(list) && !online));
      // The line comes back by itself, and then they are looked up.
      show(button, online);
    },
  };
}

/**
 * @param {Words} words
 * @param {(event: MouseEvent) => void} quote
 */
function createAsk(words, quote) {
  const { say } = words;
  const button = el("button", { type: "button", class: "go" });
  button.addEventListener("click", quote);
  const note = el("span", { class: "note-line" });
  const problem = el("p", { class: "problem", role: "alert" });
  return {
    element: el(
      "section",
      { class: "sec ask" },
      problem,
      el("div", { class: "buttons" }, button, note),
    ),
    /**
     * @param {ListView} list
     * @param {{online: boolean, paused: boolean, server: string}} state
     */
    write(list, { online, paused, server }) {
      const missing = missingOf(list);
      const busy = paused || list.asking;
      button.disabled = missing !== null || !online;
      // While it waits it keeps the focus, which then goes on to the quote.
      setAttribute(button, "aria-disabled", busy ? "true" : null);
      setText(button, say(list.asking ? "quote_getting" : "quote_get"));
      setText(note, say(missing ?? "quote_free"));
      writeProblem(problem, list.problem && problemText(words, list.problem, server));
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {string | null} text
 */
function writeProblem(element, text) {
  setText(element, text ?? "");
  show(element, text !== null);
}

/** @param {ListView} list */
function missingOf({ selected, kinds }) {
  if (selected === 0) return "quote_nobody";
  return kinds.length === 0 ? "quote_no_kind" : null;
}
