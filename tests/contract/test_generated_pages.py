"""The pages that `make docs` writes say what their sources say."""

from __future__ import annotations

import criteria_page
import plugins_page
import pytest
import report_formats


@pytest.mark.parametrize("source", [criteria_page, plugins_page], ids=lambda source: source.PAGE.stem)
def test_the_page_is_up_to_date(source) -> None:
    assert source.PAGE.read_text() == source.page(), "make docs writes it anew"


@pytest.mark.parametrize("name", report_formats.PARTS)
def test_each_format_of_reports_is_offered_and_told(name: str) -> None:
    assert (report_formats.ROOT / name).read_text() == report_formats.text(name), "make docs writes it anew"


def test_internal_modules_are_left_out() -> None:
    modules = plugins_page.plugins("modules")
    assert "conda_env" in modules
    assert "preflight" not in modules
