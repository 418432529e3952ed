# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session as its user has it: Chromium, over the SSH forward, logs in, opens a notebook and runs it.

`make e2e` leaves a screenshot in docs/; other runs leave it in .lab/.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity_reports.registry import report
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from lab import browser, ssh

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/unit/plugins/filter"))

from maturity_samples import COMPLETE, EMPTY, TAXI  # noqa: E402 (found by the path above)

SCREENSHOT = ROOT / os.environ.get("WORKBENCH_SCREENSHOT", ".lab/jupyter.png")
NOTEBOOK = "lab/tree/ride-duration/ride-duration.ipynb"
PATIENCE_SECONDS = 240  # the first import of scikit-learn on a busy machine
SAMPLE = """
set -eu
mkdir -p ~/notebooks/data
tar --extract --directory ~/notebooks
cd ~/notebooks/ride-duration
for month in 2021-01 2021-02; do
  /opt/anaconda/envs/jupyter/bin/python -B sample.py ../data/green_tripdata_$month.parquet $month
done
"""

FLEET = {
    "schema": 1,
    "projects": [
        {**given, "host": f"vm{number}", "name": given["project"]["path"]}
        for number, given in enumerate([TAXI, EMPTY, COMPLETE] * 20)
    ],
}
# What a reader would miss: texts beyond the window or squeezed into letters, shut details, and on paper a list over the table.
SEEN = """
const box = element => element.getBoundingClientRect();
const texts = [...document.querySelectorAll("details[open] :is(dd, dt, li, td, th, p)")].filter(each => box(each).height);
return {
  "beyond": texts.filter(each => box(each).right > innerWidth + 1).length,
  "squeezed": texts.filter(each => each.textContent.length > 9 && box(each).width < 60).length,
  "shut": [...document.querySelectorAll(".evidence tbody")].filter(each => !each.checkVisibility({contentVisibilityAuto: true})).length,
  "over": box(document.querySelector(".map")).bottom > box(document.querySelector("#projects")).top,
  "wide": document.querySelector(".map").scrollWidth > innerWidth,
  "pale": getComputedStyle(document.querySelector(".map .met")).printColorAdjust !== "exact",
};
"""

pytestmark = pytest.mark.xdist_group("workbench")


def remote(*command: str, **more: bytes) -> str:
    """Run a command on the workbench over SSH and return what it printed."""
    words = ["ssh", "-F", str(ssh.CONFIG), "-o", "ClearAllForwardings=yes", "-o", "ControlPath=none", ssh.WORKBENCH]
    return subprocess.run([*words, *command], capture_output=True, check=True, **more).stdout.decode().strip()


@pytest.fixture(scope="module")
def address(workbench: str) -> str:
    """Where the forward to the workbench's Jupyter begins."""
    example = subprocess.run(
        ["tar", "--create", "ride-duration"], cwd=ROOT / "examples", capture_output=True, check=True
    ).stdout
    remote(SAMPLE, input=example)
    subprocess.run([sys.executable, "-m", "lab", "forward"], cwd=ROOT, check=True, capture_output=True)
    return f"http://127.0.0.1:{ssh.local_port()}"


@pytest.fixture(scope="module")
def token(address: str) -> str:
    """The token, from where the documentation says it is."""
    return remote("cat /etc/mlops-workbench/jupyter/$USER/token")


@pytest.fixture(scope="module")
def driver() -> Iterator[str]:
    """The address of the browser's driver."""
    yield browser.start()
    browser.stop()


@pytest.fixture
def chromium(driver: str) -> Iterator[WebDriver]:
    """A browser that knows nothing yet."""
    options = webdriver.ChromeOptions()
    for option in ("--headless=new", "--no-sandbox", "--window-size=1280,900", "--no-proxy-server"):
        options.add_argument(option)
    session = webdriver.Remote(driver, options=options)
    yield session
    session.quit()


def until(chromium: WebDriver, what: str, condition: Callable[[WebDriver], object]) -> None:
    """Wait for something to be seen; what was seen instead is in the failure."""
    page_changes = [StaleElementReferenceException]  # while it is looked at
    try:
        WebDriverWait(chromium, PATIENCE_SECONDS, ignored_exceptions=page_changes).until(condition)
    except TimeoutException as error:
        SCREENSHOT.with_suffix(".failed.png").write_bytes(chromium.get_screenshot_as_png())
        seen = chromium.find_element(By.TAG_NAME, "body").text
        raise AssertionError(f"{what} at {chromium.current_url}, but:\n{seen[-3000:]}") from error


def log_in(chromium: WebDriver, address: str, password: str) -> None:
    """Ask for the notebook, and type a token where the server asks for it."""
    chromium.get(f"{address}/{NOTEBOOK}")
    until(chromium, "no login page", lambda page: page.find_elements(By.ID, "password_input"))
    chromium.find_element(By.ID, "password_input").send_keys(password, Keys.ENTER)


def shown(selector: str) -> Callable[[WebDriver], bool]:
    """Tell whether something can be seen on the page."""
    return lambda page: any(found.is_displayed() for found in page.find_elements(By.CSS_SELECTOR, selector))


def all_ran(page: WebDriver) -> bool:
    """Tell whether each cell has run; where cells wait and none is at it, do what a user does: answer Lab's question, Run All Cells."""
    states = [prompt.text for prompt in page.find_elements(By.CSS_SELECTOR, ".jp-CodeCell .jp-InputArea-prompt")]
    ran = [re.fullmatch(r"\[\d+\]:", state) for state in states]
    if not all(ran) and "[*]:" not in states:
        try:
            for button in page.find_elements(By.CSS_SELECTOR, ".jp-Dialog button.jp-mod-accept"):
                button.click()
            page.find_element(By.XPATH, "//div[@id='jp-MainMenu']//div[text()='Run']").click()
            page.find_element(By.CSS_SELECTOR, ".lm-Menu-item[data-command='runmenu:run-all']").click()
        except WebDriverException:  # a page that is still laid out takes no click
            webdriver.ActionChains(page).send_keys(Keys.ESCAPE).perform()
    return bool(ran) and all(ran)


def rows(page: WebDriver) -> list[str]:
    """The names of the rows of the table that a cell printed, below its heading."""
    tables = page.find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output table")
    return [line.split()[0] for table in tables for line in table.text.splitlines()[1:]]


def test_a_wrong_token_stays_out(chromium: WebDriver, address: str) -> None:
    log_in(chromium, address, "wrong")
    until(chromium, "no refusal", lambda page: "Invalid credentials" in page.page_source)
    chromium.get(f"{address}/{NOTEBOOK}?token=wrong")
    until(chromium, "no login page", shown("#password_input"))
    assert not chromium.find_elements(By.CSS_SELECTOR, ".jp-LabShell")


def test_a_notebook_reads_rides_shows_a_plot_and_trains(chromium: WebDriver, address: str, token: str) -> None:
    log_in(chromium, address, token)
    until(chromium, "no notebook", shown(".jp-Notebook .jp-CodeCell"))
    until(chromium, "no kernel", shown(".jp-Notebook-ExecutionIndicator[data-status='idle']"))
    until(chromium, "not all cells run", all_ran)
    until(chromium, "no plot", shown(".jp-OutputArea-output img[src^='data:image/png']"))
    until(chromium, "no models", lambda page: rows(page) == ["linear", "lasso", "ridge"])
    SCREENSHOT.write_bytes(chromium.get_screenshot_as_png())
    assert SCREENSHOT.stat().st_size > 20_000


def command(chromium: WebDriver, name: str, **parameters: object) -> None:
    """Send a command of Chromium's own protocol, for what WebDriver has no word for: a phone's screen, and paper."""
    chromium.execute("executeCdpCommand", {"cmd": name, "params": parameters})


def seen(chromium: WebDriver) -> dict[str, Any]:
    """What SEEN tells, once the page is drawn as it was asked to be, which a busy browser does later."""
    chromium.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    told: dict[str, Any] = chromium.execute_script(SEEN)
    return told


def test_the_maturity_report_reads_on_a_phone_and_on_paper(chromium: WebDriver) -> None:
    page = base64.b64encode(report(FLEET, "html").encode()).decode()
    chromium.get(f"data:text/html;charset=utf-8;base64,{page}")
    command(chromium, "Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)
    chromium.execute_script("document.querySelector('details').open = true")
    phone = seen(chromium)
    assert (phone["beyond"], phone["squeezed"]) == (0, 0)
    chromium.execute_script("document.querySelector('details').open = false")
    # The width of an A4 sheet on its side, less its margins, in CSS pixels.
    command(chromium, "Emulation.setDeviceMetricsOverride", width=1046, height=718, deviceScaleFactor=1, mobile=False)
    command(chromium, "Emulation.setEmulatedMedia", media="print")
    paper = seen(chromium)
    assert (paper["shut"], paper["over"], paper["wide"], paper["pale"]) == (0, False, False, False)
