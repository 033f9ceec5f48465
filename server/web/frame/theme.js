/** Light, dark, or as the system is: the choice of this browser. */

import { createChoices } from "../parts/choice.js";
import { words } from "../words.js";

const { say } = words;

/** What `/web/theme.js` reads before the first paint. */
const KEY = "theme";

/** @returns {HTMLElement} */
export function themeChoice() {
  const options = [
    { value: "system", text: say("theme_system") },
    { value: "light", text: say("theme_light") },
    { value: "dark", text: say("theme_dark") },
  ];
  const choices = createChoices(say("theme"), options, choose, "segments");

  /** @param {string} value */
  function choose(value) {
    const root = document.documentElement;
    if (value === "system") {
      localStorage.removeItem(KEY);
      delete root.dataset["theme"];
    } else {
      localStorage.setItem(KEY, value);
      root.dataset["theme"] = value;
    }
    choices.write(value);
  }

  choices.write(localStorage.getItem(KEY) ?? "system");
  return choices.element;
}
