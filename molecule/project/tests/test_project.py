"""What the user finds after the role project."""

import pytest

CHECKOUT = "/home/ubuntu/notebooks/ride-duration"
DATA = "/home/ubuntu/notebooks/data"
PYTHON = "/home/ubuntu/.conda/envs/ride-duration/bin/python"


def test_the_repository_is_checked_out(host):
    assert host.check_output(f"git -C {CHECKOUT} rev-parse HEAD") == host.check_output(
        f"git -C {CHECKOUT} rev-parse v1^{{commit}}"
    )
    assert host.check_output(f"git -C {CHECKOUT} branch --show-current") == "main"
    assert host.check_output(f"git -C {CHECKOUT} status --porcelain") == ""


def test_everything_belongs_to_the_user(host):
    assert host.check_output("find ~/notebooks ~/.conda ! -user ubuntu") == ""


def test_data_files_are_what_the_server_has(host):
    host.run_test(f"cmp {DATA}/zones.csv /srv/www/zones.csv")
    for month in ("2021-01", "2021-02"):
        host.run_test(f"cmp {DATA}/green_tripdata_{month}.parquet /srv/www/trip-data/green_tripdata_{month}.parquet")


def test_nothing_lies_about(host):
    assert sorted(host.check_output(f"ls -A {DATA}").split()) == [
        "green_tripdata_2021-01.parquet",
        "green_tripdata_2021-02.parquet",
        "zones.csv",
    ]
    assert sorted(host.check_output("ls -A ~/notebooks").split()) == ["data", "ride-duration"]


def test_the_environment_does_the_courses_work(host):
    answer = host.run(
        f"cd {CHECKOUT} && {PYTHON} -B train.py ../data/green_tripdata_2021-01.parquet ../data/green_tripdata_2021-02.parquet --model /tmp/m.pickle"
    )
    assert answer.rc == 0, answer.stderr
    told = dict(line.split(" RMSE ") for line in answer.stdout.splitlines()[:3])
    assert [name.strip() for name in told] == ["linear", "lasso", "ridge"]
    # The rides were made up with a noise of two minutes, which no model can foresee.
    assert all(1.5 < float(minutes.split()[0]) < 2.5 for minutes in told.values()), answer.stdout
    predict = (
        "import pickle, pandas; model = pickle.load(open('/tmp/m.pickle', 'rb')); "
        "print(model.predict(pandas.DataFrame([{'route': '41_74', 'trip_distance': 10.0}]))[0])"
    )
    # Three minutes and four a mile.
    assert float(host.check_output(f'{PYTHON} -c "{predict}"')) == pytest.approx(43, abs=2)


def test_the_notebook_runs(host):
    program = (
        "import json; cells = json.load(open('ride-duration.ipynb'))['cells']; "
        "exec(chr(10).join(''.join(c['source']) for c in cells if c['cell_type'] == 'code')); print(len(january))"
    )
    answer = host.run(
        f'cd {CHECKOUT} && MPLBACKEND=agg MPLCONFIGDIR=/tmp/matplotlib {PYTHON} -B -c "{program}"; rm -rf /tmp/matplotlib'
    )
    assert int(answer.stdout) > 1000, answer.stderr


def test_conda_finds_the_environment_by_its_name(host):
    where = host.check_output(
        "bash --login -c 'conda run --name ride-duration python -c \"import sys; print(sys.prefix)\"'"
    )
    assert where == "/home/ubuntu/.conda/envs/ride-duration"


def test_the_doctor_knows_the_project(host):
    checks = host.ansible("mlops.workbench.workbench_info", become=True, check=False)["workbench"]["checks"]
    mine = {check["id"]: check["ok"] for check in checks if check["role"] == "project"}
    assert mine == {"project.receipt": True, "project.checkout": True, "project.python": True}
