import { readFileSync } from "node:fs";

import { createWords } from "../../extension/ui/words.js";

const CATALOGUE = new URL("../../extension/_locales/en/messages.json", import.meta.url);

export const english = JSON.parse(readFileSync(CATALOGUE, "utf8"));

/** @param {...string} languages */
export function speak(...languages) {
  return createWords({ en: english }, languages);
}
