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

/** Storage that forgets nothing; `JSON` round trips as the browser's does. */
export function createFakeStore(content = {}) {
  const kept = new Map(Object.entries(content));
  return {
    kept,
    get: async (key) => structuredClone(kept.get(key)),
    set: async (key, value) => {
      kept.set(key, structuredClone(value));
    },
    remove: async (key) => {
      kept.delete(key);
    },
  };
}

/** Lets every promise that can settle do so. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @returns a subject as a lookup answers it */
export function person(over = {}) {
  return {
    id: "con_1",
    type: "contact",
    name: "Ana",
    headline: null,
    company: null,
    location: null,
    url: "https://www.linkedin.com/in/ana",
    pieces: { email: { state: "available", price: 1 }, phone: { state: "not_found" } },
    ...over,
  };
}

/** @returns a battery in the shape of api.md */
export function battery(over = {}) {
  return {
    seq: 10,
    license: {
      allotment: 2000,
      used: 160,
      held: 0,
      remaining: 1840,
      starts_on: "2026-11-15",
      last_day: "2026-12-14",
      resets_at: "2026-12-15T05:00:00Z",
    },
    extra: null,
    available: 1840,
    level: "ok",
    saved: { month: 0, total: 0 },
    ...over,
  };
}

/** @returns the quote of 20 people, one email each, in the shape of api.md */
export function quote(over = {}) {
  return {
    rows: 20,
    found: 19,
    not_found: 1,
    duplicates: 1,
    already_owned: 6,
    net_new: 12,
    credits: 12,
    from_license: 12,
    from_extra: 0,
    license_after: 1828,
    extra_after: 0,
    affordable: true,
    short_by: 0,
    as_of_seq: 7,
    by_kind: {},
    ...over,
  };
}

/** @returns an export in the shape of api.md; started unless it is quoted or has expired */
export function job({ quote: quoted = {}, status = "quoted", ...over } = {}) {
  const started = status !== "quoted" && status !== "expired";
  return {
    id: "job_1",
    action: "export",
    status,
    by: { id: "usr_bob", name: "Bob Reyes" },
    progress: { done: 0, total: 20 },
    quote: quote(quoted),
    settlement: null,
    account: [],
    kinds: ["email"],
    max_credits: null,
    label: "",
    columns: {},
    file: null,
    sample: [],
    problems: [],
    problem_count: 0,
    error: null,
    created_at: "2026-11-23T10:00:00Z",
    started_at: started ? "2026-11-23T10:00:05Z" : null,
    finished_at: null,
    expires_at: started ? null : "2026-11-24T10:00:00Z",
    ...over,
  };
}

/** @returns a user as an admin sees one, in the shape of api.md */
export function adminUser(id, over = {}) {
  return {
    id,
    name: id,
    email: `${id}@acme.example`,
    role: "rep",
    active: true,
    extra_cap: null,
    last_spend_at: null,
    invited: false,
    battery: battery(),
    ...over,
  };
}

/** @returns a battery whose license has this left, of `allotment` */
export function withLeft(remaining, over = {}, allotment = 100) {
  const license = { ...battery().license, allotment, remaining, used: allotment - remaining };
  return battery({ license, available: remaining, ...over });
}

/** @returns the org's extra credits as one user's battery shows them */
export function extra(pool, cap, mine = { used: 0, held: 0 }) {
  return { ...pool, cap, mine, available: 0 };
}
