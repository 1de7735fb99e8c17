"""The Dagster definitions load, and the graph is the one that was reviewed.

After a change that is meant: `make golden`, and read the difference.
"""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetNode

from expectations import contract
from exports.questions.question import load_questions
from orchestration import jobs
from orchestration.assets import dagster_dbt_internals as internals
from orchestration.definitions import build_definitions
from orchestration.ingest.workspace import Workspace
from orchestration.services.instance import open_instance
from orchestration.store.paths import QUESTIONS, DataFolder
from orchestration.warehouse import dbt
from orchestration.warehouse.built import WarehouseContent
from orchestration.warehouse.run_dates import read_run_settings
from tests.conftest import Finished

pytestmark = pytest.mark.slow
ENDS = ("annexes", "reports")


@pytest.fixture(scope="module")
def definitions(finished: Finished) -> dg.Definitions:
    return build_definitions(finished.settings)


@pytest.fixture(scope="module")
def nodes(definitions: dg.Definitions) -> dict[str, AssetNode]:
    graph = definitions.resolve_asset_graph()
    return {key.to_user_string(): graph.get(key) for key in graph.get_all_asset_keys()}


def describe(definitions: dg.Definitions) -> Iterator[str]:
    """The graph as text that people review: every asset by its layer, what it needs, and what is checked on it."""
    graph = definitions.resolve_asset_graph()
    nodes = sorted(map(graph.get, graph.get_all_asset_keys()), key=lambda n: (n.group_name, n.key.to_user_string()))
    checks = list(graph.asset_check_keys)
    blocking = sum(graph.get(check).blocking for check in checks)
    yield f"{len(nodes)} assets, {len(checks)} checks of which {blocking} block"
    yield ""
    for group in sorted({node.group_name for node in nodes}):
        yield f"== {group}"
        for node in (n for n in nodes if n.group_name == group):
            needs = ", ".join(sorted(key.to_user_string() for key in node.parent_keys))
            source = "" if node.is_executable else " (not made here)"
            yield f"{node.key.to_user_string()}{source}" + (f" <- {needs}" if needs else "")
            yield f"    {' '.join(sorted(node.kinds))}; {' '.join(node.owners)}" + "".join(extras(node))
            for check in sorted(node.check_keys, key=lambda c: c.name):
                yield f"    {'blocks' if graph.get(check).blocking else 'shows'}: {check.name}"
        yield ""
    yield "== jobs"
    for job in definitions.resolve_all_job_defs():
        if not job.name.startswith("__"):
            keys = sorted(key.to_user_string() for key in job.asset_layer.executable_asset_keys)
            yield f"{job.name}: {len(keys)} assets, {keys[0]} .. {keys[-1]}"
    yield ""
    yield "== started by"
    repository = definitions.get_repository_def()
    for sensor in sorted(repository.sensor_defs, key=lambda s: s.name):
        target = f" -> {sensor.job_name}" if sensor.has_jobs else ""
        yield f"sensor {sensor.name}{target} ({sensor.default_status.value})"
    for schedule in repository.schedule_defs:
        yield (
            f"schedule {schedule.name} -> {schedule.job_name} {schedule.cron_schedule} {schedule.execution_timezone} "
            f"({schedule.default_status.value})"
        )


def extras(node: AssetNode) -> Iterator[str]:
    """What is told of few assets."""
    if policy := node.freshness_policy:
        late, overdue = (window.to_timedelta().days for window in (policy.warn_window, policy.fail_window))
        yield f"; late after {late} days, overdue after {overdue}"
    if node.automation_condition:
        yield "; follows what it needs"


def test_the_graph_is_the_one_that_was_reviewed(
    definitions: dg.Definitions, golden: Callable[[str, str], None]
) -> None:
    golden("asset_graph", "\n".join(describe(definitions)) + "\n")


def test_every_asset_says_what_it_is_and_whose_and_has_a_group(nodes: dict[str, AssetNode]) -> None:
    assert {name for name, node in nodes.items() if not node.owners} == set()
    assert {name for name, node in nodes.items() if not (node.description or "").strip()} == set()
    assert {name for name, node in nodes.items() if not node.group_name or node.group_name == "default"} == set()


def test_no_asset_is_an_orphan(nodes: dict[str, AssetNode]) -> None:
    """All but the inbox and the reference tables need something; all but annexes and reports are needed."""
    no_parents = {name for name, node in nodes.items() if not node.parent_keys and node.group_name != "reference"}
    no_children = {name for name, node in nodes.items() if not node.child_keys and node.group_name not in ENDS}
    assert (no_parents, no_children) == ({"inbox"}, set())


def test_every_source_and_every_annex_is_an_asset(nodes: dict[str, AssetNode]) -> None:
    assert {name for name in nodes if name.startswith("lake/")} == {f"lake/{name}" for name in contract.sources()}
    questions = load_questions(QUESTIONS).values()
    annexes = {f"annexes/{q.id}/{key}" for q in questions for key in (*(a.key for a in q.annexes), "antwoord")}
    assert {name for name in nodes if name.startswith("annexes/")} == annexes


def test_every_mart_is_upstream_of_the_publication_and_every_annex_below_it(nodes: dict[str, AssetNode]) -> None:
    published = {key.to_user_string() for key in nodes["publication"].parent_keys}
    assert published == {name for name, node in nodes.items() if node.group_name == "marts"}
    control = nodes["disclosure_control"]
    assert {key.to_user_string() for key in control.parent_keys} == {"publication"}
    for name, node in nodes.items():
        if node.group_name == "annexes":
            needs = {"publication"} if name == "disclosure_control" else {"publication", "disclosure_control"}
            assert {key.to_user_string() for key in node.parent_keys} == needs, name


def test_every_writer_of_the_data_folder_is_in_the_one_pool(definitions: dg.Definitions) -> None:
    free = {
        key.to_user_string()
        for asset in definitions.resolve_asset_graph().assets_defs
        if asset.is_executable and asset.op.pool is None
        for key in asset.keys
        if key.path[0] != "annexes"
    }
    assert free == set()


def test_the_whole_way_runs_in_one_process(definitions: dg.Definitions) -> None:
    for name in (jobs.ALL, jobs.LOAD, jobs.ANSWER):
        assert definitions.resolve_job_def(name).executor_def.name == "in_process"


def test_the_parts_of_the_way_make_up_the_whole(definitions: dg.Definitions) -> None:
    all_, load, answer = (
        definitions.resolve_job_def(name).asset_layer.executable_asset_keys
        for name in (jobs.ALL, jobs.LOAD, jobs.ANSWER)
    )
    assert (load | answer, load & answer) == (all_, set())


def test_nothing_starts_by_itself(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    assert all(each.default_status.value == "STOPPED" for each in (*repository.sensor_defs, *repository.schedule_defs))


def test_a_setting_switches_on_what_starts_runs_but_no_alerts(finished: Finished) -> None:
    on = finished.settings.model_copy(update={"automation": "on"})
    repository = build_definitions(on).get_repository_def()
    off = {
        each.name
        for each in (*repository.sensor_defs, *repository.schedule_defs)
        if each.default_status.value == "STOPPED"
    }
    assert off == {"run_failed", "delivery_rejected"}  # these follow the settings of alerts


def test_the_yearly_schedule_answers_as_of_the_day_before(definitions: dg.Definitions) -> None:
    schedule = definitions.get_repository_def().get_schedule_def("yearly")
    with dg.instance_for_test() as instance:
        moment = dt.datetime(2026, 2, 1, 7, tzinfo=dt.UTC)
        (asked,) = schedule.evaluate_tick(dg.build_schedule_context(instance, moment)).run_requests or []
    assert asked.run_config == {"resources": {"run_options": {"config": {"as_of": "2026-01-31"}}}}


def test_every_rhythm_of_a_source_is_its_freshness(nodes: dict[str, AssetNode]) -> None:
    for name in contract.sources():
        rhythm, policy = contract.load(name).rhythm, nodes[f"lake/{name}"].freshness_policy
        assert bool(rhythm) is bool(policy) is (name != "insz_wijzigingen"), name  # nobody waits for a changed number
        if rhythm:
            assert policy.warn_window.to_timedelta() == rhythm.late_after
            assert policy.fail_window.to_timedelta() == rhythm.overdue_after


def test_facts_and_marts_tell_from_which_columns_theirs_come(finished: Finished) -> None:
    page = build_definitions(finished.settings, for_page=True).resolve_asset_graph()
    lineage = {
        key.to_user_string(): page.get(key).metadata.get("dagster/column_lineage") for key in page.get_all_asset_keys()
    }
    told = {name for name, found in lineage.items() if found}
    assert {n for n in lineage if n.split("/")[0] in ("facts", "marts")} - told == set()
    outflow = lineage["marts/mart_outflow"].deps_by_column["position"]
    assert [(d.asset_key.to_user_string(), d.column_name) for d in outflow] == [("facts/fct_outcome", "position")]


def test_a_build_tells_the_rows_of_its_tables(finished: Finished) -> None:
    with open_instance(finished.data) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["marts", "mart_outflow"]))
    assert event is not None and event.asset_materialization is not None
    rows = event.asset_materialization.metadata["dagster/row_count"].value
    with duckdb.connect(str(finished.data.warehouse), read_only=True) as con:  # of the latest build, whatever its dates
        assert con.execute("select count(*) from marts.mart_outflow").fetchall() == [(rows,)]


def test_a_check_that_is_run_by_itself_has_its_model_built_and_all_else_stays(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(finished.settings.folder.root, tmp_path / "data", symlinks=True)
    settings = finished.settings.model_copy(update={"data": tmp_path / "data"})
    begun, selections, build = dbt.invoke, [], build_definitions(settings)

    def invoke(data: DataFolder, arguments: Sequence[str], *others: Any, **named: Any) -> None:
        if arguments[0] == "build":
            selections.append(arguments[arguments.index("--select") + 1 :] if "--select" in arguments else ["all"])
        begun(data, arguments, *others, **named)

    monkeypatch.setattr(dbt, "invoke", invoke)
    check = dg.AssetCheckKey(dg.AssetKey(["facts", "fct_outcome"]), "unique_combination_fct_outcome_trajectory_id")
    for _ in range(2):
        job = build.resolve_job_def(jobs.ALL).get_subset(asset_selection=set(), asset_check_selection={check})
        result = job.execute_in_process()
        (found,) = result.get_asset_check_evaluations()
        assert (found.asset_check_key, found.passed) == (check, True)
        assert result.get_asset_materialization_events() == []
        entries, dates = Workspace(settings).entries(), read_run_settings(settings.folder.run_settings)
        manifest = internals.read_manifest(dbt.manifest(settings.folder))
        assert WarehouseContent(settings.folder, manifest, entries, dates).stale == frozenset()
    # The copy is another file than the one that was noted, so that the first makes everything anew.
    assert [[name.rpartition(".")[2] for name in names] for names in selections] == [["all"], ["fct_outcome"]]


def test_importing_the_definitions_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWE_DATA", str(tmp_path / "data"))
    import importlib

    import orchestration.definitions as module

    importlib.reload(module)
    assert list(tmp_path.iterdir()) == []
