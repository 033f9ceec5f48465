/**
 * A list of people becomes a quote: the file, what to find, the most it may cost.
 *
 * @import { Answer } from "/ui/calls.js"
 * @import { Kind, Problem } from "../../../extension/protocol.js"
 * @import { OpenScreen } from "../frame/screens.js"
 * @import { Upload } from "./upload.js"
 */

import { el, setText, show } from "/ui/dom.js";
import { createKinds } from "/ui/picking.js";
import { ignoreRepeats } from "/ui/spending.js";
import { problemText, screenHead } from "../parts.js";
import { words } from "../words.js";
import { createChosenFile } from "./chosen-file.js";
import { acceptDrops } from "./dropping.js";
import { uploadName } from "./file-checks.js";
import { createSending } from "./sending.js";
import { upload } from "./upload.js";

const { say } = words;
const PATH = "/api/v1/imports";
/** No number of credits is larger (server/wire/words.py). */
const CREDITS_MAX = 1_000_000_000;
const LABEL_CHARS_MAX = 200;

/** @type {OpenScreen} */
export function open(app) {
  const title = say("import_title");
  /** @type {Kind[]} */
  let kinds = ["email"];
  /** @type {Upload | null} */
  let sending = null;
  let left = false;

  const file = createChosenFile(app.me.import_limits, () => refuse(file.fault()));
  const choice = createKinds(words, (chosen) => choose(chosen), undefined, say("import_kinds"));
  const label = textField("label", say("import_label"), { maxlength: String(LABEL_CHARS_MAX) });
  const max = textField("max", say("import_max"), { inputmode: "numeric", autocomplete: "off" });
  const problem = el("p", { class: "problem", role: "alert" });
  const progress = createSending(() => sending?.cancel());
  const offline = el("p", { role: "status" });
  const submit = el("button", { type: "submit", class: "go" }, say("import_quote"));
  const form = el(
    "form",
    { class: "card pad import", novalidate: true },
    file.element,
    choice.element,
    label.element,
    max.element,
    problem,
    progress.element,
    offline,
    el("div", { class: "buttons" }, submit),
    el("p", { class: "note-line" }, say("import_free")),
  );
  const jobs = el("a", { href: "/jobs", class: "button" }, say("jobs_back"));
  const element = el("div", { class: "screen narrow" }, screenHead(title, jobs), form);
  element.addEventListener("keydown", ignoreRepeats);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  /** @param {Kind[]} chosen */
  function choose(chosen) {
    kinds = chosen;
    write();
  }

  /** @param {string} sentence  empty: nothing is wrong */
  function refuse(sentence) {
    setText(problem, sentence);
    show(problem, sentence !== "");
  }

  function write() {
    const now = app.live.now();
    choice.write(kinds, now.prices);
    setText(offline, now.link === "offline" ? say("import_offline") : "");
    show(offline, now.link === "offline");
    show(submit, sending === null);
    submit.disabled = now.link === "offline";
    file.lock(sending !== null);
  }

  /** @returns {Record<string, string>} */
  function texts() {
    const given = { kinds: kinds.join(","), label: label.value(), max_credits: max.value() };
    return Object.fromEntries(Object.entries(given).filter(([, text]) => text !== ""));
  }

  function mistake() {
    if (!file.file()) return say("import_no_file");
    if (kinds.length === 0) return say("import_no_kind");
    return file.fault() || (isCredits(max.value()) ? "" : say("import_bad_max"));
  }

  async function send() {
    const chosen = file.file();
    if (sending) return;
    refuse(mistake());
    if (!chosen || mistake()) return;
    const beside = texts();
    const answer = await app.unanswered.ask(uploadName(chosen, beside), (key) => {
      sending = upload(PATH, { file: chosen, texts: beside, key }, (sent, total) =>
        progress.write({ name: chosen.name, sent, total }),
      );
      progress.write({ name: chosen.name, sent: 0, total: chosen.size });
      write();
      progress.focus();
      return sending.answer;
    });
    sending = null;
    if (!left) answered(answer);
  }

  /** @param {Answer} answer */
  function answered(answer) {
    // Until the job's screen stands nothing may be sent a second time.
    if (answer.ok) return app.router.go(`/jobs/${answer.value.id}`);
    progress.write(null);
    write();
    refuse(refusalText(answer.problem));
    submit.focus();
  }

  const stopAccepting = acceptDrops({
    over: (over) => file.invite(over && sending === null),
    drop: (files) => (sending ? refuse(say("import_busy")) : file.offer(files)),
  });
  const stopListening = app.live.listen(write);
  refuse("");
  write();
  return {
    title,
    element,
    leave() {
      left = true;
      sending?.cancel();
      stopAccepting();
      stopListening();
    },
  };
}

/**
 * @param {string} name
 * @param {string} label
 * @param {Record<string, string>} attributes
 */
function textField(name, label, attributes) {
  const input = el("input", { id: name, name, dir: "auto", ...attributes });
  return {
    element: el("div", { class: "field" }, el("label", { for: name }, label), input),
    value: () => input.value.trim(),
  };
}

/** @param {string} text */
function isCredits(text) {
  return text === "" || (/^\d+$/.test(text) && Number(text) <= CREDITS_MAX);
}

/** @param {Problem} problem */
function refusalText(problem) {
  if (problem.code === "cancelled") return say("import_cancelled");
  if (problem.code === "unreachable") return say("import_lost");
  if (problem.line === undefined) return problemText(problem);
  return say("import_line", { line: problem.line, reason: problemText(problem) });
}
