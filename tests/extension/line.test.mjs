import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { createLine } from "../../extension/panel/line.js";
import { createFakeClock } from "./fakes.mjs";

const SHOW = { type: "show", url: "https://site.example/in/ana", list: null };
const REVEAL = { type: "reveal", subject: "con_1", kind: "phone", price: 10 };
const PUT_AWAY = { type: "put_away", job: "job_1" };

let clock;
let ports;
let views;
let line;

beforeEach(() => {
  clock = createFakeClock();
  ports = [];
  views = [];
  let n = 0;
  line = createLine({
    open,
    clock,
    newId: () => `id-${n++}`,
    onView: (view) => views.push(view),
    introduce: () => SHOW,
  });
});

/** One more port. Whatever is said to it counts as heard only when the test answers. */
function open() {
  const port = {
    posted: [],
    closed: false,
    post: (message) => port.posted.push(message),
    onMessage(listener) {
      port.tell = listener;
    },
    onGone(listener) {
      port.die = listener;
    },
    close() {
      port.closed = true;
    },
  };
  ports.push(port);
  return port;
}

const last = () => ports.at(-1);
const requests = (port) => port.posted.map(({ request }) => request);
const asked = (port) => requests(port).filter(({ type }) => type !== "show");
const publish = (port, view = {}) => port.tell({ type: "view", view });
const idOf = (port, request) => port.posted.find((message) => message.request === request).id;
const finish = (port, request) => port.tell({ type: "done", id: idOf(port, request) });

/** The worker dies, and the line is opened anew: after how many milliseconds. */
function restart() {
  const count = ports.length;
  const before = clock.now();
  last().die();
  while (ports.length === count) clock.turn(50);
  return clock.now() - before;
}

describe("what was clicked", () => {
  test("every new line is told first what the page shows, then what is left to do", () => {
    line.send(REVEAL);
    restart();
    assert.deepEqual(requests(last()), [SHOW, REVEAL]);
  });

  test("a worker that still published after the click, and died, has done nothing", () => {
    publish(last(), { link: "live" });
    line.send(REVEAL);
    publish(last(), { link: "live" });
    restart();
    assert.deepEqual(asked(last()), [REVEAL]);
  });

  test("a view that answers the introduction is no answer to the click", () => {
    last().die();
    line.send(REVEAL);
    publish(last());
    restart();
    assert.deepEqual(asked(last()), [REVEAL]);
  });

  test("R11 it is told again by the same id, however many workers die", () => {
    line.send(REVEAL);
    const id = idOf(last(), REVEAL);
    restart();
    restart();
    assert.equal(ports.length, 3);
    assert.equal(idOf(last(), REVEAL), id);
  });

  test("what is done is not told again", () => {
    line.send(REVEAL);
    line.send(PUT_AWAY);
    finish(last(), REVEAL);
    restart();
    assert.deepEqual(asked(last()), [PUT_AWAY]);
    finish(last(), PUT_AWAY);
    restart();
    assert.deepEqual(asked(last()), []);
  });

  test("what is left is told in the order of the clicks", () => {
    line.send(PUT_AWAY);
    line.send(REVEAL);
    restart();
    assert.deepEqual(asked(last()), [PUT_AWAY, REVEAL]);
  });

  test("after half a minute nobody waits for it any more", () => {
    line.send(REVEAL);
    clock.sleep(29_900);
    restart();
    assert.deepEqual(asked(last()), [REVEAL]);
    clock.sleep(50);
    restart();
    assert.deepEqual(asked(last()), []);
  });

  test("it does not wait for the next attempt, and is told once", () => {
    last().die();
    line.send(REVEAL);
    assert.equal(ports.length, 2);
    assert.deepEqual(requests(last()), [SHOW, REVEAL]);
  });
});

describe("the line", () => {
  test("one that was opened for a click is not opened again by the attempt that was due", () => {
    last().die();
    line.send(REVEAL);
    publish(last());
    clock.turn(60_000);
    assert.equal(ports.length, 2);
  });

  test("attempts come ever less often, and quickly again once a worker was heard", () => {
    const waits = Array.from({ length: 9 }, restart);
    assert.deepEqual(waits, [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    publish(last());
    assert.equal(restart(), 50);
  });

  test("one on which nothing is heard is given up and opened anew", () => {
    clock.turn(1_000);
    assert.equal(last().closed, true);
    clock.turn(50);
    assert.equal(ports.length, 2);
    assert.deepEqual(requests(last()), [SHOW]);
  });

  test("one that stays silent after a click is given up, and the click told on the next", () => {
    publish(last());
    clock.turn(60_000);
    assert.equal(ports.length, 1);
    line.send(REVEAL);
    clock.turn(1_050);
    assert.equal(ports[0].closed, true);
    assert.deepEqual(asked(last()), [REVEAL]);
  });

  test("one on which something is heard may then be silent for as long as the work takes", () => {
    line.send(REVEAL);
    publish(last());
    clock.turn(25_000);
    assert.equal(ports.length, 1);
  });

  test("one that was given up is not heard any more, nor does its end count", () => {
    const [old] = ports;
    clock.turn(1_050);
    publish(last());
    publish(old, { late: true });
    old.die();
    clock.turn(60_000);
    assert.deepEqual(views, [{}]);
    assert.equal(ports.length, 2);
  });

  test("a worker that dies does not leave a timer that would close the next line", () => {
    line.send(REVEAL);
    restart();
    publish(last());
    clock.turn(60_000);
    assert.equal(last().closed, false);
    assert.equal(clock.waiting(), 0);
  });
});
