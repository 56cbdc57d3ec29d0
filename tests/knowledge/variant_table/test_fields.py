"""Shares are kept to four digits in sixteen bits, and in their order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.knowledge.variant_table.fields import (
    MISSING,
    Field,
    Form,
    Pool,
    kept_values,
    shown_numbers,
)

SHARE = Field("x", Form.SHARE)
shares = st.one_of(st.floats(0, 1), st.floats(0, 1e-5), st.integers(-12, 0).map(lambda n: 10.0**n))


@given(st.lists(shares, min_size=1))
@settings(deadline=None, max_examples=200, derandomize=True)
def test_share__is_kept_to_four_digits_and_in_order(given_shares: list[float]) -> None:
    ordered = sorted(given_shares)
    kept = kept_values(SHARE, ordered, Pool())
    assert kept.tolist() == sorted(kept.tolist())
    assert 0 <= kept.min() <= kept.max() < 65_534
    for share, shown in zip(ordered, shown_numbers(SHARE, kept).tolist(), strict=True):
        assert shown == pytest.approx(share, rel=0.5001e-3, abs=0.5001e-10)
    again = kept_values(SHARE, shown_numbers(SHARE, kept).tolist(), Pool())
    assert again.tolist() == kept.tolist()


@pytest.mark.parametrize("share", [0.0, 1.0, 0.05, 0.001, 2.414e-05, 1e-6, 9.999e-7, 1e-10])
def test_share_of_four_digits__is_shown_as_it_was(share: float) -> None:
    kept = kept_values(SHARE, [share, None], Pool())
    assert shown_numbers(SHARE, kept)[0] == share
    assert kept[1] == MISSING
