"""The page about the criteria says what the rules say."""

from __future__ import annotations

from criteria_page import PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "make docs writes it anew"
