/** A clock that stands still until it is turned, and a socket that says what it was told to say. */

/** @returns {any} */
export function createFakeClock() {
  let nowMs = 1_000_000;
  const due = new Set();
  return {
    now: () => nowMs,
    after(ms, action) {
      const entry = { at: nowMs + ms, action };
      due.add(entry);
      return () => due.delete(entry);
    },
    /** Runs what falls due within `ms`, each at its own moment. */
    turn(ms) {
      const end = nowMs + ms;
      for (;;) {
        const next = [...due].filter((e) => e.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        due.delete(next);
        nowMs = Math.max(nowMs, next.at);
        next.action();
      }
      nowMs = end;
    },
    /** The machine sleeps: time passes, timers do not run until it wakes. */
    sleep(ms) {
      nowMs += ms;
    },
    waiting: () => due.size,
  };
}

/** Every socket that was opened, newest last; `net.open` is what a link is given. */
export function createFakeNet() {
  const sockets = [];
  return {
    sockets,
    open() {
      const socket = {
        onopen: null,
        onmessage: null,
        onclose: null,
        sent: [],
        closed: false,
        send(text) {
          socket.sent.push(JSON.parse(text));
        },
        close() {
          socket.closed = true;
        },
        accept() {
          socket.onopen?.({});
        },
        say(message) {
          socket.onmessage?.({ data: JSON.stringify(message) });
        },
        end(code, reason = "") {
          socket.onclose?.({ code, reason });
        },
      };
      sockets.push(socket);
      return socket;
    },
    last: () => sockets.at(-1),
  };
}
