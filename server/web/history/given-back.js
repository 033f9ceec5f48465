/**
 * What an admin's reversal of a charge gives back, and where (R27). Pure.
 *
 * @import { HistoryWords } from "./lines.js"
 * @import { Entry } from "./entries.js"
 */

/**
 * @typedef {object} GivenBack
 * @property {number} license
 * @property {number} extra
 * @property {number} lost  the license part of a closed month
 * @property {number} credits  that come back
 */

/**
 * @param {Pick<Entry, "from_license" | "from_extra">} charge
 * @param {string} day  of the charge, in the org's zone
 * @param {string} monthStart  of the running credit month of whose license it was
 * @returns {GivenBack}
 */
export function givenBack({ from_license, from_extra }, day, monthStart) {
  const open = day >= monthStart;
  const license = open ? from_license : 0;
  return {
    license,
    extra: from_extra,
    lost: from_license - license,
    credits: license + from_extra,
  };
}

/**
 * @param {HistoryWords} words
 * @param {GivenBack} given
 * @param {string} name  whose license it was
 */
export function returnText({ count }, { license, extra, lost }, name) {
  const texts = [
    license > 0 ? count("reverse_to_license", license, { name }) : "",
    extra > 0 ? count("reverse_to_extra", extra) : "",
    lost > 0 ? count("reverse_lost", lost, { name }) : "",
  ];
  return texts.filter(Boolean).join(" ");
}
