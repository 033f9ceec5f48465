/**
 * Where the background is put together: one account, one socket for all tabs, one picture for every
 * page. All listeners are registered in the first turn; what they do waits until the state of the
 * last worker is back.
 *
 * @import { Notice, PageRequest, RevealRequest, ServerMessage, ShowRequest, View } from "../protocol.js"
 * @import { Words } from "../ui/words.js"
 * @import { Page } from "./pages.js"
 */

import * as browser from "../browser.js";
import { PAGE_PORT } from "../protocol.js";
import { createCalls } from "../ui/calls.js";
import { createLink } from "../ui/link.js";
import { browserClock, openSocket } from "../ui/live.js";
import { createSpending } from "../ui/revealing.js";
import { createUnanswered } from "../ui/unanswered.js";
import { createWords } from "../ui/words.js";
import { createAccount } from "./account.js";
import { createAlerts } from "./alerts.js";
import { badgeOf } from "./badge.js";
import { clientName } from "./client.js";
import { createExporting } from "./exporting.js";
import { createFigures } from "./figures.js";
import { createJobs } from "./jobs.js";
import { createPages } from "./pages.js";
import { createPairing } from "./pairing.js";
import { createPeople } from "./people.js";
import { createSelections } from "./selections.js";
import { viewOf } from "./view.js";

/** What the toolbar shows is of no page.  @type {Page} */
const NO_PAGE = { tab: null, introduced: true, url: null, list: null, notice: null };

/** Close codes that say why there is no session any more (`api.md`). */
const DEACTIVATED = 4503;
const SIGNED_OUT = 4501;

const clock = browserClock;
const account = createAccount(browser.local);
const alerts = createAlerts(browser.local);
const figures = createFigures(browser.session, clock.now);
/** @type {Words | null} */
let words = null;
/** @type {View["link"]} */
let linkState = "connecting";
/** @type {View["problem"]} */
let pairingProblem = null;

const bareCall = createCalls({ server: account.server, token: account.token });

/**
 * A token that the server no longer knows ends the session wherever it is noticed.
 *
 * @type {typeof bareCall}
 */
async function call(method, path, options) {
  const token = account.token();
  const answer = await bareCall(method, path, options);
  if (!answer.ok && answer.problem.status === 401 && token && token === account.token()) {
    await end("revoked");
  }
  return answer;
}

const link = createLink({
  open: () => openSocket(account.server()),
  clock,
  random: Math.random,
  greeting: () => ({
    token: account.token() ?? "",
    client: `extension/${browser.version()}`,
  }),
  on: {
    welcome(message) {
      figures.welcome(message);
      jobs.welcome(message.jobs);
      if (!message.resumed) {
        people.refreshAll();
        jobs.recall(message.user.id);
      }
      people.refresh();
    },
    message: receive,
    alert(alert) {
      alerts.take(alert);
      // Read before the browser was closed, and with it the position.
      link.shown(alerts.readUpTo(alert.epoch));
    },
    heard() {
      browser.stayAlive();
      figures.mark(link.position());
      pages.changed();
    },
    phase(phase) {
      if (phase === "live") linkState = "live";
      if (phase === "waiting") linkState = "offline";
      pages.changed();
    },
    ended(code) {
      if (code === DEACTIVATED) end("deactivated");
      else end(code === SIGNED_OUT ? "revoked" : "refused");
    },
  },
});

const people = createPeople({
  async lookup(urls) {
    const answer = await call("POST", "/api/v1/lookups", { body: { urls } });
    return answer.ok ? { ok: true, results: answer.value.results } : answer;
  },
  store: browser.session,
  shown: () => pages.shown(),
  ready: () => linkState === "live",
  changed: () => pages.changed(),
  clock,
});

const unanswered = createUnanswered({
  store: browser.local,
  now: clock.now,
  newKey: () => crypto.randomUUID(),
});

const spending = createSpending({ call, unanswered });

const jobs = createJobs({
  call,
  unanswered,
  stores: { local: browser.local, session: browser.session },
  clock,
  changed: () => pages.changed(),
});

const selections = createSelections(browser.session);

const exporting = createExporting({
  call,
  unanswered,
  jobs,
  selections,
  personAt: people.get,
  changed: () => pages.changed(),
});

const pairing = createPairing({
  call: bareCall,
  server: account.server,
  store: browser.session,
  clock,
  client: clientName(navigator.userAgent),
  openPage: browser.openTab,
  async paired(token) {
    await account.signIn(token);
    startLink();
  },
  async failed(ended, problem) {
    pairingProblem = problem;
    await account.signOut(ended);
    pages.changed();
  },
  changed: () => pages.changed(),
});

const pages = createPages({
  viewFor,
  onRequest: (page, request, id) => ready.then(() => answerPage(page, request, id)),
  onUpdate() {
    if (words) browser.setBadge(badgeOf(words, viewFor(NO_PAGE)));
  },
});

/** @param {Exclude<ServerMessage, {type: "welcome" | "heartbeat"}>} message */
function receive(message) {
  switch (message.type) {
    case "battery":
    case "alert":
      figures.battery(message.battery);
      break;
    case "prices":
      figures.prices(message.prices);
      people.refreshAll();
      break;
    case "job":
      jobs.take(message.job);
      break;
    case "changes":
      figures.news(message.items);
      people.apply(message);
      break;
  }
}

/**
 * @param {Page} page
 * @returns {View}
 */
function viewFor({ tab, url, list, notice }) {
  return viewOf({
    server: account.server(),
    signedIn: account.token() !== null,
    pairing: pairing.view(),
    ended: account.ended(),
    problem: pairingProblem,
    link: linkState,
    figures: figures.get(),
    alert: alerts.unread(figures.get().battery?.level),
    person: url === null ? null : { entry: people.get(url), notice },
    list: tab === null || list === null ? null : exporting.view(tab, list.urls),
    jobs: jobs.started(),
    pendingOf: spending.pending,
  });
}

/**
 * Ends when nothing of it is left to do, or the next worker would go on with it by itself.
 *
 * @param {Page} page
 * @param {PageRequest} request
 * @param {string} id the same when the page asks again, for it was not told that it is done
 */
async function answerPage(page, request, id) {
  const done = carryOut(page, request, id);
  pages.changed();
  await done;
}

/**
 * @param {Page} page
 * @param {PageRequest} request
 * @param {string} id
 * @returns {Promise<void> | void}
 */
function carryOut(page, request, id) {
  switch (request.type) {
    case "show":
      return moved(page, request);
    case "retry":
      return lookUp(page);
    case "reveal":
      return reveal(page, request, id);
    case "pair":
      return pair();
    case "cancel_pairing":
      return pairing.cancel();
    case "sign_out":
      return signOut();
    case "set_server":
      return moveTo(request.server);
    case "stop":
      return jobs.stop(request.job);
    case "alert_read":
      link.shown(request.seq);
      return alerts.read(request.seq);
    case "put_away":
      return jobs.putAway(request.job);
    default:
      if (page.tab !== null) return exporting.answer(page.tab, request);
  }
}

/**
 * @param {Page} page
 * @param {ShowRequest} request
 */
function moved(page, { url, list }) {
  page.introduced = true;
  page.url = url;
  page.list = list;
  page.notice = null;
  if (page.tab !== null && list) exporting.enter(page.tab, list.search);
  lookUp(page);
}

/** @param {Page} page */
function lookUp({ url, list }) {
  if (url !== null) people.visit(url);
  else if (list) people.refresh();
}

/**
 * @param {Page} page
 * @param {RevealRequest} request
 * @param {string} id of the click, and so the key by which it is charged once (R11): a click that is
 *   told again, because the worker died with the answer, gets that same answer
 */
async function reveal(page, request, id) {
  page.notice = null;
  const url = page.url;
  const revealed = await spending.reveal(request, id);
  const { kind } = request;
  if (revealed.ok) {
    const { battery, results } = revealed.answer;
    const me = { name: figures.get().user?.name ?? "", at: new Date(clock.now()).toISOString() };
    figures.battery(battery);
    for (const result of results) people.reveal(result, me);
  } else if (revealed.problem.code === "price_changed") people.refreshAll();
  // The page may have moved on to somebody else while the answer was on its way.
  if (page.url === url) page.notice = noticeOf(kind, revealed);
  pages.changed();
}

/**
 * @param {Notice["kind"]} kind
 * @param {Awaited<ReturnType<typeof spending.reveal>>} revealed
 * @returns {Notice | null}
 */
function noticeOf(kind, revealed) {
  if (!revealed.ok) return { kind, problem: revealed.problem };
  const result = revealed.answer.results.find((r) => r.kind === kind);
  return result ? { kind, result } : null;
}

function startLink() {
  linkState = "connecting";
  link.start(figures.get().position);
  pages.changed();
}

/** @param {View["ended"]} ended */
async function end(ended) {
  link.stop();
  pages.clearNotices();
  const known = [alerts, people, figures, jobs, selections];
  await Promise.all(known.map((each) => each.forget()));
  await account.signOut(ended);
  pages.changed();
}

function pair() {
  if (account.token() !== null) return;
  pairingProblem = null;
  // Once begun, the next worker goes on with it by itself: nobody waits here.
  pairing.start();
}

async function signOut() {
  if (account.token() === null) return;
  const goodbye = bareCall("DELETE", "/api/v1/sessions/current");
  await end("signed_out");
  await goodbye;
}

/** @param {string} server origin */
async function moveTo(server) {
  if (server === account.server()) return;
  if (account.token() !== null) await signOut();
  await pairing.cancel();
  pairingProblem = null;
  await account.moveTo(server);
  pages.changed();
}

async function restore() {
  await browser.closeStorageToPages();
  const [en] = await Promise.all([
    browser.readCatalogue("en"),
    account.load(),
    alerts.load(),
    figures.load(),
    people.load(),
    jobs.load(),
    selections.load(),
  ]);
  await pairing.resume();
  words = createWords({ en }, navigator.languages);
  if (account.token() !== null) startLink();
  await browser.setAlarm();
}

const ready = restore();

browser.onWake(() => {
  ready.then(() => link.nudge());
});

browser.onPort((port) => {
  if (port.name !== PAGE_PORT) return;
  pages.add(port);
  ready.then(() => {
    link.nudge();
    pages.changed();
  });
});
