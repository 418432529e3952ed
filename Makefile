# The daily commands. Each is one or two lines: the work is done by the lab, by Ansible and by pytest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
SELF := .ansible/collections/ansible_collections/mlops/workbench
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# Python compiles what it loads and keeps it, also where the environment says otherwise: Ansible would compile itself at each start, and for
# each task. To compile all that is installed takes a quarter of the time.
unexport PYTHONDONTWRITEBYTECODE
PROGRESS := python -m lab.progress
INSTALL := pip install -qq --disable-pip-version-check --no-compile
ALL_TESTS := python -m pytest -p tests.progress -v -n 3 --dist loadgroup --no-loadscope-reorder --durations=25 tests

.PHONY: help deps venv cloud ready up down clean test test-all lint unit molecule e2e pictures e2e-aws e2e-gcp bench chaos matrix on-core accuracy docs checksums build

help: ## Show the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

deps: venv $(VENV)/.tools ## Make .venv with the pinned tools

# What sets machines up and runs the lab: little, so that a workbench can begin while the other tools are installed.
$(VENV)/.done: requirements/pip.txt requirements/ansible.txt requirements/lab.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "Remedy on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PROGRESS) "bringing pip up to date, about three seconds" $(INSTALL) -r $<
	@$(PROGRESS) "installing Ansible, about five seconds" $(INSTALL) $(addprefix -r ,$(wordlist 2,3,$^))
	@touch $@

$(VENV)/.tools: $(VENV)/.done requirements/test.txt requirements/lint.txt
	@$(PROGRESS) "adding the tools that test and read the code to $(VENV), about 20 seconds" $(INSTALL) -r requirements/test.txt -r requirements/lint.txt
	@touch $@

# Only for what speaks with a cloud, and for the linters, which read that, too.
$(VENV)/.cloud: $(VENV)/.tools requirements/cloud.txt
	@$(PROGRESS) "adding the cloud collections and SDKs to $(VENV), about 20 seconds" $(INSTALL) -r requirements/cloud.txt
	@touch $@

$(SELF):
	@mkdir -p $(@D) && ln -sfn ../../../.. $@

venv: $(VENV)/.done $(SELF)

cloud: deps $(VENV)/.cloud ## Add the cloud collections and SDKs

up: venv ## Start a throw-away workbench in a container
	@python -m lab up
	@$(PROGRESS) "setting up the workbench, about a minute and a half" ansible-playbook -i inventories/lab site.yml
	@python -m lab forward
	@python -m lab status

down: venv ## Remove the workbench
	@python -m lab down

clean: venv ## Remove the workbench, the cached images, .lab/ and an engine that the lab started
	@python -m lab clean

ready: venv
	@python -m lab ready

test: venv ## Run the checks that a change can break: each role on one distribution
	@$(MAKE) --no-print-directory -j2 cloud ready
	@$(ALL_TESTS) -m "not full"

test-all: venv ## Run every check: upgrades, cut-off runs, both distributions, ansible-test, Galaxy's importer, both ansible-cores
	@$(MAKE) --no-print-directory -j2 cloud ready
	@$(ALL_TESTS)

lint: cloud ## Read the code
	@pytest -v tests/lint

unit: deps ## Run the unit tests
	@pytest tests/unit tests/contract

molecule: deps ready ## Run every Molecule scenario
	@pytest -v -n 2 tests/molecule

e2e: deps ready ## Log in to Jupyter with a browser and run a notebook; leaves docs/jupyter.png
	@WORKBENCH_SCREENSHOT=docs/jupyter.png pytest -v tests/e2e/test_browser.py

pictures: deps ready ## Take the pictures of README.md from real runs: make pictures DIR=<folder of checkouts>
	@PYTHONPATH=. python tests/e2e/pictures.py $(if $(DIR),"$(DIR)")

e2e-aws: cloud ready ## From nothing to a workbench and back in AWS, on the lab's stand-in for it
	@pytest -v -n 2 --dist loadgroup tests/e2e/test_aws.py

e2e-gcp: cloud ready ## From nothing to a workbench and back in Google Cloud, on the lab's stand-in for it
	@pytest -v -n 2 --dist loadgroup tests/e2e/test_gcp.py

bench: cloud ready ## Measure the budgets on lab hosts: make bench [REFERENCE=<folder of geerlingguy.docker>] [MITOGEN=<folder>]
	@python -m bench $(if $(REFERENCE),--reference "$(REFERENCE)") $(if $(MITOGEN),--mitogen "$(MITOGEN)")

matrix: ready ## Lint, units and the whole site on the oldest and the newest ansible-core
	@python tests/release/pythons.py | while read -r core python; do \
		$(MAKE) VENV=.lab/core-$$core PYTHON=$$python on-core </dev/null || exit; done

on-core: cloud
	@ansible --version | head -1
	@pytest -v -n 2 --dist loadgroup tests/lint tests/unit tests/contract
	@pytest -v tests/molecule -k default

chaos: deps ready ## Try faults on lab hosts and count those survived: make chaos [SEED=1] [KILLS=30]
	@CHAOS_SEED="$(SEED)" CHAOS_KILLS="$(or $(KILLS),30)" pytest -v -n 2 --dist load --maxschedchunk=1 -o python_files='faults_*.py' tests/chaos

accuracy: deps ## Compare the maturity criteria with labels: make accuracy DIR=<checkouts> LABELS="<file>..."
	@python tests/accuracy/accuracy.py "$(DIR)" $(LABELS) -v

docs: deps ## Write the tables of the roles, and the pages of modules and maturity criteria and reports
	@python tests/contract/tables.py
	@python tests/contract/role_readme.py
	@python tests/contract/criteria_page.py
	@python tests/contract/plugins_page.py

checksums: deps ## Compare the checksums of conda and Compose with the vendors': make checksums [ADD="miniconda=py313_26.5.3-1 compose=5.5.1"]
	@python tests/contract/checksums.py $(ADD)

build: venv ## Build the collection's artifact
	@ansible-galaxy collection build --force --output-path .lab/dist
