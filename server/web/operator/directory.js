/**
 * `/operator/directory`: a file of people and companies, sent, imported and accounted for.
 *
 * @import { Place, Screen } from "../frame/screens.js"
 * @import { Desk } from "./desk.js"
 * @import { Outcome } from "./upload.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { note, problemText, screenHead, sentence } from "../parts.js";
import { words } from "../words.js";
import { createDirectoryResult } from "./directory-result.js";
import { createFileChoice } from "./file-choice.js";
import { sendDirectory } from "./upload.js";

const { say, format } = words;

/**
 * @param {Desk} desk
 * @param {Place} _place
 * @returns {Screen}
 */
export function open(desk, _place) {
  const most = desk.who.directory_bytes;
  const progress = createProgress(() => stop());
  const error = el("p", { class: "error", role: "alert" });
  const result = createDirectoryResult();
  const choice = createFileChoice(most, (file) => send(file), fail);
  let stop = () => {};
  let left = false;

  /** @param {File} file */
  async function send(file) {
    show(error, false);
    result.write(null);
    choice.enable(false);
    progress.start(file.name);
    addEventListener("beforeunload", warn);
    const sending = sendDirectory(desk.token, file, progress);
    stop = sending.stop;
    const outcome = await sending.outcome;
    removeEventListener("beforeunload", warn);
    if (!left) finish(outcome);
  }

  /** @param {Outcome} outcome */
  function finish(outcome) {
    const stopped = progress.isStopped();
    progress.end();
    choice.enable(true);
    if ("result" in outcome) result.write(outcome.result);
    else if (stopped) fail(say("operator_upload_stopped"));
    else if (outcome.arrived && outcome.problem.status === 0) fail(say("operator_upload_cut"));
    else fail(problemText(outcome.problem));
  }

  /** @param {string} text */
  function fail(text) {
    setText(error, text);
    show(error, true);
  }

  show(error, false);
  const columns = say("operator_directory_columns", { most: sizeText(most) });
  const lead = [sentence(say("operator_directory_lead")), note(columns)];
  const card = el("div", { class: "card pad" }, ...lead, choice.element, progress.element, error);
  const head = screenHead(say("operator_directory"));
  return {
    title: say("operator_directory"),
    element: el("section", { class: "screen" }, head, card, result.element),
    leave() {
      left = true;
      // What has not arrived whole is not imported; what has, is.
      if (progress.isSending()) stop();
    },
  };
}

/** @param {BeforeUnloadEvent} event */
function warn(event) {
  event.preventDefault();
}

/**
 * First the file travels, then it is imported; each with a bar of its own length.
 *
 * @param {() => void} stop
 */
function createProgress(stop) {
  const text = el("p", { id: "operator-progress", role: "status" });
  const figures = el("p", { class: "note-line" });
  const bar = el("progress", { "aria-labelledby": "operator-progress", max: "1", value: "0" });
  const button = el("button", { type: "button" }, say("operator_upload_stop"));
  const element = el("div", { class: "stack" }, text, bar, figures, button);
  let sending = false;
  let stopped = false;
  button.addEventListener("click", () => {
    stopped = true;
    stop();
  });
  show(element, false);

  /**
   * @param {number} done
   * @param {number} total
   */
  function move(done, total) {
    bar.value = total > 0 ? done / total : 1;
  }

  return {
    element,
    isSending: () => sending,
    isStopped: () => stopped,
    /** @param {string} name */
    start(name) {
      sending = true;
      stopped = false;
      setText(text, say("operator_sending", { name }));
      setText(figures, "");
      move(0, 1);
      show(button, true);
      show(element, true);
    },
    /**
     * @param {number} done
     * @param {number} total
     */
    sent(done, total) {
      move(done, total);
      setText(figures, say("operator_of_bytes", { done: sizeText(done), total: sizeText(total) }));
      sending = done < total;
      if (sending) return;
      // From here on the server goes on by itself.
      setText(text, say("operator_importing"));
      show(button, false);
    },
    /**
     * @param {number} rows
     * @param {number} done
     * @param {number} total
     */
    imported(rows, done, total) {
      move(done, total);
      setText(figures, words.count("operator_rows", rows));
    },
    end() {
      sending = false;
      show(element, false);
    },
  };
}

/** @param {number} bytes */
export function sizeText(bytes) {
  if (bytes < 1_000_000) return say("operator_kb", { n: format.number(Math.ceil(bytes / 1_000)) });
  return say("operator_mb", { n: format.number(Math.round(bytes / 100_000) / 10) });
}
