// Bun's native publish: what its own documentation shows for telling something to many sockets.
const { BENCH_PORT, BENCH_EVENT } = process.env;
const [before, ...between] = BENCH_EVENT.split("77777777");

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(BENCH_PORT),
  fetch(request, server) {
    const url = new URL(request.url);
    if (url.pathname === "/bench/socket") {
      return server.upgrade(request) ? undefined : new Response("no socket", { status: 400 });
    }
    const first = Number(url.searchParams.get("first"));
    const count = Number(url.searchParams.get("count"));
    for (let number = first; number < first + count; number += 1) {
      server.publish("org", [before, ...between].join(String(number)));
    }
    return new Response(null, { status: 204 });
  },
  websocket: {
    idleTimeout: 960,
    sendPings: false,
    open(socket) {
      socket.subscribe("org");
    },
    message() {},
  },
});
console.log("bench: listening");
