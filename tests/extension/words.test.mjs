import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { createWords } from "../../extension/ui/words.js";
import { english, speak } from "./words.mjs";

const LOCALES = new URL("../../extension/_locales/", import.meta.url);
const OWN = new URL("../../server/web/words/", import.meta.url);

describe("words", () => {
  test("one and many are told apart", () => {
    const { count } = speak("en-GB");
    assert.equal(count("charged", 1, { kind: "Email", org: "Acme" }).includes("1 credit."), true);
    assert.equal(count("days_left", 6), "6 days");
  });

  test("marks in a name turn nothing round outside of it", () => {
    const { say } = speak("en-GB");
    const shown = (/** @type {string} */ name) =>
      say("at_company", { headline: name, company: "Acme" });
    for (const mark of ["\u202e", "\u202a", "\u2067", "\u2068", "\u2069"]) {
      assert.equal(shown(`Ana${mark}`), shown("Ana"));
    }
  });

  test("a right-to-left name is isolated, others are left as they are", () => {
    const { say } = speak("en-GB");
    assert.equal(say("as_of", { time: "09:41" }), "as of 09:41");
    assert.match(say("insight_some", { name: "ليلى" }), /^\u2068ليلى\u2069 knows them$/);
  });

  test("what is filled in is not read as a template", () => {
    const { say } = speak("en-GB");
    assert.equal(say("extra_for", { org: "{time}" }), "extra for everyone at {time}");
  });

  test("an unknown language speaks English with the user's own figures", () => {
    const { language, format, say } = speak("de-DE", "fr");
    assert.equal(language, "en");
    assert.equal(say("license"), "license");
    assert.equal(format.number(1234567), "1.234.567");
  });

  test("the first language with a catalogue is spoken", () => {
    const catalogues = { en: { a: { message: "a" } }, de: { a: { message: "ä" } } };
    assert.equal(createWords(catalogues, ["fr", "de-CH", "en"]).say("a"), "ä");
    assert.equal(createWords(catalogues, ["en-US", "de"]).say("a"), "a");
    assert.equal(createWords(catalogues, []).say("a"), "a");
  });

  test("an unknown key is a bug, not an empty text", () => {
    assert.throws(() => speak("en").say("no_such_key"), /no_such_key/);
  });
});

describe("catalogues", () => {
  test("every language has every message, with the same fillings", () => {
    const fillings = (message) => [...message.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
    for (const folder of readdirSync(LOCALES)) {
      const catalogue = JSON.parse(
        readFileSync(new URL(`${folder}/messages.json`, LOCALES), "utf8"),
      );
      assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(english).sort(), folder);
      for (const [key, { message }] of Object.entries(catalogue)) {
        assert.deepEqual(fillings(message), fillings(english[key].message), `${folder} ${key}`);
      }
    }
  });

  test("no message of a part of the web app takes the name of a shared one or of another part's", () => {
    const names = [english, ...ownCatalogues()].flatMap((catalogue) => Object.keys(catalogue));
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      [],
    );
  });

  test("no message is kept that nothing says", () => {
    const sources = ["../../extension/", "../../server/web/"].flatMap((folder) =>
      textsUnder(new URL(folder, import.meta.url)),
    );
    const all = sources.join("\n");
    const known = [english, ...ownCatalogues()].flatMap((catalogue) => Object.keys(catalogue));
    const unused = known.filter((key) => !isSaid(all, key));
    assert.deepEqual(unused, []);
  });
});

/** One for each part of the web app. */
function ownCatalogues() {
  return readdirSync(OWN)
    .filter((name) => name.endsWith(".en.json"))
    .map((name) => JSON.parse(readFileSync(new URL(name, OWN), "utf8")));
}

/** @returns {string[]} */
function textsUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules" && name !== "_locales" && name !== "words")
    .flatMap((entry) => {
      if (entry.isDirectory()) return textsUnder(new URL(`${entry.name}/`, folder));
      if (!/\.js(on)?$/.test(entry.name)) return [];
      return [readFileSync(new URL(entry.name, folder), "utf8")];
    });
}

/** By its whole name, or by the fixed part of a name that is put together. */
function isSaid(all, key) {
  const base = key.replace(/_(one|other)$/, "");
  if (all.includes(`"${base}"`) || all.includes(`__MSG_${key}__`)) return true;
  const pieces = base.split("_");
  return pieces.some((_, i) => i > 0 && all.includes(`\`${pieces.slice(0, i).join("_")}_\${`));
}
