import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { createLink, isFinal, placeOf, retryDelay } from "../../extension/ui/link.js";
import { createFakeClock, createFakeNet } from "./fakes.mjs";

let clock;
let net;
let told;
let link;

beforeEach(() => {
  clock = createFakeClock();
  net = createFakeNet();
  told = [];
  link = createLink({
    open: net.open,
    clock,
    random: () => 0.5,
    greeting: () => ({ token: "t", client: "extension/1.0" }),
    on: {
      welcome: (m) => told.push(["welcome", m.seq]),
      message: (m) => told.push([m.type, m.type === "changes" ? m.to : m.seq]),
      heard: () => {},
      phase: (p) => told.push(["phase", p]),
      ended: (code, reason) => told.push(["ended", code, reason]),
    },
  });
});

const welcome = (over = {}) => ({
  type: "welcome",
  epoch: "e1",
  seq: 10,
  resumed: false,
  heartbeat_s: 20,
  missed: [],
  ...over,
});
const changes = (from, to) => ({ type: "changes", from, to, items: [] });
const messages = () => told.filter(([what]) => what !== "phase");

/** Connected and welcomed at seq 10. */
function goLive() {
  link.start(null);
  net.last().accept();
  net.last().say(welcome());
  told.length = 0;
  return net.last();
}

describe("greeting", () => {
  test("the first message is a hello with the token and no position", () => {
    link.start(null);
    assert.deepEqual(net.last().sent, []);
    net.last().accept();
    assert.deepEqual(net.last().sent, [{ type: "hello", token: "t", client: "extension/1.0" }]);
  });

  test("a known position is offered, and what was missed is handled in order", () => {
    link.start({ epoch: "e1", seq: 7 });
    net.last().accept();
    assert.deepEqual(net.last().sent[0].since, { epoch: "e1", seq: 7 });
    net.last().say(welcome({ resumed: true, missed: [changes(8, 8), changes(9, 10)] }));
    assert.deepEqual(messages(), [
      ["welcome", 10],
      ["changes", 8],
      ["changes", 10],
    ]);
    assert.deepEqual(link.position(), { epoch: "e1", seq: 10 });
    assert.equal(net.last().sent.length, 1);
  });

  test("a fresh welcome replaces the position, even by a lower one of a new epoch", () => {
    link.start({ epoch: "e1", seq: 99 });
    net.last().accept();
    net.last().say(welcome({ epoch: "e2", seq: 3 }));
    assert.deepEqual(link.position(), { epoch: "e2", seq: 3 });
  });

  test("a welcome that claims to resume but leaves something out is asked for the rest", () => {
    link.start({ epoch: "e1", seq: 7 });
    net.last().accept();
    net.last().say(welcome({ resumed: true, missed: [changes(8, 9)] }));
    assert.deepEqual(net.last().sent.at(-1), { type: "sync", seq: 9 });
  });

  test("a server that does not welcome within ten seconds is given up", () => {
    link.start(null);
    net.last().accept();
    clock.turn(10_000);
    assert.equal(net.sockets[0].closed, true);
    assert.deepEqual(told.at(-1), ["phase", "waiting"]);
  });
});

describe("contiguity", () => {
  test("ranges are known, next or beyond a gap", () => {
    assert.equal(placeOf(10, { from: 9, to: 10 }), "known");
    assert.equal(placeOf(10, { from: 11, to: 12 }), "next");
    assert.equal(placeOf(10, { from: 9, to: 12 }), "next");
    assert.equal(placeOf(10, { from: 12, to: 12 }), "gap");
  });

  test("next changes are handled once, repeated ones are not", () => {
    const socket = goLive();
    socket.say(changes(11, 12));
    socket.say(changes(11, 12));
    assert.deepEqual(messages(), [["changes", 12]]);
  });

  test("a gap asks once and takes nothing until it is filled", () => {
    const socket = goLive();
    socket.say(changes(12, 12));
    socket.say(changes(13, 13));
    assert.deepEqual(messages(), []);
    assert.deepEqual(socket.sent.slice(1), [{ type: "sync", seq: 10 }]);
    socket.say(changes(11, 13));
    socket.say(changes(14, 14));
    assert.deepEqual(messages(), [
      ["changes", 13],
      ["changes", 14],
    ]);
    assert.equal(socket.sent.length, 2);
  });

  test("a second gap asks again", () => {
    const socket = goLive();
    socket.say(changes(12, 12));
    socket.say(changes(11, 12));
    socket.say(changes(15, 15));
    assert.deepEqual(socket.sent.slice(1), [
      { type: "sync", seq: 10 },
      { type: "sync", seq: 12 },
    ]);
  });

  test("a heartbeat ahead of us asks for what is missing", () => {
    const socket = goLive();
    socket.say({ type: "heartbeat", seq: 10 });
    assert.equal(socket.sent.length, 1);
    socket.say({ type: "heartbeat", seq: 11 });
    assert.deepEqual(socket.sent.at(-1), { type: "sync", seq: 10 });
  });

  test("a fresh welcome may answer a sync", () => {
    const socket = goLive();
    socket.say({ type: "heartbeat", seq: 900 });
    socket.say(welcome({ seq: 905 }));
    assert.deepEqual(link.position(), { epoch: "e1", seq: 905 });
    clock.turn(10_000);
    assert.equal(socket.closed, false);
  });

  test("a sync that nobody answers ends the connection", () => {
    const socket = goLive();
    socket.say({ type: "heartbeat", seq: 11 });
    clock.turn(10_000);
    assert.equal(socket.closed, true);
  });

  test("batteries take no part in it", () => {
    const socket = goLive();
    socket.say({ type: "battery", seq: 40, battery: {} });
    assert.deepEqual(messages(), [["battery", 40]]);
    assert.equal(socket.sent.length, 1);
  });
});

describe("silence", () => {
  test("a late heartbeat is asked for, and an answer keeps the connection", () => {
    const socket = goLive();
    clock.turn(25_000);
    assert.deepEqual(socket.sent.at(-1), { type: "ping" });
    clock.turn(9_000);
    socket.say({ type: "heartbeat", seq: 10 });
    clock.turn(20_000);
    assert.equal(socket.closed, false);
  });

  test("no pong within ten seconds is the loss itself", () => {
    const socket = goLive();
    clock.turn(35_000);
    assert.equal(socket.closed, true);
    assert.deepEqual(told.at(-1), ["phase", "waiting"]);
  });

  test("after a sleep nothing more is waited for", () => {
    const socket = goLive();
    clock.sleep(3_600_000);
    link.nudge();
    assert.equal(socket.closed, true);
  });

  test("a nudge while all is well says nothing", () => {
    const socket = goLive();
    clock.turn(5_000);
    link.nudge();
    assert.equal(socket.sent.length, 1);
  });
});

describe("coming back", () => {
  test("the wait doubles up to thirty seconds, with full jitter", () => {
    const ceiling = (attempt) => retryDelay(attempt, () => 1);
    assert.deepEqual([0, 1, 2, 5, 6, 20].map(ceiling), [500, 1000, 2000, 16_000, 30_000, 30_000]);
    assert.equal(
      retryDelay(6, () => 0),
      0,
    );
    assert.equal(
      retryDelay(2, () => 0.25),
      500,
    );
  });

  test("4000–4499 and lost connections come back, from where they were", () => {
    for (const code of [1006, 1012, 4000, 4008, 4029]) {
      const opened = net.sockets.length;
      const socket = goLive();
      socket.say(changes(11, 11));
      socket.end(code);
      clock.turn(30_000);
      assert.ok(net.sockets.length > opened + 1, `came back after ${code}`);
      net.last().accept();
      assert.deepEqual(net.last().sent[0].since, { epoch: "e1", seq: 11 });
    }
  });

  test("4500 and above stop for good and say why", () => {
    for (const code of [4500, 4501, 4503, 4999]) {
      assert.equal(isFinal(code), true);
      const socket = goLive();
      const opened = net.sockets.length;
      socket.end(code, "no");
      clock.turn(120_000);
      link.nudge();
      assert.equal(net.sockets.length, opened);
      assert.deepEqual(told.at(-1), ["ended", code, "no"]);
    }
    assert.equal(isFinal(4499), false);
  });

  test("a nudge ends the wait at once", () => {
    const socket = goLive();
    socket.end(1006);
    assert.equal(net.sockets.length, 1);
    link.nudge();
    assert.equal(net.sockets.length, 2);
  });

  test("a server that welcomes and hangs up at once is met with longer and longer waits", () => {
    link.start(null);
    const waits = [];
    for (let round = 0; round < 4; round += 1) {
      net.last().accept();
      net.last().say(welcome());
      const before = clock.now();
      const count = net.sockets.length;
      net.last().end(4029);
      while (net.sockets.length === count) clock.turn(50);
      waits.push(clock.now() - before);
    }
    assert.deepEqual(waits, [250, 500, 1000, 2000]);
  });

  test("a steady connection starts over with a short wait", () => {
    const socket = goLive();
    socket.end(1006);
    clock.turn(250);
    net.last().accept();
    net.last().say(welcome());
    clock.turn(6_000);
    net.last().end(1006);
    const count = net.sockets.length;
    clock.turn(250);
    assert.equal(net.sockets.length, count + 1);
  });

  test("a socket that was given up is not listened to any more", () => {
    const socket = goLive();
    clock.turn(35_000);
    told.length = 0;
    socket.say(changes(11, 11));
    socket.end(1006);
    assert.deepEqual(messages(), []);
  });

  test("stopping leaves no timer and no position behind", () => {
    const socket = goLive();
    link.stop();
    assert.equal(socket.closed, true);
    assert.equal(clock.waiting(), 0);
    assert.equal(link.position(), null);
  });
});
