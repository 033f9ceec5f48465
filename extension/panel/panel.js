/**
 * The panel: in the frame on a page, as popup and in the side panel.
 *
 * @import { View } from "../protocol.js"
 * @import { ShownPage } from "./frame.js"
 */

import en from "../_locales/en/messages.json" with { type: "json" };
import { local, openSettings } from "../browser.js";
import { copyText } from "../ui/clipboard.js";
import { createSpendGuard, ignoreRepeats, PAUSE_MS } from "../ui/spending.js";
import { createWords } from "../ui/words.js";
import { createConnection } from "./connection.js";
import { download } from "./download.js";
import { isFramed, joinFrame } from "./frame.js";
import { createPanel } from "./view.js";

const COLLAPSED_KEY = "collapsed";

const words = createWords({ en }, navigator.languages);
const framed = isFramed();
const root = document.documentElement;
const maySpend = createSpendGuard(() => performance.now());
/** @type {ShownPage} */
let shown = { url: null, list: null };
/** @type {View | null} */
let view = null;
let paused = false;

root.lang = words.language;
root.classList.add(placeName());

const panel = createPanel(words, {
  framed,
  spend(event, subject, kind, price) {
    if (!maySpend(event)) return;
    connection.send({ type: "reveal", subject, kind, price });
    pause();
  },
  quote(event) {
    if (!maySpend(event)) return;
    connection.send({ type: "quote" });
    pause();
  },
  start(event, job, credits) {
    if (!maySpend(event)) return;
    connection.send({ type: "start", job, credits });
    pause();
  },
  stop(event, job) {
    if (event.isTrusted) connection.send({ type: "stop", job });
  },
  download,
  copy: copyText,
  send: (request) => connection.send(request),
  openSettings,
  collapse(collapsed) {
    showCollapsed(collapsed);
    local.set(COLLAPSED_KEY, collapsed);
  },
});

function draw() {
  if (view) panel.write(view, { nowMs: Date.now(), paused });
}

/** For as long as a click would be taken for the same one, the buttons say so. */
function pause() {
  paused = true;
  draw();
  setTimeout(() => {
    paused = false;
    draw();
  }, PAUSE_MS);
}

/** The manifest opens the side panel by an address of its own; popup and side panel look alike else. */
function placeName() {
  if (framed) return "framed";
  return location.search === "?side" ? "side" : "popup";
}

/** @param {boolean} collapsed */
function showCollapsed(collapsed) {
  root.classList.toggle("collapsed", collapsed);
  panel.collapse(collapsed);
}

/** @type {PromiseWithResolvers<void>} */
const drawn = Promise.withResolvers();

const connection = createConnection({
  introduce: () => ({ type: "show", ...shown }),
  onView(next) {
    view = next;
    draw();
    drawn.resolve();
  },
});

document.body.append(panel.element);
document.addEventListener("keydown", ignoreRepeats, { capture: true });
if (framed) enterPage();

async function enterPage() {
  const frame = joinFrame((next) => {
    shown = next;
    connection.send({ type: "show", ...shown });
  });
  // The frame appears once there is something to see in it, and at its size.
  const [collapsed] = await Promise.all([local.get(COLLAPSED_KEY), drawn.promise]);
  showCollapsed(collapsed === true);
  const resize = () => frame.resize(panel.size());
  // A frame that is not visible yet is not observed either.
  resize();
  new ResizeObserver(resize).observe(panel.element);
}
