# Copyright (c) 2026 the mlops.workbench authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions that a pattern cannot answer. Each is named as its signal in the rules."""

from __future__ import annotations

from typing import Callable

from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.artefacts import serving_declared
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.common import trainers
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.comparison import (
    champion_challenger,
    flagged_models,
    traffic_split_code,
    traffic_weights,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.deployment import (
    deploys_beside_ci,
    deploys_by_script,
    deploys_in_cluster,
    deploys_model,
    deploys_model_code,
    follows_registry,
    gitops,
    publishes_page,
    releases_flows,
    tells_service,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.external import (
    external_ci,
    registry_from_environment,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.environment import (
    declared_environment,
    pinned_environment,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.llm import (
    evaluated_against_stored,
    feedback_stored,
    prompt_tests_in_ci,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.monitoring import (
    dashboards,
    instrumented_image,
    model_monitoring_own,
    monitoring_construct,
    operational_alarms,
    quality_of_predictions,
    quality_of_predictions_r,
    scraped_service,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.promotion import gated_promotion
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.registry import model_artifact
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.retraining import (
    paused_schedule,
    schedule_from_environment,
    scheduled_training,
    triggered_retraining,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.serving import batch_image, serving_image
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.testing import (
    integration_tests,
    unit_tests,
    weak_tests,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.checks.training import (
    job_of_one_task,
    orchestrated_training,
    training_in_scripts,
    training_unreached,
)
from ansible_collections.mlops.workbench.plugins.plugin_utils._maturity.signals import Answers, Evidence

__all__ = ["CHECKS", "trainers"]

CHECKS: dict[str, Callable[[Answers], list[Evidence]]] = {
    function.__name__: function
    for function in (
        training_in_scripts,
        training_unreached,
        unit_tests,
        weak_tests,
        integration_tests,
        orchestrated_training,
        job_of_one_task,
        pinned_environment,
        declared_environment,
        serving_image,
        serving_declared,
        batch_image,
        scraped_service,
        dashboards,
        deploys_model,
        deploys_model_code,
        deploys_by_script,
        follows_registry,
        tells_service,
        gitops,
        releases_flows,
        publishes_page,
        deploys_beside_ci,
        deploys_in_cluster,
        traffic_weights,
        traffic_split_code,
        champion_challenger,
        flagged_models,
        evaluated_against_stored,
        prompt_tests_in_ci,
        feedback_stored,
        model_monitoring_own,
        monitoring_construct,
        operational_alarms,
        quality_of_predictions,
        quality_of_predictions_r,
        instrumented_image,
        scheduled_training,
        paused_schedule,
        schedule_from_environment,
        registry_from_environment,
        model_artifact,
        external_ci,
        triggered_retraining,
        gated_promotion,
    )
}
