import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { createAlerts } from "../../extension/background/alerts.js";
import { alertText } from "../../extension/ui/battery.js";
import { createLink } from "../../extension/ui/link.js";
import { battery, createFakeClock, createFakeNet, createFakeStore } from "./fakes.mjs";
import { speak } from "./words.mjs";

const LOW = { epoch: "e1", seq: 7, level: "low" };

describe("R33 a level at the link", () => {
  let net;
  let told;
  let link;

  beforeEach(() => {
    net = createFakeNet();
    told = [];
    link = createLink({
      open: net.open,
      clock: createFakeClock(),
      random: () => 0,
      greeting: () => ({ client: "extension/1.0" }),
      on: {
        welcome: () => told.push("welcome"),
        message: ({ type }) => told.push(type),
        alert: (alert) => told.push(alert),
        heard: () => {},
        phase: () => {},
        ended: () => {},
      },
    });
    link.start({ epoch: "e1", seq: 5 });
  });

  const crossing = { type: "alert", level: "critical", battery: battery({ seq: 12 }) };

  /** A socket is accepted and welcomed: what was said in the greeting. */
  function welcome(over = {}) {
    net.last().accept();
    const plain = { type: "welcome", epoch: "e1", seq: 10, resumed: false, heartbeat_s: 20 };
    net.last().say({ ...plain, missed: [], alert: null, ...over });
    return net.last().sent[0];
  }

  function reconnect(over) {
    const before = link.position();
    link.start(before);
    return welcome(over);
  }

  test("one of a welcome is told after it, one on the way after its message", () => {
    welcome({ alert: { level: "low", seq: 7 } });
    net.last().say(crossing);
    const critical = { epoch: "e1", seq: 12, level: "critical" };
    assert.deepEqual(told, ["welcome", LOW, "alert", critical]);
  });

  test("what was shown is said in the next greeting, and is not told again", () => {
    assert.deepEqual(welcome({ alert: { level: "low", seq: 7 } }).since, { epoch: "e1", seq: 5 });
    link.shown(7);
    told.length = 0;
    const greeting = reconnect({ alert: { level: "low", seq: 7 } });
    assert.deepEqual(greeting.since, { epoch: "e1", seq: 10, alert: 7 });
    assert.deepEqual(told, ["welcome"]);
  });

  test("changes do not make it forget what was shown, nor does an older one", () => {
    welcome();
    link.shown(7);
    link.shown(3);
    net.last().say({ type: "changes", from: 11, to: 11, items: [] });
    assert.deepEqual(link.position(), { epoch: "e1", seq: 11, alert: 7 });
  });

  test("one that was not shown is told in every welcome", () => {
    welcome({ alert: { level: "low", seq: 7 } });
    reconnect({ alert: { level: "low", seq: 7 } });
    assert.deepEqual(told, ["welcome", LOW, "welcome", LOW]);
  });

  test("in another epoch nothing was shown", () => {
    welcome();
    link.shown(7);
    reconnect({ epoch: "e2", seq: 3, alert: { level: "low", seq: 2 } });
    assert.deepEqual(told.at(-1), { epoch: "e2", seq: 2, level: "low" });
    assert.deepEqual(link.position(), { epoch: "e2", seq: 3 });
  });

  test("without a line, nothing can be said to be shown", () => {
    link.stop();
    link.shown(7);
    assert.equal(link.position(), null);
  });
});

describe("R33 a level in the panel", () => {
  let store;
  let alerts;

  beforeEach(() => {
    store = createFakeStore();
    alerts = createAlerts(store);
  });

  async function restart() {
    alerts = createAlerts(store);
    await alerts.load();
  }

  test("is there until it was read, also over the end of the browser", async () => {
    await alerts.take(LOW);
    await restart();
    assert.equal(alerts.unread("low").seq, 7);
    assert.equal(alerts.readUpTo("e1"), 0);
    await alerts.read(7);
    assert.equal(alerts.unread("low"), null);
  });

  test("once it was read it does not come back", async () => {
    await alerts.take(LOW);
    await alerts.read(7);
    await restart();
    await alerts.take(LOW);
    assert.equal(alerts.unread("low"), null);
    assert.equal(alerts.readUpTo("e1"), 7);
  });

  test("the next level down takes its place", async () => {
    await alerts.take(LOW);
    await alerts.read(7);
    await alerts.take({ ...LOW, seq: 12, level: "critical" });
    assert.equal(alerts.unread("critical").seq, 12);
    await alerts.read(7);
    assert.equal(alerts.unread("critical").seq, 12);
  });

  test("what is no longer so is not said", async () => {
    await alerts.take(LOW);
    assert.equal(alerts.unread("ok"), null);
    assert.equal(alerts.unread(undefined), null);
  });

  test("a lower number of another epoch is a new one", async () => {
    await alerts.take(LOW);
    await alerts.read(7);
    await alerts.take({ ...LOW, epoch: "e2", seq: 2 });
    assert.equal(alerts.unread("low").seq, 2);
    assert.equal(alerts.readUpTo("e1"), 0);
  });

  test("the next user hears nothing of it", async () => {
    await alerts.take(LOW);
    await alerts.forget();
    await restart();
    assert.equal(alerts.unread("low"), null);
    assert.equal(store.kept.size, 0);
  });

  test("every level has its sentence, with what is left and until when", () => {
    const { license } = battery();
    const few = battery({ license: { ...license, remaining: 1 } });
    const sentence = (level) => alertText(speak("en-GB"), level, few);
    assert.match(sentence("low"), /^A quarter or less .*: 1 credit until 14 Dec\.$/);
    assert.match(sentence("critical"), /^A tenth or less .*: 1 credit until 14 Dec\.$/);
    assert.match(sentence("empty"), /^No credits are left: your license has none until 14 Dec, /);
  });
});
