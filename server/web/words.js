/** The web app's own texts beside those of the shared views. */

import shared from "/_locales/en/messages.json" with { type: "json" };
import { createWords } from "/ui/words.js";
import own from "./words/en.json" with { type: "json" };

/**
 * @typedef {import("/ui/words.js").WordsOf<typeof shared & typeof own>} WebWords
 */

/** @type {WebWords} */
export const words = createWords({ en: { ...shared, ...own } }, navigator.languages);
