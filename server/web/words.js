/** The web app's own texts, a catalogue for each part of it, beside those of the shared views. */

import shared from "/_locales/en/messages.json" with { type: "json" };
import { createWords } from "/ui/words.js";
import admin from "./words/admin.en.json" with { type: "json" };
import batteries from "./words/batteries.en.json" with { type: "json" };
import frame from "./words/frame.en.json" with { type: "json" };
import history from "./words/history.en.json" with { type: "json" };
import jobs from "./words/jobs.en.json" with { type: "json" };
import operator from "./words/operator.en.json" with { type: "json" };
import people from "./words/people.en.json" with { type: "json" };

const en = {
  ...shared,
  ...frame,
  ...batteries,
  ...history,
  ...people,
  ...jobs,
  ...admin,
  ...operator,
};

/**
 * @typedef {import("/ui/words.js").WordsOf<typeof en>} WebWords
 */

/** @type {WebWords} */
export const words = createWords({ en }, navigator.languages);
