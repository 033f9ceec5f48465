/**
 * The battery socket as one client keeps it: greets, resumes, notices what is missing, and comes
 * back after a loss. No browser API is named here: the socket, the clock and the dice are handed in,
 * so that extension and web app share it and the tests can turn time.
 *
 * @import {
 *   ChangesMessage, HeartbeatMessage, LevelAlert, Position, ServerMessage, WelcomeMessage
 * } from "../protocol.js"
 */

/** A server that accepts the socket but does not welcome us is as good as away. */
const WELCOME_DEADLINE_MS = 10_000;
/** Waiting for the browser's own `close` after a lost network takes a minute (extension.md). */
const PONG_DEADLINE_MS = 10_000;
const SYNC_DEADLINE_MS = 10_000;
/** A heartbeat may be this much late before we ask. */
const SILENCE_FACTOR = 1.25;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_LAST_MS = 30_000;
/** A socket that lived this long was a working one: the next loss starts from a short wait. */
const STEADY_MS = 5_000;
const STOP_CODES_FROM = 4500;
const STOP_CODES_TO = 4999;
/** What the browser reports when a connection ends without a close frame. */
const ABNORMAL = 1006;

/**
 * Full jitter: anything from nothing to the ceiling, which doubles with each attempt, so that a
 * thousand clients of a restarted server do not return in the same instant.
 *
 * @param {number} attempt 0 for the first retry
 * @param {() => number} random in [0, 1)
 * @returns {number} milliseconds
 */
export function retryDelay(attempt, random) {
  return random() * Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** attempt);
}

/**
 * @param {number} code of the close frame
 * @returns {boolean} whether coming back would only be refused again
 */
export function isFinal(code) {
  return code >= STOP_CODES_FROM && code <= STOP_CODES_TO;
}

/**
 * @param {number} seq the last entry handled
 * @param {{from: number, to: number}} range of a `changes` message
 * @returns {"known" | "next" | "gap"}
 */
export function placeOf(seq, range) {
  if (range.to <= seq) return "known";
  return range.from <= seq + 1 ? "next" : "gap";
}

/**
 * @typedef {object} Socket  what is used of a WebSocket
 * @property {((event: any) => void) | null} onopen
 * @property {((event: any) => void) | null} onmessage  with `data`
 * @property {((event: any) => void) | null} onclose  with `code` and `reason`
 * @property {(text: string) => void} send
 * @property {() => void} close
 *
 * @typedef {object} Clock
 * @property {() => number} now  milliseconds
 * @property {(ms: number, action: () => void) => () => void} after  returns its own cancelling
 *
 * @typedef {{token?: string, client: string}} Greeting
 *
 * @typedef {object} Handlers
 * @property {(message: WelcomeMessage) => void} welcome
 * @property {(message: Exclude<ServerMessage, WelcomeMessage | HeartbeatMessage>) => void} message
 *   in order and without gaps; `missed` ones come right after their `welcome`
 * @property {(alert: LevelAlert) => void} [alert]  R33, after the message that brought it; until `shown` is
 *   called with its `seq`, every `welcome` may bring it again
 * @property {() => void} heard  after every frame, when the position stands
 * @property {(state: LinkPhase) => void} phase
 * @property {(code: number, reason: string) => void} ended  final close: sign in again
 *
 * @typedef {"idle" | "connecting" | "live" | "waiting"} LinkPhase
 *
 * @typedef {object} LinkParts
 * @property {() => Socket} open
 * @property {Clock} clock
 * @property {() => number} random
 * @property {() => Greeting} greeting
 * @property {Handlers} on
 */

/**
 * @param {LinkParts} parts
 * @returns {{start(from: Position | null): void, stop(): void, nudge(): void, shown(alert: number): void,
 *   position(): Position | null}}
 */
export function createLink({ open, clock, random, greeting, on }) {
  /** @type {Socket | null} */
  let socket = null;
  /** @type {LinkPhase} */
  let phase = "idle";
  /** @type {Position | null} */
  let position = null;
  let attempt = 0;
  let silenceMs = 0;
  let heardAt = 0;
  let liveAt = 0;
  let farthest = 0;
  let syncing = false;

  const timers = createTimers(clock);

  /** @param {LinkPhase} next */
  function enter(next) {
    if (phase === next) return;
    phase = next;
    on.phase(next);
  }

  /** @param {object} message */
  function send(message) {
    socket?.send(JSON.stringify(message));
  }

  function connect() {
    timers.cancelAll();
    enter("connecting");
    const mine = open();
    socket = mine;
    mine.onopen = () => {
      const since = position ? { since: position } : {};
      send({ type: "hello", ...greeting(), ...since });
    };
    mine.onmessage = (event) => {
      if (mine === socket) receive(JSON.parse(event.data));
    };
    mine.onclose = (event) => {
      if (mine === socket) lose(event.code, event.reason);
    };
    timers.set("welcome", WELCOME_DEADLINE_MS, () => lose(ABNORMAL, ""));
  }

  function drop() {
    timers.cancelAll();
    const old = socket;
    socket = null;
    syncing = false;
    old?.close();
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  function lose(code, reason) {
    if (phase === "live" && clock.now() - liveAt >= STEADY_MS) attempt = 0;
    drop();
    if (isFinal(code)) {
      enter("idle");
      on.ended(code, reason);
      return;
    }
    enter("waiting");
    timers.set("retry", retryDelay(attempt, random), connect);
    attempt += 1;
  }

  function ping() {
    send({ type: "ping" });
    timers.set("silence", PONG_DEADLINE_MS, () => lose(ABNORMAL, ""));
  }

  /** A clock that jumped (the machine slept) has already waited for the pong. */
  function checkSilence() {
    const silentMs = clock.now() - heardAt;
    if (silentMs >= silenceMs + PONG_DEADLINE_MS) lose(ABNORMAL, "");
    else if (silentMs >= silenceMs) ping();
  }

  /** @param {ServerMessage} message */
  function receive(message) {
    heardAt = clock.now();
    if (message.type === "welcome") welcome(message);
    else if (phase === "live") handle(message);
    if (phase !== "live") return;
    timers.set("silence", silenceMs, checkSilence);
    on.heard();
  }

  /** @param {WelcomeMessage} message */
  function welcome(message) {
    timers.cancel("welcome");
    timers.cancel("sync");
    syncing = false;
    silenceMs = message.heartbeat_s * 1000 * SILENCE_FACTOR;
    if (phase !== "live") liveAt = clock.now();
    position = welcomed(position, message);
    farthest = position.seq;
    enter("live");
    on.welcome(message);
    for (const missed of message.missed) take(missed);
    alert(message.alert);
    reach(message.seq);
  }

  /** @param {Exclude<ServerMessage, WelcomeMessage>} message */
  function handle(message) {
    if (message.type === "heartbeat") reach(message.seq);
    else if (message.type === "changes") take(message);
    else on.message(message);
    if (message.type === "alert") alert({ level: message.level, seq: message.battery.seq });
  }

  /** @param {WelcomeMessage["alert"]} told */
  function alert(told) {
    if (told && position && told.seq > (position.alert ?? 0))
      on.alert?.({ epoch: position.epoch, ...told });
  }

  /** @param {ChangesMessage} message */
  function take(message) {
    if (!position) return;
    const place = placeOf(position.seq, message);
    if (place === "next") {
      position = { ...position, seq: message.to };
      on.message(message);
    }
    reach(message.to);
  }

  /**
   * The server is known to be at `seq`; whatever of it we lack is asked for once. Ranges that come
   * before the answer are dropped: the answer was made later and covers them.
   *
   * @param {number} seq
   */
  function reach(seq) {
    if (!position) return;
    farthest = Math.max(farthest, seq);
    if (position.seq >= farthest) {
      syncing = false;
      timers.cancel("sync");
    } else if (!syncing) {
      syncing = true;
      send({ type: "sync", seq: position.seq });
      timers.set("sync", SYNC_DEADLINE_MS, () => lose(ABNORMAL, ""));
    }
  }

  return {
    start(from) {
      position = from;
      attempt = 0;
      drop();
      connect();
    },
    stop() {
      drop();
      position = null;
      enter("idle");
    },
    nudge() {
      if (phase === "waiting") connect();
      else if (phase === "live") checkSilence();
    },
    shown(alert) {
      if (position) position = { ...position, alert: Math.max(alert, position.alert ?? 0) };
    },
    position: () => position,
  };
}

/**
 * @param {Position | null} old
 * @param {WelcomeMessage} message
 * @returns {Position} in another epoch nothing of the old one counts
 */
function welcomed(old, { epoch, seq, resumed }) {
  if (old?.epoch !== epoch) return { epoch, seq };
  return { ...old, seq: resumed ? old.seq : seq };
}

/**
 * Named one-shot timers: setting one again replaces it.
 *
 * @param {Clock} clock
 */
function createTimers(clock) {
  /** @type {Map<string, () => void>} */
  const running = new Map();

  /** @param {string} name */
  function cancel(name) {
    running.get(name)?.();
    running.delete(name);
  }

  return {
    cancel,
    /**
     * @param {string} name
     * @param {number} ms
     * @param {() => void} action
     */
    set(name, ms, action) {
      cancel(name);
      running.set(name, clock.after(ms, action));
    },
    cancelAll() {
      for (const name of [...running.keys()]) cancel(name);
    },
  };
}
