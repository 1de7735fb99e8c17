"""The Dagster definitions load, and the graph is the one that was reviewed.

After a change that is meant: `TWE_GOLDEN=write pytest tests/integration/test_definitions.py`, and read the difference.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetNode

from expectations import contract
from exports.questions import load_questions
from orchestration import jobs
from orchestration.definitions import build_definitions
from orchestration.paths import QUESTIONS
from orchestration.settings import Settings
from tests.conftest import Finished

pytestmark = pytest.mark.slow
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "asset_graph.txt"
ENDS = ("annexes", "reports")
ONLY_CHECKED = {"staging/municipality_merges"}  # restates the mergers; a dbt test holds it against municipalities


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
    for group in sorted({node.group_name for node in nodes}):
        yield f"== {group}"
        for node in (n for n in nodes if n.group_name == group):
            needs = ", ".join(sorted(key.to_user_string() for key in node.parent_keys))
            source = "" if node.is_executable else " (not made here)"
            yield f"{node.key.to_user_string()}{source}" + (f" <- {needs}" if needs else "")
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
    for sensor in repository.sensor_defs:
        yield f"sensor {sensor.name} -> {sensor.job_name} ({sensor.default_status.value})"
    for schedule in repository.schedule_defs:
        yield (
            f"schedule {schedule.name} -> {schedule.job_name} {schedule.cron_schedule} {schedule.execution_timezone} "
            f"({schedule.default_status.value})"
        )


def test_the_graph_is_the_one_that_was_reviewed(definitions: dg.Definitions) -> None:
    text = "\n".join(describe(definitions)) + "\n"
    if os.environ.get("TWE_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_every_asset_says_what_it_is_and_has_a_group(nodes: dict[str, AssetNode]) -> None:
    assert {name for name, node in nodes.items() if not (node.description or "").strip()} == set()
    assert {name for name, node in nodes.items() if not node.group_name or node.group_name == "default"} == set()


def test_no_asset_is_an_orphan(nodes: dict[str, AssetNode]) -> None:
    """All but the inbox and the reference tables need something; all but annexes and reports are needed."""
    no_parents = {name for name, node in nodes.items() if not node.parent_keys and node.group_name != "reference"}
    no_children = {name for name, node in nodes.items() if not node.child_keys and node.group_name not in ENDS}
    assert (no_parents, no_children) == ({"inbox"}, ONLY_CHECKED)


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
        if name.startswith("annexes/"):
            assert {key.to_user_string() for key in node.parent_keys} == {"publication", control.key.to_user_string()}


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


def test_the_sensor_asks_for_a_run_once_per_change_of_the_inbox(
    definitions: dg.Definitions, settings: Settings
) -> None:
    from orchestration import automation

    (sensor,), _ = automation.build(settings)
    with dg.instance_for_test() as instance:
        assert isinstance(sensor(dg.build_sensor_context(instance)), dg.SkipReason)
        settings.inbox_folder.mkdir(parents=True)
        (settings.inbox_folder / "trajecten_2024-01-31.csv").write_text("x")
        asked = sensor(dg.build_sensor_context(instance))
        assert isinstance(asked, dg.SensorResult) and len(asked.run_requests or []) == 1
        again = sensor(dg.build_sensor_context(instance, cursor=asked.cursor))
        assert isinstance(again, dg.SkipReason)
        (settings.inbox_folder / "trajecten_2024-01-31.csv").write_text("xy")
        assert isinstance(sensor(dg.build_sensor_context(instance, cursor=asked.cursor)), dg.SensorResult)


def test_importing_the_definitions_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWE_DATA", str(tmp_path / "data"))
    import importlib

    import orchestration.definitions as module

    importlib.reload(module)
    assert list(tmp_path.iterdir()) == []
