"""Date and time in one text: every form, alike or not, and which order of day and month a file proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.readers.stamps import check_order, fitting_orders, parse_stamps, proven_order

from icos_core.raw_text.delimited_text import TextError
from icos_core.raw_text.instrument_clock import INVALID, DateFormat

if TYPE_CHECKING:
    from datetime import datetime

ISO, DAY_FIRST, MONTH_FIRST = (DateFormat.from_text(text) for text in ("yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy"))
ORDERS = ("dd/mm/yyyy", "mm/dd/yyyy", "yyyy/mm/dd")
MOMENTS = st.integers(0, 7_258_118_399_999).map(lambda passed: np.datetime64(passed, "ms").item())


def milliseconds(moments: list[datetime]) -> list[int]:
    found: list[int] = (np.array(moments, dtype="M8[ms]").astype(np.int64) * 1_000_000).tolist()
    return found


@given(
    st.lists(
        st.tuples(MOMENTS, st.sampled_from(["{:%Y-%m-%d %H:%M:%S}", "{:%Y-%m-%dT%H:%M:%S}", "{:%Y/%m/%d  %H:%M:%S}"]), st.booleans()),
        max_size=8,
    )
)
def test_stamps_of_any_form_among_each_other(rows: list[tuple[datetime, str, bool]]) -> None:
    texts = [form.format(moment) + f".{moment.microsecond // 1000:03d}" * fraction for moment, form, fraction in rows]
    moments = [moment if fraction else moment.replace(microsecond=0) for moment, _, fraction in rows]
    assert parse_stamps(texts, ISO).tolist() == milliseconds(moments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-07-06T12:30:15Z", "2024-07-06T12:30:15"),
        ("2024-07-06 12:30", "2024-07-06T12:30:00"),
        ("2024-7-6 2:30:15.25", "2024-07-06T02:30:15.250"),
        ("20240706 12:30:15", "2024-07-06T12:30:15"),
    ],
)
def test_other_forms(text: str, expected: str) -> None:
    assert parse_stamps([text], ISO).tolist() == [int(np.datetime64(expected, "ns").astype(np.int64))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-07-06",
        "12:30:15",
        "2024-07-06 25:00:00",
        "2024-02-30 12:00:00",
        "2024-07-06 12:30:15+02:00",
        "2024-07-06 12:30:15.12x",
        "x" * 23,
    ],
)
def test_what_is_no_stamp(text: str) -> None:
    good = "2024-07-06 12:30:15.123"
    assert parse_stamps([good, text, good], ISO).tolist()[1] == INVALID
    assert (parse_stamps([text], ISO) == INVALID).all()


@given(MOMENTS)
def test_an_order_that_is_proven_is_the_right_one(moment: datetime) -> None:
    date = f"{moment:%d/%m/%Y}"
    proven = proven_order([date], ORDERS, "file.txt")
    assert proven == ("dd/mm/yyyy" if moment.day > 12 or moment.day == moment.month else None)
    assert proven_order([date], ORDERS, f"gga_{moment:%Y-%m-%d}_f0000.txt") in {"dd/mm/yyyy", None}


def test_names_of_files_decide_only_between_orders_that_fit() -> None:
    assert proven_order(["05/09/2022"], ORDERS, "gga_2022-09-04_f0000.txt") == "dd/mm/yyyy"  # a clock ahead of that of the name
    assert proven_order(["05/09/2022"], ORDERS, "gga_2021-01-01_f0000.txt") is None
    assert proven_order([], ORDERS, "gga_2021-01-01_f0000.txt") is None
    assert proven_order(["31/31/2022"], ORDERS, "gga_2022-01-31_f0000.txt") is None


def test_one_damaged_date_in_fifty_changes_no_order() -> None:
    dates = ["28/09/2022"] * 60 + ["09/28/2022"]
    assert fitting_orders(dates, ORDERS) == ("dd/mm/yyyy",)
    check_order(dates, DAY_FIRST, ORDERS)
    with pytest.raises(TextError, match="'28/09/2022' is no date in mm/dd/yyyy, but is one in dd/mm/yyyy"):
        check_order(dates, MONTH_FIRST, ORDERS)
