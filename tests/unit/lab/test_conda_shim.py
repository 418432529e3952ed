# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shim's own decisions: which configuration wins, what `conda init` writes, what activation changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.conda.shim import config, environments, init
from lab.conda.shim.errors import CondaError

ROOT = Path("/opt/anaconda3")


def test_condarc_files_win_in_condas_order():
    environ = {"HOME": "/home/me", "CONDA_PREFIX": "/opt/anaconda3/envs/x", "CONDARC": "/tmp/rc"}
    files = [str(path) for path in config.search_path(ROOT, environ, [Path("/etc/conda")])]
    ascending = [
        "/etc/conda/.condarc",
        "/opt/anaconda3/.condarc",
        "/home/me/.config/conda/.condarc",
        "/home/me/.conda/.condarc",
        "/home/me/.condarc",
        "/opt/anaconda3/envs/x/.condarc",
        "/tmp/rc",
    ]
    assert [path for path in files if path in ascending] == ascending


def test_a_stronger_layer_replaces_values_and_goes_before_in_lists():
    values = config.merge([{"channels": ["defaults"], "always_yes": True}, {"channels": ["mine"], "always_yes": False}])
    assert (values["channels"], values["always_yes"]) == (["mine", "defaults"], False)
    assert config.merge([{"default_channels": ["file:///x"]}])["default_channels"] == ["file:///x"]


def test_a_broken_condarc_is_named(tmp_path):
    broken = tmp_path / ".condarc"
    broken.write_text("channels: [a\n")
    with pytest.raises(CondaError, match=rf"(?s)ConfigurationLoadError.*{broken}"):
        config.read(broken)


def test_the_init_block_is_written_once_and_removed_again():
    before = "alias ll='ls -l'\n"
    block = init.block("bash", ROOT)
    once = init.with_block(before, block)
    assert once == f"{before}\n{block}"
    assert init.with_block(once, block) == once
    assert init.with_block(once, init.block("bash", Path("/other"))).count("conda initialize") == 2
    assert init.without_block(once) == f"{before}\n"


def test_the_init_block_is_condas_to_the_letter():
    expected = """\
# >>> conda initialize >>>
# !! Contents within this block are managed by 'conda init' !!
__conda_setup="$('/opt/anaconda3/bin/conda' 'shell.bash' 'hook' 2> /dev/null)"
if [ $? -eq 0 ]; then
    eval "$__conda_setup"
else
    if [ -f "/opt/anaconda3/etc/profile.d/conda.sh" ]; then
        . "/opt/anaconda3/etc/profile.d/conda.sh"
    else
        export PATH="/opt/anaconda3/bin:$PATH"
    fi
fi
unset __conda_setup
# <<< conda initialize <<<
"""
    assert init.block("bash", ROOT) == expected
    subprocess.run(["sh", "-n", "-c", expected], check=True)


@pytest.mark.parametrize("spec", ["numpy", "numpy=2.4", "numpy>=2,<3", "main::numpy 2.*", "NumPy[version='>=2']"])
def test_the_name_of_a_specification(spec):
    assert environments.spec_name(spec) == "numpy"


def test_the_history_tells_what_was_asked_for(tmp_path):
    (tmp_path / "conda-meta").mkdir()
    environments.remember(tmp_path, ["conda", "create"], ["+a"], "update", ["python=3.11", "pandas[version='>=2']"])
    environments.remember(tmp_path, ["conda", "install"], [], "update", ["six", "pandas"])
    environments.remember(tmp_path, ["conda", "remove"], [], "remove", ["six"])
    assert environments.requested(tmp_path) == {"python": "python=3.11", "pandas": "pandas"}
