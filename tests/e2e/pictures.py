"""Takes the pictures of README.md from real runs: `make pictures [DIR=<folder of checkouts>]`.

docs/doctor.svg is what the doctor says of three lab hosts, two of which were broken. docs/maturity-report.png is the report of the checkouts in DIR.
"""

from __future__ import annotations

import functools
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from selenium import webdriver

from bench.site import PLAYBOOK, fresh, play
from lab import browser
from lab.common import ROOT, STATE, run

DOCTOR = ROOT / "docs/doctor.svg"
REPORT = ROOT / "docs/maturity-report.png"
DAMAGE = {
    "gpu-box": "sudo systemctl stop docker.socket docker.service",
    "vm-02": "sudo gpasswd --delete ubuntu docker",
}
TYPED = "$ ansible-playbook -i my-hosts.yml playbooks/doctor.yml"
ALARM = re.compile(r"\b(FAIL|NO)\b")
LETTER, LINE, EDGE = 7.83, 19, 16
WIDTH, HEIGHT = 1240, 960


def doctor() -> str:
    """Return what the doctor prints of three hosts that were set up, two of which were broken afterwards."""
    with fresh(["vm-01", "vm-02", "gpu-box"]) as inventory:
        play(inventory, "site.yml")
        for host, command in DAMAGE.items():
            run("ssh", "-F", str(STATE / "ssh_config"), "-o", "ClearAllForwardings=yes", host, command)
        ran = subprocess.run(
            [PLAYBOOK, "-i", inventory, "playbooks/doctor.yml"],
            cwd=ROOT,
            env={
                **os.environ,
                "WORKBENCH_LAB": str(STATE),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 2, ran.stdout
    shown = re.search(r"TASK \[Show the results\].*?\n    \"msg\": (\[.*?\n    \])", ran.stdout, re.DOTALL)
    assert shown, ran.stdout
    return "\n".join([TYPED, "", *json.loads(shown[1])])


def terminal(text: str) -> str:
    """Return a text as a picture of a terminal, with what is wrong in red."""
    lines = text.splitlines()
    width, height = round(max(map(len, lines)) * LETTER) + 2 * EDGE, len(lines) * LINE + 2 * EDGE
    rows = []
    for number, line in enumerate(lines):
        # Browsers do not agree on how to keep several spaces, but all keep those that do not break.
        marked = ALARM.sub(r'<tspan fill="#ff7b72">\1</tspan>', html.escape(line.replace(" ", "\N{NO-BREAK SPACE}")))
        if line:
            rows.append(
                f'<text x="{EDGE}" y="{EDGE + 14 + number * LINE}" textLength="{len(line) * LETTER:.0f}">{marked}</text>'
            )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{html.escape(lines[-1])}</title>",
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
            '<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3">',
            *rows,
            "</g>",
            "</svg>\n",
        ]
    )


def report(checkouts: Path) -> None:
    """Write the report of all checkouts in a folder, and take a picture of it in the lab's browser."""
    with tempfile.TemporaryDirectory() as folder:
        projects = [{"path": str(path)} for path in sorted(checkouts.iterdir())]
        given = {
            "ansible_python_interpreter": sys.executable,
            "maturity_projects": projects,
            "maturity_report_dir": folder,
            "maturity_report_formats": ["html"],
        }
        command = [PLAYBOOK, "-i", "localhost,", "-c", "local", "playbooks/maturity.yml", "-e", json.dumps(given)]
        subprocess.run(command, cwd=ROOT, check=True)
        pages = functools.partial(SimpleHTTPRequestHandler, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), pages) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            REPORT.write_bytes(picture(f"http://127.0.0.1:{server.server_port}/maturity.html"))
            server.shutdown()


def picture(address: str) -> bytes:
    """Return a page as the browser shows it."""
    options = webdriver.ChromeOptions()
    for option in (
        "--headless=new",
        "--no-sandbox",
        "--hide-scrollbars",
        f"--window-size={WIDTH},{HEIGHT}",
        "--no-proxy-server",
    ):
        options.add_argument(option)
    session = webdriver.Remote(browser.start(), options=options)
    try:
        session.get(address)
        return session.get_screenshot_as_png()
    finally:
        session.quit()
        browser.stop()


if __name__ == "__main__":
    if folder := "".join(sys.argv[1:]):
        report(Path(folder))
    DOCTOR.write_text(terminal(doctor()))
