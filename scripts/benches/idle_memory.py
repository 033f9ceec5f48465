"""Row 4: the memory of one idle signed-in socket, against a bare Starlette socket.

Each server is a fresh process. What its first sockets make it load and allocate once is left out:
the memory is read after a few hundred sockets and again after many more. Every socket of ours is
another user's.
"""

import asyncio
from pathlib import Path

from scripts.benches import events
from scripts.benches.children import UVICORN_READY, Server, module, serving
from scripts.benches.crowd import Crowd, Way
from scripts.benches.figures import Line, Row, Side, Target
from scripts.benches.plan import Plan
from scripts.benches.prepared import prepared
from scripts.benches.product import PRODUCT, PRODUCT_READY
from server.api.socket import PATH as BATTERY_SOCKET
from server.settings import read_settings

WARM_SOCKETS = 200
SETTLE_S = 1.5
"""Until nothing is owed to the newest socket any more."""
TARGET = Target("at most", 1.0)


async def measure(folder: Path, plan: Plan) -> list[Line]:
    """Bytes of resident memory per socket, in KiB."""
    env = {"BATTERY_DATA": str(folder)}
    users = WARM_SOCKETS + plan.idle_sockets
    acme, _ = await prepared(read_settings(env), users=users, people=0)
    with serving(PRODUCT, env=env, ready=PRODUCT_READY) as server:
        way = Way(server.port, BATTERY_SOCKET, tokens=acme.tokens)
        ours = await _kib_per_socket(server, way, plan.idle_sockets)
    bare_server = module("scripts.benches.bare_socket_server")
    with serving(bare_server, env={}, ready=UVICORN_READY) as server:
        way = Way(server.port, events.SOCKET_PATH)
        bare = await _kib_per_socket(server, way, plan.idle_sockets)
    return [
        Row(
            what=f"memory per idle signed-in socket, {plan.idle_sockets:,} sockets",
            unit="KiB",
            ours=Side("the product", [ours]),
            against=Side("bare Starlette socket", [bare]),
            target=TARGET,
        )
    ]


async def _kib_per_socket(server: Server, way: Way, sockets: int) -> float:
    crowd = Crowd(way, WARM_SOCKETS)
    try:
        await asyncio.sleep(SETTLE_S)
        before = server.resident_bytes
        crowd.add(sockets)
        await asyncio.sleep(SETTLE_S)
        return (server.resident_bytes - before) / sockets / 1024
    finally:
        crowd.close()
