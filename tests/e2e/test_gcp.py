"""The unmodified playbooks and inventory of Google Cloud, from nothing to nothing, on the lab's stand-in."""

from __future__ import annotations

import json
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from clouds import LAB, LAB_VARIABLES, ONLY_DOCKER, ROOT, Cloud, Reader, changed, refusal, serving, serving_hosts

HERE = ["-e", '{"gcp_vm_ssh_from": ["127.0.0.1/32"]}']
FIXED = ["-e", "gcp_vm_fixed_address=true", "-e", "gcp_vm_http=true"]
NO_HOST = ["-e", "gcp_vm_ssh_timeout=0"]
LIST = ["ansible-inventory", "-i", "inventories/gcp", "--list"]
SITE = ["ansible-playbook", "-i", "inventories/gcp", "site.yml"]
THE_STEP = "gcp_vm : Create, start, stop or remove the machine and its resources"
ACCOUNT = "mlops-workbench@demo-project.iam.gserviceaccount.com"
ROLES = {"roles/bigquery.admin", "roles/storage.admin"}
LABELS = {"project": "mlops", "environment": "dev", "mlops-workbench": "workbench"}
machines = pytest.mark.xdist_group("gcp_machines")  # the names of hosts are the same in each stand-in


class Google(Cloud):
    """Google Cloud's stand-in."""

    name = "gcp"
    control_variable = "HTTPS_PROXY"
    variables: ClassVar[dict[str, str]] = {
        "NO_GCE_CHECK": "true"
    }  # google-auth would look for a metadata server for a long time

    def left(self) -> dict[str, Any]:
        """Return what there is in the project, without what was there from the start."""
        state = self.state()
        return {
            "resources": {path for path in state["resources"] if not path.endswith(("/default", "/default-allow-ssh"))},
            "accounts": state["accounts"],
            "bound": [one for one in state["bindings"] if any("serviceAccount" in member for member in one["members"])],
        }

    def resource(self, path: str) -> dict[str, Any]:
        """Return a resource as the stand-in has it."""
        return self.state()["resources"][path]

    def machine(self) -> dict[str, Any]:
        """Return the machine."""
        return self.resource("zones/us-central1-a/instances/workbench")

    def address(self) -> str:
        """Return the machine's public address."""
        return self.machine()["networkInterfaces"][0]["accessConfigs"][0]["natIP"]

    def rest(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        """Do something to a resource, as somebody else would; with the credentials that the stand-in gave out."""
        script = (
            "import google.auth, sys, json; from google.auth.transport.requests import AuthorizedSession;"
            "s = AuthorizedSession(google.auth.default(scopes=['x'])[0]);"
            "a = s.request(sys.argv[1], 'https://compute.googleapis.com/compute/v1/projects/demo-project/' + sys.argv[2],"
            " json=json.loads(sys.argv[3])); a.raise_for_status();"
            "s.post(a.json()['selfLink'] + '/wait').raise_for_status()"
        )
        done = self.run("python", "-c", script, method, path, json.dumps(body))
        assert done.returncode == 0, done.stderr


NOTHING = {"resources": set(), "accounts": [], "bound": []}


@pytest.fixture
def real() -> Iterator[Google]:
    """Have a stand-in whose machines are hosts."""
    with serving_hosts(Google) as there:
        yield there


@pytest.fixture
def bare() -> Iterator[Google]:
    """Have a stand-in whose machines are names and numbers only."""
    with serving(Google, "--no-machines") as there:
        yield there


def another_client(bare: Google) -> dict[str, str]:
    """Return the machines and addresses that google.cloud sees: it was written by others, who had Google to compare with."""
    file = bare.home / "their_gcp_compute.yml"
    file.write_text(
        """
        plugin: google.cloud.gcp_compute
        projects: [demo-project]
        auth_kind: application
        filters: ["labels.mlops-workbench:*", status = RUNNING]
        hostnames: [name]
        vars_prefix: gcp_
        compose: {ansible_host: "networkInterfaces[0].accessConfigs[0].natIP"}
        """
    )
    hosts = bare.inventory(str(file))["_meta"]["hostvars"]
    return {name: told["ansible_host"] for name, told in hosts.items()}


@machines
def test_the_page_leads_from_nothing_to_a_notebook_and_back(
    real: Google, whole: bool, subtests: pytest.Subtests
) -> None:
    reader = Reader(real)
    make = "ansible-playbook playbooks/gcp.yml"
    stop, start, remove = (f"{make} -e gcp_vm_state={state}" for state in ("stopped", "started", "absent"))
    site = "ansible-playbook -i inventories/gcp site.yml -e anaconda_accept_license=true"
    ssh = "ansible-playbook -i inventories/gcp playbooks/ssh.yml"

    with subtests.test("the dry run predicts what changes, on an empty project"):
        dry = reader.types(make, "--check", "--diff")
        assert (real.left(), list((real.home / ".ssh").iterdir())) == (NOTHING, [])
    with subtests.test("create, and a second run changes nothing"):
        done = reader.types(make)
        assert changed(done) == changed(dry) == {THE_STEP}
        assert steps(done) == steps(dry) != []
        assert changed(reader.types(make)) == set()
    key = real.home / ".ssh/workbench-gcp.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o400

    with subtests.test("the inventory lists it"):
        address = real.inventory()["_meta"]["hostvars"]["workbench"]["ansible_host"]
        assert address == real.address()
        assert reader.types("ansible-inventory -i inventories/gcp --graph").stdout in reader.shown

    with subtests.test("configure it over SSH with the key that was made"):
        done = reader.types(site, *LAB_VARIABLES, *ONLY_DOCKER)
        assert {task.partition(" : ")[0] for task in changed(done)} >= {"base", "docker", "docker_group"}

    with subtests.test("log in by the name"):
        changed(reader.types(ssh))
        assert reader.types("ssh workbench", "docker info && touch kept").returncode == 0
        (known,) = real.known_hosts.read_text().splitlines()

    with subtests.test("stopped, it is neither listed nor set up"):
        assert changed(reader.types(stop)) == {THE_STEP}
        assert not whole or changed(reader.types(stop)) == set()
        assert real.machine()["labels"] == LABELS
        assert "There is no machine in" in refusal(reader.types(site))
        changed(reader.types(ssh))
        assert "Could not resolve hostname workbench" in reader.types("ssh workbench", "true").stderr

    with subtests.test("started, it has another address and the same name, key and disk"):
        assert changed(reader.types(start)) == {THE_STEP}
        assert real.address() != address
        changed(reader.types(ssh))
        again = reader.types("ssh workbench", "test -e kept")
        assert again.returncode == 0, again.stderr
        assert real.known_hosts.read_text().splitlines() == [known]

    with subtests.test("removed, nothing is left, and a second removal changes nothing"):
        assert changed(reader.types(remove)) == {THE_STEP}
        assert real.left() == NOTHING
        assert not key.exists()
        assert not whole or changed(reader.types(remove)) == set()
        mine = ["--filter", f"label=mlops.workbench={ROOT}", "--filter", "name=-gcp-"]
        assert real.run("docker", "ps", "--all", "--quiet", *mine).stdout == ""
    assert reader.untried == set()


def steps(run: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the steps that a run says it took."""
    shown = re.search(r"TASK \[gcp_vm : Show the steps taken\].*?msg:\n(.*?)\n\n", run.stdout, re.DOTALL)
    return [line.strip().removeprefix("- ") for line in shown[1].splitlines()] if shown else []


def test_changes_are_really_made_and_those_of_others_stay(bare: Google) -> None:
    changed(bare.play(*NO_HOST))
    machine = bare.machine()
    place = "zones/us-central1-a/instances/workbench"
    theirs = {"labels": {**machine["labels"], "owner": "ann"}, "labelFingerprint": machine["labelFingerprint"]}
    bare.rest("POST", f"{place}/setLabels", theirs)
    bare.rest(
        "POST", f"{place}/setTags", {"items": ["workbench", "theirs"], "fingerprint": machine["tags"]["fingerprint"]}
    )
    items = [item for item in machine["metadata"]["items"] if item["key"] != "ssh-keys"]
    items += [{"key": "ssh-keys", "value": "bob:ssh-ed25519 AAAA bob"}, {"key": "startup-script", "value": "true"}]
    bare.rest("POST", f"{place}/setMetadata", {"items": items, "fingerprint": machine["metadata"]["fingerprint"]})

    asked = [*FIXED, *NO_HOST, "-e", "gcp_vm_environment=prod", "-e", "gcp_vm_machine_type=n2-standard-4"]
    asked += ["-e", '{"gcp_vm_roles": ["roles/storage.objectViewer"], "gcp_vm_ssh_from": ["192.0.2.0/24"]}']
    dry = steps(bare.play("--check", *asked))
    done = bare.play(*asked)
    assert changed(done) == {THE_STEP}
    assert steps(done) == dry
    machine = bare.machine()
    assert machine["labels"] == {**LABELS, "environment": "prod", "owner": "ann"}
    assert machine["tags"]["items"] == ["http-server", "https-server", "theirs", "workbench"]
    metadata = {item["key"]: item["value"] for item in machine["metadata"]["items"]}
    assert metadata["startup-script"] == "true"
    assert another_client(bare) == {"workbench": bare.address()}
    assert [line[:14] for line in metadata["ssh-keys"].splitlines()] == ["bob:ssh-ed2551", "ubuntu:ssh-rsa"]
    assert machine["machineType"].endswith("/n2-standard-4")
    assert machine["status"] == "RUNNING"
    assert bare.resource("global/firewalls/workbench-ssh")["sourceRanges"] == ["192.0.2.0/24"]
    assert [one["role"] for one in bare.left()["bound"]] == ["roles/storage.objectViewer"]
    assert changed(bare.play(*asked)) == set()

    # And back: what is not asked for any more goes.
    changed(bare.play(*NO_HOST))
    assert bare.machine()["tags"]["items"] == ["theirs", "workbench"]
    assert {path for path in bare.left()["resources"] if "web" in path or "addresses" in path} == set()
    assert {one["role"] for one in bare.left()["bound"]} == ROLES


@pytest.mark.full
def test_cut_off_after_any_call_it_ends_as_it_should(bare: Google) -> None:
    asked = [*FIXED, *NO_HOST]
    dry = steps(bare.play("--check", *asked))
    cuts = 0
    while bare.cut_off(*asked):
        cuts += 1
    assert cuts >= 8
    assert len(dry) > cuts
    assert changed(bare.play(*asked)) == set()
    made = bare.left()
    assert made["resources"] == {
        "global/firewalls/workbench-no-ssh",
        "global/firewalls/workbench-ssh",
        "global/firewalls/workbench-web",
        "regions/us-central1/addresses/workbench",
        "zones/us-central1-a/disks/workbench",
        "zones/us-central1-a/instances/workbench",
    }
    assert made["accounts"] == [ACCOUNT]
    assert {(one["role"], *one["members"]) for one in made["bound"]} == {
        (r, f"serviceAccount:{ACCOUNT}") for r in ROLES
    }
    look_at_what_was_made(bare)

    kept = bare.address()
    changed(bare.play("-e", "gcp_vm_state=stopped"))
    changed(bare.play("-e", "gcp_vm_state=started", *NO_HOST))
    assert bare.address() == kept
    assert len(steps(bare.play("--check", "-e", "gcp_vm_state=absent"))) == 8
    assert bare.left() == made

    cuts = 0
    while bare.cut_off("-e", "gcp_vm_state=absent"):
        cuts += 1
    assert cuts >= 7
    assert bare.left() == NOTHING
    assert not (bare.home / ".ssh/workbench-gcp.pem").exists()


def look_at_what_was_made(bare: Google) -> None:
    """Check the machine and all that belongs to it, as the stand-in has them."""
    machine = bare.machine()
    disk = bare.resource("zones/us-central1-a/disks/workbench")
    address = bare.resource("regions/us-central1/addresses/workbench")
    for thing in (machine, disk, address):
        assert thing["labels"] == LABELS
    assert (machine["machineType"].rpartition("/")[2], disk["sizeGb"]) == ("n2-standard-2", "30")
    assert "ubuntu-2404" in disk["sourceImage"]
    assert bare.address() == address["address"]
    assert machine["serviceAccounts"][0]["email"] == ACCOUNT
    assert set(machine["tags"]["items"]) == {"workbench", "http-server", "https-server"}
    assert {one["role"] for one in bare.left()["bound"]} == ROLES

    # The caller's address is the one that the stand-in's service tells. By priority, since the network's own rule lets in everybody.
    mine = [rule for path, rule in bare.state()["resources"].items() if path.startswith("global/firewalls/workbench-")]
    told = [
        (
            rule["priority"],
            "allowed" in rule,
            [port for one in rule.get("allowed", rule.get("denied")) for port in one["ports"]],
            rule["sourceRanges"],
            rule["targetTags"],
        )
        for rule in sorted(mine, key=lambda rule: (rule["priority"], rule["name"]))
    ]
    assert told == [
        (1000, True, ["22"], ["203.0.113.7/32"], ["workbench"]),
        (1000, True, ["80", "443"], ["0.0.0.0/0"], ["workbench"]),
        (1100, False, ["22"], ["0.0.0.0/0"], ["workbench"]),
    ]


@pytest.mark.full
def test_throttling_lost_answers_and_slow_changes_are_waited_through(bare: Google) -> None:
    bare.set(throttle=3, slow=2, propagation=4)
    assert changed(bare.play(*NO_HOST)) == {THE_STEP}
    bare.set(throttle=2)
    assert list(bare.inventory()["_meta"]["hostvars"]) == ["workbench"]
    # Killed while Google still works: the operation runs on, and the next run meets a machine between two states.
    for state, between, wanted in (("stopped", "STOPPING", "TERMINATED"), ("started", "STAGING", "RUNNING")):
        assert bare.cut_off("-e", f"gcp_vm_state={state}", *NO_HOST, slow=15)
        assert bare.machine()["status"] == between
        assert changed(bare.play("-e", f"gcp_vm_state={state}", *NO_HOST)) == set()
        assert bare.machine()["status"] == wanted
    for number in (1, 3):
        bare.set(drop=number)
        changed(bare.play("-e", "gcp_vm_state=absent"))
        bare.set(drop=number)
        changed(bare.play(*NO_HOST))
    assert len([path for path in bare.left()["resources"] if "instances" in path]) == 1


@pytest.mark.full
def test_what_a_plugin_would_only_warn_of_is_a_failure(bare: Google, subtests: pytest.Subtests, tmp_path: Path) -> None:
    key = json.loads(Path(bare.environment["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    another = bare.run("openssl", "genrsa", "2048").stdout
    (tmp_path / "revoked.json").write_text(json.dumps({**key, "private_key": another}))
    wrong = {
        "no credentials": ({"GOOGLE_APPLICATION_CREDENTIALS": ""}, "no usable credentials"),
        "no such key file": ({"GOOGLE_APPLICATION_CREDENTIALS": "/nowhere.json"}, "no usable credentials"),
        "a revoked key": ({"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "revoked.json")}, "does not accept"),
        "an old token": ({"GCP_ACCESS_TOKEN": "ya29.old"}, "does not accept"),
        "no project": ({"GCP_PROJECT": ""}, "set GCP_PROJECT"),
        "another project": ({"GCP_PROJECT": "not-there"}, "not-there"),
        "nobody answers": ({"HTTPS_PROXY": "http://127.0.0.1:9"}, "HTTPS_PROXY"),
    }
    changed(bare.play(*NO_HOST))
    made = bare.left()
    for case, (environment, reason) in wrong.items():
        with subtests.test(case):
            assert reason in refusal(bare.run(*LIST, **environment))
            if case in ("no credentials", "a revoked key", "nobody answers"):
                assert reason in refusal(bare.play(*HERE, **environment))
    with subtests.test("not allowed"):
        bare.set(deny="aggregated/instances")
        assert "Required permission missing" in refusal(bare.run(*LIST))
        bare.set(deny="global/firewalls")
        assert "Required permission missing" in refusal(bare.play(*HERE))
        bare.set()
    assert bare.left() == made
    with subtests.test("nothing found"):
        changed(bare.play("-e", "gcp_vm_state=stopped"))
        assert "There is no machine in" in refusal(bare.run(*SITE))


@pytest.mark.full
def test_it_refuses_before_it_changes_anything(bare: Google, subtests: pytest.Subtests) -> None:
    key = bare.home / ".ssh/workbench-gcp.pem"
    with subtests.test("bad values"):
        odd = {
            "gcp_vm_name": "Mine!",
            "gcp_vm_disk_gb": 1,
            "gcp_vm_ssh_from": ["me"],
            "gcp_vm_zone": "here",
            "gcp_vm_roles": ["roles/editor"],
            "gcp_vm_labels": {"Team": "A"},
        }
        said = refusal(bare.play("-e", json.dumps(odd)))
        for variable in odd:
            assert f"- {variable}: " in said
    with subtests.test("no address, and never the world instead"):
        said = refusal(bare.play("-e", "gcp_vm_address_url=http://127.0.0.1:9/"))
        assert "gcp_vm_ssh_from: http://127.0.0.1:9/ did not tell" in said
    with subtests.test("nothing to stop"):
        assert "there is no machine workbench" in refusal(bare.play("-e", "gcp_vm_state=stopped"))
    assert bare.left() == NOTHING
    assert not key.exists()

    changed(bare.play(*NO_HOST))
    there = bare.left()
    with subtests.test("another zone"):
        assert "set GCP_ZONE=us-central1-a" in refusal(bare.play(GCP_ZONE="europe-west1-b"))
    with subtests.test("a lost key"):
        kept = key.read_bytes()
        key.unlink()
        assert "is lost" in refusal(bare.play())
        assert not key.exists()
    with subtests.test("one that cannot be used"):
        key.write_text("nonsense")
        key.chmod(0o400)
        assert "cannot be used" in refusal(bare.play())
    with subtests.test("another key is handed over"):
        key.unlink()
        key.write_bytes((LAB / "id_ed25519").read_bytes())
        key.chmod(0o400)
        assert steps(done := bare.play(*NO_HOST)) == ["hand the key over"], done.stdout
        metadata = {item["key"]: item["value"] for item in bare.machine()["metadata"]["items"]}
        assert metadata["ssh-keys"].startswith("ubuntu:ssh-ed25519")
        assert len(metadata["ssh-keys"].splitlines()) == 1
    assert bare.left() == there
    with subtests.test("a machine, a rule and a key of somebody else stay"):
        machine = bare.machine()
        without = {"labels": {}, "labelFingerprint": machine["labelFingerprint"]}
        bare.rest("POST", "zones/us-central1-a/instances/workbench/setLabels", without)
        bare.rest("PATCH", "global/firewalls/workbench-ssh", {"description": "mine"})
        said = refusal(bare.play())
        assert "a firewall rule of the name workbench-ssh that carries no mark of ours" in said
        assert "a machine of the name" not in said  # its description still says whose it is
        changed(bare.play("-e", "gcp_vm_state=absent"))
        assert bare.left()["resources"] == {"global/firewalls/workbench-ssh"}
        assert key.read_bytes() != kept
