/** A whole number of credits. */

import { field } from "../parts.js";

/**
 * @param {string} name
 * @param {string} label
 * @param {string} [value]
 */
export function creditsField(name, label, value = "") {
  return field(label, {
    name,
    value,
    type: "number",
    min: "0",
    step: "1",
    inputmode: "numeric",
    autocomplete: "off",
  });
}
