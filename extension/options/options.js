/**
 * Settings: which server, and whether this browser is connected to it.
 *
 * @import { View } from "../protocol.js"
 * @import { Words } from "../ui/words.js"
 */

import en from "../_locales/en/messages.json" with { type: "json" };
import { readServer } from "../background/address.js";
import { version } from "../browser.js";
import { createConnection } from "../panel/connection.js";
import { createSignIn } from "../panel/signin.js";
import { el, setText, show } from "../ui/dom.js";
import { createWords } from "../ui/words.js";

const words = createWords({ en }, navigator.languages);
const { say } = words;

const server = createServerForm(words, (origin) =>
  connection.send({ type: "set_server", server: origin }),
);
const signedIn = createSignedIn(words, () => connection.send({ type: "sign_out" }));
const signIn = createSignIn(words, { send: (request) => connection.send(request) });

document.documentElement.lang = words.language;
document.title = say("options_title");
document.body.append(
  el(
    "main",
    {},
    el("h1", {}, say("options_title")),
    el("section", { class: "card sec" }, server.element),
    el(
      "div",
      { class: "card" },
      el("section", { class: "sec" }, el("h2", {}, say("this_browser")), signedIn.element),
      signIn.element,
    ),
    el("p", { class: "note-line" }, say("version", { version: version() })),
  ),
);

const connection = createConnection({
  introduce: () => ({ type: "show", url: null, list: null }),
  onView(view) {
    server.write(view);
    signedIn.write(view);
    signIn.write(view);
  },
});

/**
 * @param {Words} words
 * @param {(origin: string) => void} save
 */
function createServerForm({ say }, save) {
  const input = el("input", {
    id: "server",
    inputmode: "url",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "server-note",
  });
  const note = el(
    "p",
    { id: "server-note", class: "note-line", role: "status" },
    say("server_hint"),
  );
  const element = el(
    "form",
    { class: "field", novalidate: true },
    el("label", { for: "server" }, say("server_address")),
    el("div", { class: "line" }, input, el("button", { type: "submit" }, say("save"))),
    note,
  );
  let current = "";
  let edited = false;
  input.addEventListener("input", () => {
    edited = true;
  });
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const read = readServer(input.value);
    input.setAttribute("aria-invalid", String(!read.ok));
    if (!read.ok) return setText(note, say(`server_${read.why}`));
    edited = false;
    input.value = read.server;
    if (read.server === current) return setText(note, say("server_unchanged"));
    setText(note, say("server_saved"));
    return save(read.server);
  });
  return {
    element,
    /** @param {View} view */
    write(view) {
      current = view.server;
      // What somebody is typing is not taken away.
      if (!edited && input.value !== current) input.value = current;
    },
  };
}

/**
 * @param {Words} words
 * @param {() => void} signOut
 */
function createSignedIn({ say }, signOut) {
  const name = el("p", { dir: "auto", "data-part": "account" });
  const email = el("p", { class: "note-line", dir: "ltr" });
  const button = el("button", { type: "button" }, say("sign_out"));
  button.addEventListener("click", signOut);
  const status = el("p", { class: "note-line" });
  const text = el("div", {}, name, email, status);
  const element = el("div", { class: "status" }, text, button);
  return {
    element,
    /** @param {View} view */
    write({ phase, user, org, link }) {
      const connected = phase === "signed_in";
      show(button, connected);
      show(email, connected && user !== null);
      setText(name, nameOf(phase, user, org));
      setText(email, user?.email ?? "");
      setText(status, say(link === "live" ? "status_live" : link));
      show(status, connected);
    },
  };

  /**
   * @param {View["phase"]} phase
   * @param {View["user"]} user
   * @param {View["org"]} org
   */
  function nameOf(phase, user, org) {
    if (phase !== "signed_in") return say("signed_out");
    return user && org
      ? say("status_signed_in", { name: user.name, org: org.name })
      : say("connecting");
  }
}
