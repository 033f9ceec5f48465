"""The composition root of a server: the house, the door, and every route; nothing is built at
import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from server.api.admin import AdminApi
from server.api.battery import BatteryApi
from server.api.cors import Cors
from server.api.credit_requests import CreditRequestsApi
from server.api.docs import DocsApi
from server.api.door import COOKIE, Door
from server.api.endpoint import Endpoint
from server.api.errors import EXCEPTION_HANDLERS
from server.api.history import HistoryApi
from server.api.invitations import InvitationsApi
from server.api.jobs import JobsApi
from server.api.limits import CallLimits, FailureLimits
from server.api.operations import OperationsApi, Ping
from server.api.operator import OperatorApi
from server.api.origins import Origins
from server.api.pages import page_routes, unknown_page
from server.api.pairings import PairingsApi
from server.api.reveals import RevealsApi
from server.api.sessions import SessionsApi
from server.api.socket import SocketApi
from server.api.subjects import SubjectsApi
from server.demo.public_subjects import PublicSubjects
from server.demo.site import demo_routes
from server.domain import errors
from server.house import House
from server.push.outlet import close_codes
from server.usecases.directory import import_directory
from server.usecases.erasure import UrlHasher, erase


def create_app(house: House) -> Starlette:
    """The whole server as an ASGI app; its lifespan opens the house."""
    settings = house.settings
    origins = Origins(
        public_url=settings.public_url,
        extension_ids=settings.extension_ids,
        trusted_proxies=settings.trusted_proxies,
    )
    endpoints = [
        *_account_calls(house, origins),
        *_battery_calls(house),
        *_staff_calls(house, origins),
    ]
    door = Door(
        authenticate=house.sessions.authenticate,
        authenticate_operator=house.operators.authenticate,
        limits=CallLimits(settings.limits),
        origins=origins,
        body_bytes_max=settings.limits.json_body_bytes,
    )
    routes: list[BaseRoute] = [
        *door.routes(endpoints),
        SocketApi(house.hub, house.sessions.authenticate, origins, settings.limits).route(),
        *_operations(house).routes(),
        *DocsApi(endpoints, COOKIE, close_codes(house.hub.tempo)).routes(),
        *page_routes(house.sessions.authenticate),
    ]
    if settings.demo:
        routes += demo_routes(PublicSubjects(house.database))
    return Starlette(
        routes=routes,
        middleware=[Middleware(Cors, origins=origins)],
        exception_handlers={**EXCEPTION_HANDLERS, 404: unknown_page()},
        lifespan=partial(_lifespan, house),
    )


@asynccontextmanager
async def _lifespan(house: House, app: Starlette) -> AsyncIterator[None]:
    """What keeps the house from opening is left in `app.state.start_failure` for serve.py to
    tell."""
    try:
        async with house.open():
            yield
    except errors.BatteryError as failure:
        app.state.start_failure = failure
        raise


def _account_calls(house: House, origins: Origins) -> list[Endpoint]:
    failures = FailureLimits(house.settings.limits)
    sessions = SessionsApi(
        house.sessions,
        house.about_me,
        failures,
        origins,
        session_days=house.settings.session_days,
    )
    return [
        *sessions.endpoints(),
        *PairingsApi(house.pairings, house.sessions, failures, origins).endpoints(),
        *InvitationsApi(house.invitations, failures, origins).endpoints(),
    ]


def _battery_calls(house: House) -> list[Endpoint]:
    limits = house.settings.limits
    return [
        *RevealsApi(house.charger, limits).endpoints(),
        *BatteryApi(house.database, house.clock).endpoints(),
        *SubjectsApi(house.subjects, limits).endpoints(),
        *JobsApi(house.jobs, house.database, limits).endpoints(),
        *HistoryApi(house.database, house.history).endpoints(),
        *CreditRequestsApi(house.credit_requests).endpoints(),
    ]


def _staff_calls(house: House, origins: Origins) -> list[Endpoint]:
    urls = UrlHasher(house.settings.secret)
    operator = OperatorApi(
        customers=house.customers,
        members=house.members,
        newcomers=house.newcomers,
        history=house.history,
        verifier=house.verifier,
        import_directory=partial(import_directory, house.database, urls),
        erase=partial(erase, house.database, urls, house.clock),
        origins=origins,
        limits=house.settings.limits,
    )
    admin = AdminApi(house.verifier, house.customers, house.members, house.newcomers, origins)
    return [*admin.endpoints(), *operator.endpoints()]


def _operations(house: House) -> OperationsApi:
    pings: dict[str, Ping] = {"database": house.database.ping}
    if house.settings.redis_url is not None:
        pings["redis"] = house.relay.ping
    return OperationsApi(
        pings, house.charger.counters, house.hub.counters, house.job_sweep.counters
    )
