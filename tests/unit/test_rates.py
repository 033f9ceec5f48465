"""How fast and how often, without a clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.rates import CallRate, FailureWindow, draw, recent, wait_s

SPENDING = CallRate(burst=5_000, per_s=50)
SIGN_IN = FailureWindow(failures=10, window_s=900)


def _let_in(rate: CallRate, calls: int, *, full_at_s: float, now_s: float) -> tuple[int, float]:
    let_in = 0
    for _ in range(calls):
        drawn = draw(rate, full_at_s, now_s)
        full_at_s = drawn.full_at_s
        let_in += not drawn.wait_s
    return let_in, full_at_s


@given(
    burst=st.integers(1, 6_000),
    per_s=st.integers(1, 1_000),
    now_s=st.floats(0, 1e9, allow_nan=False),
)
def test_a_burst_is_exactly_as_many_calls_as_it_says(burst: int, per_s: int, now_s: float) -> None:
    let_in, _ = _let_in(CallRate(burst, per_s), burst + 3, full_at_s=0.0, now_s=now_s)
    assert let_in == burst


def test_after_a_burst_calls_come_back_at_the_sustained_rate() -> None:
    _, full_at_s = _let_in(SPENDING, 5_000, full_at_s=0.0, now_s=100.0)
    let_in, _ = _let_in(SPENDING, 500, full_at_s=full_at_s, now_s=102.0)
    assert let_in == 100


def test_an_idle_bucket_holds_no_more_than_its_burst() -> None:
    _, full_at_s = _let_in(SPENDING, 10, full_at_s=0.0, now_s=100.0)
    let_in, _ = _let_in(SPENDING, 6_000, full_at_s=full_at_s, now_s=1_000_000.0)
    assert let_in == 5_000


def test_a_refused_call_draws_nothing_and_says_how_long_to_wait() -> None:
    rate = CallRate(burst=2, per_s=4)
    _, full_at_s = _let_in(rate, 2, full_at_s=0.0, now_s=10.0)
    refused = draw(rate, full_at_s, 10.0)
    assert refused.full_at_s == full_at_s
    assert 0 < refused.wait_s <= 1 / rate.per_s
    assert draw(rate, full_at_s, 10.0 + refused.wait_s).wait_s == 0


def test_the_tenth_failure_closes_the_window_until_the_first_is_old() -> None:
    times = tuple(float(second) for second in range(9))
    assert wait_s(SIGN_IN, times, 9.0) == 0
    assert wait_s(SIGN_IN, (*times, 9.0), 10.0) == pytest.approx(890.0)
    assert wait_s(SIGN_IN, (*times, 9.0), 900.0) == 0


def test_failures_older_than_the_window_are_forgotten() -> None:
    assert recent(SIGN_IN, (1.0, 2.0, 900.0), 901.5) == (2.0, 900.0)
