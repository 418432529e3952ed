"""The pages that `make docs` writes say what their sources say."""

from __future__ import annotations

import criteria_page
import plugins_page
import pytest
import tables


@pytest.mark.parametrize("source", [criteria_page, plugins_page], ids=lambda source: source.PAGE.stem)
def test_the_page_is_up_to_date(source) -> None:
    assert source.PAGE.read_text() == source.page(), "make docs writes it anew"


@pytest.mark.parametrize("name", tables.PARTS)
def test_what_stands_in_a_table_is_told(name: str) -> None:
    assert (tables.ROOT / name).read_text() == tables.text(name), "make docs writes it anew"


def test_internal_modules_are_left_out() -> None:
    modules = plugins_page.plugins("modules")
    assert "conda_env" in modules
    assert "preflight" not in modules
