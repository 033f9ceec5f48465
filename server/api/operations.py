"""`/healthz`, `/readyz`, `/metrics` (api.md, Operations)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from server.api.errors import problem_of
from server.domain import errors
from server.push.counters import Counters
from server.usecases.charge import ChargeCounters
from server.usecases.job_sweep import JobCounters

Ping = Callable[[], Awaitable[None]]
"""Raises Unavailable when what it asks does not answer."""

log = structlog.get_logger()


class OperationsApi:
    """For load balancers and Prometheus; says nothing about any org."""

    def __init__(
        self,
        pings: dict[str, Ping],
        charged: ChargeCounters,
        pushed: Counters,
        jobs: JobCounters,
    ) -> None:
        self._pings = pings
        self._registry = CollectorRegistry()
        self._registry.register(_Figures(charged, pushed, jobs))

    def routes(self) -> list[Route]:
        """Plain routes: no caller, no body."""
        return [
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
        ]

    async def _alive(self, _request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def _ready(self, _request: Request) -> Response:
        for name, ping in self._pings.items():
            try:
                await ping()
            except errors.Unavailable as away:
                log.warning("not ready", needs=name, detail=away.detail)
                return problem_of(away)
        return JSONResponse({"ok": True})

    async def _metrics(self, _request: Request) -> Response:
        text = generate_latest(self._registry).decode()
        return PlainTextResponse(text, media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    """Reads the plain counters of the floors below when Prometheus asks."""

    def __init__(self, charged: ChargeCounters, pushed: Counters, jobs: JobCounters) -> None:
        self._charged = charged
        self._pushed = pushed
        self._jobs = jobs

    def collect(self) -> Iterable[Metric]:
        charged, pushed = self._charged, self._pushed
        counts = {
            "batches": ("Batches committed", charged.batches),
            "commands": ("Commands carried out", charged.commands),
            "refused": ("Commands refused", charged.refused),
            "batch_seconds": ("Seconds spent in batches", charged.seconds),
            "push_events": ("`changes` messages made", pushed.events),
            "push_deliveries": ("Messages handed to sockets", pushed.deliveries),
            "push_heartbeats": ("Heartbeats sent", pushed.heartbeats),
            "push_holes": ("Stretches read from the ledger", pushed.holes),
            "redis_losses": ("Times Redis went away", pushed.redis_losses),
        }
        for name, (help_text, value) in counts.items():
            yield CounterMetricFamily(f"battery_{name}", help_text, value)
        gauges = {
            "sockets": ("Signed-in sockets", pushed.connected),
            "sockets_lagging": ("Sockets that do not keep up", pushed.lagging),
            "orgs_connected": ("Orgs with a socket here", pushed.orgs),
            "queued_commands": ("Commands waiting for a batch", charged.queued()),
            "jobs_stuck": ("Settling jobs that break again and again", self._jobs.stuck),
        }
        for name, (help_text, value) in gauges.items():
            yield GaugeMetricFamily(f"battery_{name}", help_text, value)
        yield _by_label("push_resumes", "Where missed changes came from", "source", pushed.resumes)
        yield _by_label("socket_closes", "Sockets closed by the server", "code", pushed.closes)


def _by_label(name: str, help_text: str, label: str, counts: Mapping[Any, int]) -> Metric:
    family = CounterMetricFamily(f"battery_{name}", help_text, labels=[label])
    for key, value in counts.items():
        family.add_metric([str(key)], value)
    return family
