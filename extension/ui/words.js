/**
 * The one place texts come from, in the extension and in the web app alike. The catalogues are the
 * extension's `_locales/<language>/messages.json`; `chrome.i18n` would not exist on a web page and
 * knows no plurals, so only the manifest uses it. A plural message is a pair of keys, `…_one` and
 * `…_other`; `{name}` in a message is filled in.
 */

import { createFormat } from "./format.js";

/**
 * @typedef {Record<string, {message: string, description?: string}>} Catalogue
 * @typedef {Record<string, string | number>} Fillings
 */

/**
 * @template C
 * @typedef {keyof C extends infer K ? (K extends `${infer B}_other` ? B : never) : never} PluralKey
 */

/**
 * @template C
 * @typedef {object} WordsOf
 * @property {string} language  of the texts, for `lang`
 * @property {import("./format.js").Format} format
 * @property {(key: keyof C & string, fillings?: Fillings) => string} say
 * @property {(key: PluralKey<C>, n: number, fillings?: Fillings) => string} count
 *   fills `{n}` with the formatted number
 */

/**
 * The words the shared views need.
 *
 * @typedef {WordsOf<typeof import("../_locales/en/messages.json")>} Words
 */

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
const ISOLATE = "\u2068";
const END_ISOLATE = "\u2069";

/** Marks that turn what stands beside them round: a name has no business with the sentence. */
const TURNS = /[\u202a-\u202e\u2066\u2067]/g;
/** As this module itself isolates; what is not closed would go on to the end of the sentence. */
const CLOSED = /^(?:[^\u2068\u2069]|\u2068[^\u2068\u2069]*\u2069)*$/;

/**
 * A name written from right to left must not turn the sentence around it.
 *
 * @param {string | number} filling
 */
function isolated(filling) {
  const turned = String(filling).replace(TURNS, "");
  const text = CLOSED.test(turned) ? turned : turned.replace(/[\u2068\u2069]/g, "");
  return RIGHT_TO_LEFT.test(text) ? ISOLATE + text + END_ISOLATE : text;
}

/**
 * @template {Catalogue} C
 * @param {Record<string, C> & {en: C}} catalogues by language
 * @param {readonly string[]} wanted languages, best first (`navigator.languages`)
 * @returns {WordsOf<C>}
 */
export function createWords(catalogues, wanted) {
  const [first = "en"] = wanted;
  const locale = wanted.find((tag) => Object.hasOwn(catalogues, languageOf(tag))) ?? "en";
  const language = languageOf(locale);
  const catalogue = catalogues[language] ?? catalogues.en;
  const plural = new Intl.PluralRules(language);
  const format = createFormat({ numbers: first, dates: locale });

  /**
   * @param {string} key
   * @param {Fillings} fillings
   */
  function say(key, fillings = {}) {
    const entry = catalogue[key];
    if (!entry) throw new Error(`No message ${key}`);
    return entry.message.replace(/\{(\w+)\}/g, (_, name) => isolated(fillings[name] ?? ""));
  }

  return {
    language,
    format,
    say,
    count(key, n, fillings = {}) {
      const exact = `${String(key)}_${plural.select(n)}`;
      const chosen = Object.hasOwn(catalogue, exact) ? exact : `${String(key)}_other`;
      return say(chosen, { ...fillings, n: format.number(n) });
    },
  };
}

/** @param {string} tag such as `de-CH` */
function languageOf(tag) {
  return tag.split("-")[0]?.toLowerCase() ?? "en";
}
