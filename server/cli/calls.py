"""Calls to a running server for a member: repeated where the server is away, refused in words."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from server.wire.accounts import MeAnswer, SignInAnswer, SignInRequest
from server.wire.base import Answer, from_json, to_json
from server.wire.jobs import ExportRequest, Job, MappingRequest, Quote
from server.wire.subjects import LookupsAnswer, LookupsRequest
from server.wire.words import Kind

CLIENT = "command-line/1.0"
PATIENCE_S = 300.0
"""How long a server may be away: a restart takes seconds, a deploy a minute or two."""
FIRST_DELAY_S = 0.5
LAST_DELAY_S = 10.0
CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 900.0
"""A quote of 100,000 rows is counted before it is answered."""
BOUNDARY_BYTES = 24
AWAY = frozenset({429, 502, 503, 504})
"""What a proxy answers for a server that restarts, and what the server says come back later to."""

SHAPE = TypeVar("SHAPE")
DONE = TypeVar("DONE")


class CallFailed(Exception):
    """A call without an answer to use; `detail` is a sentence for who typed the command."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Unreachable(CallFailed):
    """No answer came, or not all of it."""


class Refused(CallFailed):
    """The server said no. `code` as in api.md, Errors; `quote` comes with `quote_changed`."""

    def __init__(self, detail: str, *, code: str, quote: Quote | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.quote = quote


class _TryLater(Refused):
    def __init__(self, detail: str, *, code: str, retry_after_s: float) -> None:
        super().__init__(detail, code=code)
        self.retry_after_s = retry_after_s


class _Problem(Answer, frozen=True, kw_only=True):
    code: str
    detail: str
    quote: Quote | None = None


class Calls:
    """The calls that exports and imports need, on one connection.

    `notice` is told, as a sentence, why a call has to be repeated. What creates or starts a job
    carries an Idempotency-Key, so a repeated call never does so twice (R11).
    """

    def __init__(self, url: str, notice: Callable[[str], None]) -> None:
        self.url = url.rstrip("/")
        self.token = ""
        self._notice = notice
        self._patience_s = 0.0
        self._http = httpx.Client(
            headers={"User-Agent": CLIENT},
            timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        )

    def use(self, token: str) -> None:
        """Calls are made with this token from now on."""
        self.token = token
        self._http.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self._http.close()

    def me(self) -> MeAnswer:
        """Who the token is for. A server that once answered is waited for from then on."""
        me = self._call(MeAnswer, "GET", "/me")
        self._patience_s = PATIENCE_S
        return me

    def sign_in(self, email: str, password: str) -> str:
        """The token of a new session."""
        asked = SignInRequest(email=email, password=password)
        answer = self._call(SignInAnswer, "POST", "/sessions", asked)
        assert isinstance(answer.token, str), "without `cookie` the token is in the answer"
        return answer.token

    def sign_out(self) -> None:
        """Tried once: a session that is left ends by itself."""
        with suppress(httpx.TransportError, Refused):
            self._sent("DELETE", "/sessions/current")

    def lookups(self, urls: list[str]) -> list[str | None]:
        """Ids of the subjects that the addresses lead to, at most 100 at once."""
        answer = self._call(LookupsAnswer, "POST", "/lookups", LookupsRequest(urls=urls))
        return [None if found is None else found.id for found in answer.results]

    def create_export(self, ask: ExportRequest, key: str) -> Job:
        return self._call(Job, "POST", "/exports", ask, key=key)

    def create_import(
        self, file: Path, kinds: list[Kind], max_credits: int | None, label: str | None, key: str
    ) -> Job:
        """Uploads the file. Raises OSError when it cannot be read."""
        fields = {"kinds": ",".join(kinds)}
        if max_credits is not None:
            fields["max_credits"] = str(max_credits)
        if label is not None:
            fields["label"] = label
        # A key answers the same body only, so the boundary must be the same when it is sent again.
        boundary = hashlib.blake2b(key.encode(), digest_size=BOUNDARY_BYTES).hexdigest()
        heads = {"Content-Type": f"multipart/form-data; boundary={boundary}"}

        def upload() -> Job:
            with file.open("rb") as stream:
                files = {"file": (file.name, stream)}
                answer = self._sent(
                    "POST", "/imports", key=key, headers=heads, data=fields, files=files
                )
            return _decoded(Job, answer)

        return self._patiently(upload)

    def map_columns(self, job: str, mapping: MappingRequest) -> Job:
        return self._call(Job, "PUT", f"/jobs/{job}/mapping", mapping)

    def start(self, job: str, key: str) -> Job:
        return self._call(Job, "POST", f"/jobs/{job}/start", key=key)

    def stop(self, job: str) -> Job:
        return self._call(Job, "POST", f"/jobs/{job}/stop")

    def give_up(self, job: str) -> None:
        """Stops one that is not started; tried once. It would expire by itself, but an uploaded
        file had better go now (R25)."""
        with suppress(httpx.TransportError, Refused):
            self._sent("POST", f"/jobs/{job}/stop")

    def job(self, job: str) -> Job:
        return self._call(Job, "GET", f"/jobs/{job}")

    def download(self, job: str, form: str, keep: Callable[[httpx.Response], DONE]) -> DONE:
        """What `keep` makes of the file, which comes in parts.

        A download that is cut off (httpx compares the length that was announced, or misses the end
        of the chunks) begins again, since it is free (R10): `keep` is called once for each try.
        """

        def fetch() -> DONE:
            with self._streamed(f"/jobs/{job}/file?format={form}") as answer:
                return keep(answer)

        return self._patiently(fetch)

    def _call(
        self,
        shape: type[SHAPE],
        method: str,
        path: str,
        body: msgspec.Struct | None = None,
        *,
        key: str | None = None,
    ) -> SHAPE:
        sent: dict[str, Any] = {}
        if body is not None:
            sent = {"content": to_json(body), "headers": {"Content-Type": "application/json"}}
        return self._patiently(lambda: _decoded(shape, self._sent(method, path, key=key, **sent)))

    def _sent(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **content: Any,
    ) -> httpx.Response:
        heads = dict(headers or {})
        if key is not None:
            heads["Idempotency-Key"] = key
        url = f"{self.url}/api/v1{path}"
        answer = self._http.request(method, url, headers=heads, **content)
        _check(answer)
        return answer

    @contextmanager
    def _streamed(self, path: str) -> Iterator[httpx.Response]:
        with self._http.stream("GET", f"{self.url}/api/v1{path}") as answer:
            if not answer.is_success:
                answer.read()
            _check(answer)
            yield answer

    def _patiently(self, work: Callable[[], DONE]) -> DONE:
        """Does `work` again while the server is away. Raises Unreachable, Refused."""
        deadline = time.monotonic() + self._patience_s
        delay_s = FIRST_DELAY_S
        while True:
            failure: CallFailed
            pause_s = delay_s
            try:
                return work()
            except httpx.TransportError as error:
                failure = Unreachable(f"{self.url} cannot be reached: {_cause(error)}.")
            except _TryLater as refused:
                failure = refused
                pause_s = max(delay_s, refused.retry_after_s)
            if time.monotonic() + pause_s > deadline:
                raise failure
            if delay_s > FIRST_DELAY_S:
                self._notice(f"{failure.detail} Trying again …")
            time.sleep(pause_s)
            delay_s = min(2 * delay_s, LAST_DELAY_S)


def _check(answer: httpx.Response) -> None:
    """Raises Refused."""
    if answer.is_success:
        return
    try:
        problem = from_json(_Problem, answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = _Problem(code="", detail=_foreign(answer))
    if answer.status_code in AWAY:
        seconds = answer.headers.get("Retry-After", "")
        retry_after_s = float(seconds) if seconds.isdecimal() else 0.0
        raise _TryLater(problem.detail, code=problem.code, retry_after_s=retry_after_s)
    raise Refused(problem.detail, code=problem.code, quote=problem.quote)


def _foreign(answer: httpx.Response) -> str:
    """Of an answer that is none of ours."""
    if answer.is_redirect:
        return f"The server sends callers on to {answer.headers.get('Location')}: use that address."
    told = f"{answer.status_code} {answer.reason_phrase}".strip()
    return f"{answer.url.host} answered {told}; is it a Credit Battery server?"


def _decoded(shape: type[SHAPE], answer: httpx.Response) -> SHAPE:
    try:
        return from_json(shape, answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(_foreign(answer), code="") from None


def _cause(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "it does not answer"
    return str(error).rstrip(".") or type(error).__name__
