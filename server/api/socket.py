"""`GET /api/v1/socket`: who may open it, who it is, and what a client may say (api.md).

Plain ASGI. Under our uvicorn protocol what the hub sends goes straight to the transport; under any
other server through ASGI's `send`.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

import msgspec
import structlog
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from server.api.door import Authenticate, cookie_token
from server.api.errors import close_code, problem_of
from server.api.origins import Origins
from server.domain import errors
from server.domain.callers import Member
from server.domain.ids import Seq
from server.push.asgi_outlet import AsgiOutlet
from server.push.frames import EXTENSION
from server.push.hub import Hub
from server.push.outlet import GOING_AWAY, MESSAGE_BYTES_MAX, NO_HELLO, Outlet, close_codes
from server.push.subscription import Subscription
from server.settings import Limits
from server.wire.socket import SUBPROTOCOL, ClientMessage, Hello, Ping, Sync

PATH = "/api/v1/socket"
MESSAGES_BURST = 20
MESSAGES_PER_S = 10
"""Read from one socket; what comes faster waits in the client's own buffers."""
RETRY_AFTER_S = 5
DENIAL = "websocket.http.response"
"""The ASGI extension for a refusal with a body; without it a server answers a bare 403."""

log = structlog.get_logger(__name__)

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)


class SocketApi:
    """The sockets of one node's `hub`."""

    def __init__(
        self, hub: Hub, authenticate: Authenticate, origins: Origins, limits: Limits
    ) -> None:
        self._hub = hub
        self._authenticate = authenticate
        self._origins = origins
        self._hellos_pending_max = limits.hellos_pending_per_address
        self._pending: Counter[str] = Counter()

    def route(self) -> WebSocketRoute:
        return WebSocketRoute(PATH, self, name="socket")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from the upgrade to its end."""
        await receive()
        heads: dict[bytes, bytes] = dict(scope["headers"])
        address = self._origins.address(scope)
        try:
            cookie = self._cookie(scope, heads)
            self._check_room(address)
        except errors.BatteryError as error:
            await _refuse(error, scope, receive, send)
            return
        # The server forgets these with the request's headers once it has accepted.
        own_way_out = scope.get("extensions", {}).get(EXTENSION)
        chosen = SUBPROTOCOL if scope["subprotocols"] else None
        del heads
        await send({"type": "websocket.accept", "subprotocol": chosen})
        if own_way_out is not None:
            await self._serve(receive, cast(Outlet, own_way_out), cookie, address)
        else:
            await self._serve_plainly(receive, AsgiOutlet(send), cookie, address)

    def _cookie(self, scope: Scope, heads: dict[bytes, bytes]) -> str | None:
        """The web app's cookie, good for our own pages only.

        Raises Forbidden (Origin), BadRequest (subprotocol).
        """
        if scope["subprotocols"] and SUBPROTOCOL not in scope["subprotocols"]:
            raise errors.BadRequest(f"This socket speaks the subprotocol {SUBPROTOCOL}.")
        if b"origin" not in heads:
            return None
        origin = heads[b"origin"].decode("latin-1")
        if self._origins.is_web_app(origin, scope):
            return cookie_token(heads)
        if not self._origins.is_extension(origin):
            raise errors.Forbidden("Pages of this origin may not open the battery socket.")
        return None

    def _check_room(self, address: str) -> None:
        if self._pending[address] >= self._hellos_pending_max:
            raise errors.RateLimited(
                f"{self._hellos_pending_max} sockets of your address have not said hello yet.",
                retry_after_s=RETRY_AFTER_S,
            )

    async def _serve_plainly(
        self, receive: Receive, outlet: AsgiOutlet, cookie: str | None, address: str
    ) -> None:
        """`_serve` beside the sending that our own protocol would have done."""
        serving = asyncio.create_task(self._serve(receive, outlet, cookie, address))
        sending = [asyncio.create_task(outlet.drain()), asyncio.create_task(outlet.cut_off())]
        tasks = [serving, *sending]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if outlet.is_closing:
                await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            # A peer that went away while we sent is an OSError (ASGI 2.4) and no news.
            if isinstance(end, Exception) and not isinstance(end, OSError):
                raise end

    async def _serve(
        self, receive: Receive, outlet: Outlet, cookie: str | None, address: str
    ) -> None:
        try:
            subscription = await self._sign_in(receive, outlet, cookie, address)
            if subscription is None:
                return
            try:
                await _listen(receive, subscription)
            finally:
                self._hub.leave(subscription)
        except TimeoutError:
            outlet.close(NO_HELLO, close_codes(self._hub.tempo)[NO_HELLO])
        except errors.BatteryError as error:
            outlet.close(close_code(error), error.detail)
        except Exception as error:  # the last door: a bug is logged, and the client comes back
            log.error("a battery socket broke", exc_info=error)
            outlet.close(GOING_AWAY, "something broke on our side")

    async def _sign_in(
        self, receive: Receive, outlet: Outlet, cookie: str | None, address: str
    ) -> Subscription | None:
        """None when the client left. Raises TimeoutError and what closes the socket."""
        self._pending[address] += 1
        try:
            async with asyncio.timeout(self._hub.tempo.hello_s):
                hello = _decoded(await receive())
        finally:
            self._pending[address] -= 1
            if not self._pending[address]:
                del self._pending[address]
        if hello is None:
            return None
        if not isinstance(hello, Hello):
            raise errors.BadRequest("the first message must be hello")
        member = await self._member(hello, cookie)
        return self._hub.join(member, outlet, hello.since)

    async def _member(self, hello: Hello, cookie: str | None) -> Member:
        token = cookie if hello.token is None else hello.token
        if token is None:
            raise errors.Unauthenticated("Sign in first: hello needs a token.")
        return await self._authenticate(token)


async def _listen(receive: Receive, subscription: Subscription) -> None:
    """Answers the client until it leaves. Raises BadRequest."""
    loop = asyncio.get_running_loop()
    paced_to = 0.0
    while (message := _decoded(await receive())) is not None:
        match message:
            case Hello():
                raise errors.BadRequest("a second hello")
            case Sync(seq=seq):
                subscription.channel.sync(subscription, Seq(seq))
            case Ping():
                subscription.channel.beat(subscription)
        now = loop.time()
        paced_to = max(paced_to, now - MESSAGES_BURST / MESSAGES_PER_S) + 1 / MESSAGES_PER_S
        if paced_to > now:
            await asyncio.sleep(paced_to - now)


def _decoded(event: Mapping[str, Any]) -> ClientMessage | None:
    """What the client says; None when it is gone. Raises BadRequest: the reason of the close."""
    if event["type"] == "websocket.disconnect":
        return None
    text = event.get("text")
    if text is None:
        raise errors.BadRequest("binary frame: this socket speaks JSON text")
    # At least one byte a character: this only spares other servers' clients an encoding.
    if len(text) > MESSAGE_BYTES_MAX or len(text.encode()) > MESSAGE_BYTES_MAX:
        raise errors.BadRequest(f"message above {MESSAGE_BYTES_MAX // 1024} KiB")
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise errors.BadRequest(f"no such message: {error}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise errors.BadRequest(f"not JSON: {error}") from None


async def _refuse(error: errors.BatteryError, scope: Scope, receive: Receive, send: Send) -> None:
    """Before the upgrade: an ordinary HTTP answer."""
    if DENIAL in scope.get("extensions", {}):
        await problem_of(error)(scope, receive, send)
    else:
        await send({"type": "websocket.close"})
