"""What is remembered of tokens is forgotten by session and by user, and stays bounded."""

import pytest

from server.domain.callers import Member
from server.domain.ids import OrgId, SessionId, UserId
from server.usecases import token_cache
from server.usecases.token_cache import FRESH_S, TokenCache

BOBS = ("bob-1", "bob-2")
JANES = ("jane-1",)


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def member(session: str) -> Member:
    name = session.partition("-")[0]
    return Member(
        user=UserId(f"usr_{name}"),
        org=OrgId("org_acme"),
        role="rep",
        name=name,
        email=f"{name}@acme.example",
        session=SessionId(session),
        kind="bearer",
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> TokenCache:
    """Bob is signed in twice, Jane once; a token's hash is its session's name."""
    cache = TokenCache(clock)
    for session in (*BOBS, *JANES):
        put(cache, session)
    return cache


def put(cache: TokenCache, session: str, left_s: float = 60.0) -> None:
    cache.put(session.encode(), member(session), left_s, cache.generation)


def known(cache: TokenCache) -> list[str]:
    return [name for name in (*BOBS, *JANES) if cache.get(name.encode()) is not None]


def test_what_is_remembered_is_fresh_for_two_seconds_or_until_the_session_expires(
    cache: TokenCache, clock: Clock
) -> None:
    put(cache, "bob-2", left_s=1.0)
    assert known(cache) == ["bob-1", "bob-2", "jane-1"]
    clock.now_s += 1
    assert known(cache) == ["bob-1", "jane-1"]
    clock.now_s += FRESH_S - 1
    assert known(cache) == []


def test_an_ended_session_is_forgotten_and_no_other(cache: TokenCache) -> None:
    cache.forget_session(SessionId("bob-1"))
    assert known(cache) == ["bob-2", "jane-1"]
    cache.forget_session(SessionId("bob-2"))
    cache.forget_session(SessionId("nobody's"))
    assert known(cache) == ["jane-1"]


def test_all_of_a_users_sessions_are_forgotten_at_once_and_may_come_back(
    cache: TokenCache,
) -> None:
    cache.forget_session(SessionId("bob-1"))
    cache.forget_user(UserId("usr_bob"))
    assert known(cache) == ["jane-1"]
    put(cache, "bob-1")
    assert known(cache) == ["bob-1", "jane-1"]
    cache.forget_user(UserId("usr_bob"))
    cache.forget_user(UserId("usr_nobody"))
    assert known(cache) == ["jane-1"]


def test_a_full_memory_starts_afresh(cache: TokenCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_cache, "TOKENS_MAX", 3)
    put(cache, "zoe-1")
    assert known(cache) == []
    cache.forget_session(SessionId("bob-1"))
    cache.forget_user(UserId("usr_bob"))
    assert cache.get(b"zoe-1") == member("zoe-1")
