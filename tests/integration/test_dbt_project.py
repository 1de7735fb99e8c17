"""The dbt project as it was built: names, types and descriptions by docs/naming.md, and exposures by the annexes."""

import json
from typing import Any

import duckdb
import pytest

from exports.annexes import KINDS
from orchestration.warehouse import dbt
from tests.conftest import Finished
from tests.structure import naming

pytestmark = pytest.mark.slow
EVERY_ANNEX = {"reporting_municipalities", "labels", "deliveries"}


@pytest.fixture(scope="module")
def manifest(finished: Finished) -> dict[str, Any]:
    return json.loads(dbt.manifest(finished.data).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def nodes(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Models and seeds by the name of their relation, which can be an alias."""
    return {
        n["alias"] if n["resource_type"] == "seed" else n["name"]: n
        for n in manifest["nodes"].values()
        if n["resource_type"] in {"model", "seed"}
    }


@pytest.fixture(scope="module")
def columns(finished: Finished, nodes: dict[str, dict[str, Any]]) -> list[naming.Column]:
    """Every column of the built warehouse, with its description (empty where the project describes none)."""
    names = {(n["schema"], n["alias"]): name for name, n in nodes.items()}
    with duckdb.connect(str(finished.data.warehouse), read_only=True) as con:
        found = con.execute(
            "select table_schema, table_name, column_name, lower(data_type) from information_schema.columns "
            "where table_schema in ('staging', 'intermediate', 'facts', 'marts') order by all"
        ).fetchall()
    described = {(name, key): c for name, n in nodes.items() for key, c in n["columns"].items()}
    made = []
    for schema, table, column, kind in found:
        told = described.pop((names[schema, table], column), {})
        words, blocks = told.get("description", ""), told.get("doc_blocks", [])
        made.append(naming.Column(schema, names[schema, table], column, kind, words, bool(blocks)))
    assert described == {}, "described, but not there"
    return made


def test_models_are_called_by_the_rule(nodes: dict[str, dict[str, Any]]) -> None:
    models = [(n["schema"], name) for name, n in nodes.items() if n["resource_type"] == "model"]
    assert naming.wrong_models(naming.read(), models) == []


def test_columns_have_names_and_types_of_the_closed_vocabulary(columns: list[naming.Column]) -> None:
    assert len(columns) > 200
    assert naming.wrong_columns(naming.read(), columns) == []


def test_every_column_is_described_once(columns: list[naming.Column]) -> None:
    assert naming.wrong_descriptions(naming.read(), columns) == []


def test_every_description_ends_with_the_grain(nodes: dict[str, dict[str, Any]]) -> None:
    assert naming.without_grain((name, n["description"]) for name, n in nodes.items()) == []


def test_every_source_table_is_described(manifest: dict[str, Any]) -> None:
    assert [s["name"] for s in manifest["sources"].values() if not s["description"]] == []


def test_the_words_of_a_model_lie_next_to_its_sql(nodes: dict[str, dict[str, Any]]) -> None:
    folders = {name: (n["original_file_path"], n["patch_path"].partition("://")[2]) for name, n in nodes.items()}
    assert [name for name, (sql, words) in folders.items() if sql.rpartition("/")[0] != words.rpartition("/")[0]] == []


def test_every_fact_and_mart_has_its_grain_tested_and_its_contract_enforced(
    manifest: dict[str, Any], nodes: dict[str, dict[str, Any]]
) -> None:
    tested = {
        n["attached_node"]
        for n in manifest["nodes"].values()
        if n["resource_type"] == "test"
        and n.get("test_metadata")
        and n.get("test_metadata")["name"] in {"unique_combination", "unique"}
    }
    built = {name: n for name, n in nodes.items() if n["schema"] in {"intermediate", "facts", "marts"}}
    assert {name for name, n in built.items() if n["unique_id"] not in tested} == set()
    assert {name for name, n in built.items() if not n["config"]["contract"]["enforced"]} == set()


def test_every_annex_kind_is_an_exposure_of_the_marts_that_it_reads(manifest: dict[str, Any]) -> None:
    told = {e["meta"]["annex_kind"]: e for e in manifest["exposures"].values() if "annex_kind" in e["meta"]}
    assert set(told) == set(KINDS)
    for key, kind in KINDS.items():
        reads = (
            {mart.name for mart in (*kind.marts, *kind.also_quotes)} | {link.mart for link in kind.links} | EVERY_ANNEX
        )
        assert {node.rpartition(".")[2] for node in told[key]["depends_on"]["nodes"]} == reads, key


def test_every_exposure_says_whose_it_is_how_it_is_made_and_where_it_lies(manifest: dict[str, Any]) -> None:
    exposures = manifest["exposures"].values()
    assert exposures
    for exposure in exposures:
        assert exposure["owner"]["name"] and exposure["description"] and exposure["label"], exposure["name"]
        assert {"destination", "methodology"} <= set(exposure["meta"]), exposure["name"]


def test_what_is_published_is_used(manifest: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> None:
    """A mart that no exposure reads is made for nobody."""
    read = {node for e in manifest["exposures"].values() for node in e["depends_on"]["nodes"]}
    marts = {name for name, n in nodes.items() if name.startswith("mart_")}
    assert {name for name in marts if nodes[name]["unique_id"] not in read} == set()
