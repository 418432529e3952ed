"""The unmodified playbooks and inventory of AWS, from nothing to nothing, on the lab's stand-in."""

from __future__ import annotations

import http.server
import stat
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import boto3
import pytest
from clouds import LAB, LAB_VARIABLES, ONLY_DOCKER, ROOT, Cloud, Reader, changed, refusal, serving, serving_hosts

HERE = ["-e", '{"aws_vm_ssh_from": ["127.0.0.1/32"]}']
FIXED = ["-e", "aws_vm_fixed_address=true", "-e", "aws_vm_http=true"]
NO_HOST = ["-e", "aws_vm_ssh_timeout=0"]
# Two halves that take about as long, for two workers.
first_half = pytest.mark.xdist_group("aws_first_half")
second_half = pytest.mark.xdist_group("aws_second_half")


class Amazon(Cloud):
    """AWS's stand-in."""

    name = "aws"
    control_variable = "AWS_ENDPOINT_URL"
    always = HERE
    # Of amazon.aws, for the next release of Ansible.
    variables: ClassVar[dict[str, str]] = {"ANSIBLE_DEPRECATION_WARNINGS": "0"}

    def left(self) -> dict[str, list[str]]:
        """Return what there is in the account."""
        return self.state()["left"]

    def client(self) -> Any:
        """Return an EC2 client, to look with and to put other people's things there."""
        return boto3.client(
            "ec2",
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=self.environment["AWS_REGION"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )

    def instance(self) -> dict[str, Any]:
        """Return the one instance that is there, as AWS tells of it."""
        (reservation,) = self.client().describe_instances(
            Filters=[{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
        )["Reservations"]
        return reservation["Instances"][0]


@pytest.fixture
def real() -> Iterator[Amazon]:
    """Have a stand-in whose instances are hosts."""
    with serving_hosts(Amazon) as there:
        yield there


@pytest.fixture
def bare() -> Iterator[Amazon]:
    """Have a stand-in whose instances are names and numbers only."""
    with serving(Amazon, "--no-machines") as there:
        yield there


@first_half
def test_the_page_leads_from_nothing_to_a_notebook_and_back(
    real: Amazon, whole: bool, subtests: pytest.Subtests
) -> None:
    reader = Reader(real)
    make = "ansible-playbook playbooks/aws.yml"
    stop, start, remove = (f"{make} -e aws_vm_state={state}" for state in ("stopped", "started", "absent"))
    site = "ansible-playbook -i inventories/aws site.yml -e anaconda_accept_license=true"
    ssh = "ansible-playbook -i inventories/aws playbooks/ssh.yml"
    before = real.left()

    with subtests.test("the dry run predicts what changes"):
        predicted = changed(reader.types(make, *HERE, "--check", "--diff"))
        assert (real.left(), list((real.home / ".ssh").iterdir())) == (before, [])
    with subtests.test("create, and a second run changes nothing"):
        assert changed(reader.types(make, *HERE)) == predicted
        assert len(predicted) == 4
        assert changed(reader.types(make, *HERE)) == set()
    key = real.home / ".ssh/workbench.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o400

    with subtests.test("the inventory lists it"):
        address = real.inventory()["_meta"]["hostvars"]["workbench"]["ansible_host"]
        assert address == real.instance()["PublicIpAddress"]
        assert reader.types("ansible-inventory -i inventories/aws --graph").stdout in reader.shown

    with subtests.test("configure it over SSH with the key that was made"):
        done = reader.types(site, *LAB_VARIABLES, *([] if whole else ONLY_DOCKER))
        assert {task.partition(" : ")[0] for task in changed(done)} >= {"base", "docker", "docker_group"}
        assert ("1 of 1 hosts ready" in done.stdout) == whole

    with subtests.test("log in by the name"):
        changed(reader.types(ssh))
        assert reader.types("ssh workbench", "docker run --rm hello-world && touch kept").returncode == 0
        assert not whole or real.jupyter() == 403
        (known,) = real.known_hosts.read_text().splitlines()
        assert real.run("ssh-keygen", "-F", real.instance()["InstanceId"], "-f", str(real.known_hosts)).stdout

    with subtests.test("stopped, it is neither listed nor set up"):
        assert changed(reader.types(stop)) == {"aws_vm : Stop the machine"}
        assert not whole or changed(reader.types(stop)) == set()
        assert "There is no machine in" in refusal(reader.types(site))
        changed(reader.types(ssh))
        assert "Could not resolve hostname workbench" in reader.types("ssh workbench", "true").stderr

    with subtests.test("started, it has another address and the same name, key and disk"):
        assert changed(reader.types(start)) == {"aws_vm : Start the machine"}
        assert real.instance()["PublicIpAddress"] != address
        changed(reader.types(ssh))
        again = reader.types("ssh workbench", "test -e kept")
        assert again.returncode == 0, again.stderr
        assert real.known_hosts.read_text().splitlines() == [known]

    with subtests.test("removed, nothing is left, and a second removal changes nothing"):
        assert changed(reader.types(remove))
        assert real.left() == before
        assert not key.exists()
        assert not whole or changed(reader.types(remove)) == set()
        mine = ["--filter", f"label=mlops.workbench={ROOT}", "--filter", "name=-aws-i-"]
        assert real.run("docker", "ps", "--all", "--quiet", *mine).stdout == ""
    assert reader.untried == set()


@pytest.mark.full
@second_half
def test_cut_off_after_any_call_it_ends_as_it_should_and_nothing_else_is_touched(bare: Amazon) -> None:
    put_other_peoples_things(bare)
    theirs = bare.left()
    assert len(changed(bare.play("--check", *FIXED, *NO_HOST))) == 5
    assert bare.left() == theirs

    cuts = 0
    while bare.cut_off(*FIXED, *NO_HOST):
        cuts += 1
    assert cuts >= 5
    assert changed(bare.play(*FIXED, *NO_HOST)) == set()
    there = bare.left()
    assert {kind: len(things) - len(theirs[kind]) for kind, things in there.items()} == dict.fromkeys(theirs, 1)
    address = look_at_what_was_made(bare)

    changed(bare.play("-e", "aws_vm_state=stopped"))
    changed(bare.play("-e", "aws_vm_state=started", *NO_HOST))
    assert bare.inventory()["_meta"]["hostvars"]["workbench"]["ansible_host"] == address
    assert len(changed(bare.play("--check", "-e", "aws_vm_state=absent"))) == 5
    assert bare.left() == there

    cuts = 0
    while bare.cut_off("-e", "aws_vm_state=absent"):
        cuts += 1
    assert cuts >= 4
    assert bare.left() == theirs
    assert not (bare.home / ".ssh/workbench.pem").exists()


def put_other_peoples_things(bare: Amazon) -> None:
    """Have one of everything that is not the workbench's."""
    ec2 = bare.client()
    image = ec2.describe_images(Owners=["099720109477"])["Images"][0]["ImageId"]
    ec2.import_key_pair(KeyName="theirs", PublicKeyMaterial=(LAB / "id_ed25519.pub").read_bytes())
    ec2.create_security_group(GroupName="theirs", Description="-")
    ec2.allocate_address(Domain="vpc")
    ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t2.nano")


def look_at_what_was_made(bare: Amazon) -> str:
    """Check what AWS tells of the machine and of all that belongs to it; return its address."""
    ec2 = bare.client()
    (mine,) = [
        instance
        for reservation in ec2.describe_instances()["Reservations"]
        for instance in reservation["Instances"]
        if instance["InstanceType"] == "t2.xlarge"
    ]
    volume = ec2.describe_volumes(VolumeIds=[mine["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]])["Volumes"][0]
    group = ec2.describe_security_groups(GroupNames=["workbench"])["SecurityGroups"][0]
    (address,) = ec2.describe_addresses(PublicIps=[mine["PublicIpAddress"]])["Addresses"]
    pair = ec2.describe_key_pairs(KeyNames=["workbench"])["KeyPairs"][0]
    tags = {"Name": "workbench", "project": "mlops", "environment": "dev", "mlops-workbench": "workbench"}
    for thing in (mine, volume, group, address, pair):
        assert {tag["Key"]: tag["Value"] for tag in thing["Tags"]} == tags
    assert mine["MetadataOptions"]["HttpTokens"] == "required"
    assert (volume["Size"], volume["VolumeType"], volume["Encrypted"]) == (30, "gp3", True)
    (picked,) = ec2.describe_images(ImageIds=[mine["ImageId"]])["Images"]
    assert picked["Name"].endswith("noble-24.04-amd64-server-20261001")
    assert {rule["FromPort"]: [place["CidrIp"] for place in rule["IpRanges"]] for rule in group["IpPermissions"]} == {
        22: ["127.0.0.1/32"],
        80: ["0.0.0.0/0"],
        443: ["0.0.0.0/0"],
    }
    return mine["PublicIpAddress"]


@pytest.mark.full
@second_half
def test_throttling_and_slow_changes_are_waited_through(bare: Amazon) -> None:
    before = bare.left()
    bare.set(throttle=4, slow=2)
    assert len(changed(bare.play(*NO_HOST))) == 4
    # The inventory plugin tries as often as botocore does, which is three times unless AWS_MAX_ATTEMPTS says more.
    bare.set(throttle=2)
    assert list(bare.inventory()["_meta"]["hostvars"]) == ["workbench"]
    bare.set(throttle=4)
    bare.environment["AWS_MAX_ATTEMPTS"] = "6"
    assert list(bare.inventory()["_meta"]["hostvars"]) == ["workbench"]
    # Cut off while it stops: the next run waits for that, and for the end of the machine, which holds the group.
    bare.set(slow=6)
    bare.client().stop_instances(InstanceIds=[bare.instance()["InstanceId"]])
    changed(bare.play("-e", "aws_vm_state=absent"))
    assert bare.left() == before


@pytest.mark.full
@first_half
def test_what_the_plugin_only_warns_of_is_a_failure(bare: Amazon, subtests: pytest.Subtests) -> None:
    wrong = {
        "no credentials": ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "nable to locate credentials"),
        "wrong credentials": ({"AWS_ACCESS_KEY_ID": "wrong"}, "AuthFailure"),
        "endpoint down": ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "Could not connect to the endpoint URL"),
    }
    for case, (environment, reason) in wrong.items():
        with subtests.test(case):
            said = refusal(bare.run("ansible-playbook", "-i", "inventories/aws", "site.yml", **environment))
            assert reason in said
            if case != "endpoint down":  # which is tried for long there
                said = refusal(bare.play(**environment))
                assert reason in said
                assert "AWS_PROFILE" in said
    with subtests.test("nothing found"):
        said = refusal(bare.run("ansible-playbook", "-i", "inventories/aws", "site.yml"))
        assert "There is no machine in" in said
    with subtests.test("nothing to stop"):
        assert "0 machines in us-east-1 are called workbench" in refusal(bare.play("-e", "aws_vm_state=stopped"))


@pytest.mark.full
@first_half
def test_it_refuses_before_it_changes_anything(bare: Amazon, subtests: pytest.Subtests) -> None:
    ec2 = bare.client()
    before = bare.left()
    key = bare.home / ".ssh/workbench.pem"
    with subtests.test("bad values"):
        said = refusal(
            bare.play("-e", "aws_vm_name=Mine!", "-e", "aws_vm_disk_gb=1", "-e", '{"aws_vm_ssh_from": ["me"]}')
        )
        for variable in ("aws_vm_name", "aws_vm_disk_gb", "aws_vm_ssh_from"):
            assert f"- {variable}: " in said
    with subtests.test("no address, and never the world instead"):
        arguments = ["playbooks/aws.yml", "-e", "aws_vm_address_url=http://127.0.0.1:9/", *NO_HOST]
        assert "aws_vm_ssh_from: http://127.0.0.1:9/ did not tell" in refusal(bare.run("ansible-playbook", *arguments))
    assert bare.left() == before
    with subtests.test("a security group of somebody else"):
        ec2.create_security_group(GroupName="workbench", Description="-")
        assert "so it is somebody else's" in refusal(bare.play())
        changed(bare.play("-e", "aws_vm_state=absent"))
        assert "workbench" in bare.left()["groups"]
        ec2.delete_security_group(GroupName="workbench")
    assert not key.exists()

    with telling("192.0.2.9\n") as url:
        arguments = ["playbooks/aws.yml", "-e", f"aws_vm_address_url={url}", *NO_HOST]
        changed(bare.run("ansible-playbook", *arguments))
    rules = ec2.describe_security_groups(GroupNames=["workbench"])["SecurityGroups"][0]["IpPermissions"]
    assert [(rule["FromPort"], [place["CidrIp"] for place in rule["IpRanges"]]) for rule in rules] == [
        (22, ["192.0.2.9/32"])
    ]
    with subtests.test("an address that somebody else gave to the machine"):
        given = ec2.allocate_address(Domain="vpc")["AllocationId"]
        linked = ec2.associate_address(AllocationId=given, InstanceId=bare.instance()["InstanceId"])
        assert "which is not the role's" in refusal(bare.play(*FIXED))
        ec2.disassociate_address(AssociationId=linked["AssociationId"])
        ec2.release_address(AllocationId=given)
    with subtests.test("a lost key, and one that does not fit"):
        there = bare.left()
        kept = key.read_bytes()
        key.unlink()
        assert "is lost" in refusal(bare.play())
        assert not key.exists()
        key.write_bytes((LAB / "id_ed25519").read_bytes())
        key.chmod(0o400)
        assert "does not open the machine" in refusal(bare.play())
        assert bare.left() == there
    with subtests.test("a key that is not the role's stays"):
        changed(bare.play("-e", "aws_vm_state=absent"))
        assert bare.left() == before
        assert key.read_bytes() != kept


class Answer(http.server.BaseHTTPRequestHandler):
    """Tells everybody the address that it was given."""

    text = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class telling:  # noqa: N801 used as a function
    """Have a service that tells one's address."""

    def __init__(self, text: str) -> None:
        handler = type("Told", (Answer,), {"text": text})
        self.server = http.server.HTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
