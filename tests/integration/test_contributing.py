"""CONTRIBUTING.md is followed literally: its blocks are written into a copy of the project, and used."""

import hashlib
import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from expectations import contract
from exports import load_questions, write_annex
from exports.annexes import KINDS
from exports.disclosure import policy
from exports.questions.question import Annex, Question
from orchestration.ingest import ledger, storage
from orchestration.ingest.inbox import Delivery, parse_name
from orchestration.ingest.load import SourceLoad, load_source
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.warehouse import dbt
from orchestration.warehouse.run_dates import resolve, write_run_settings
from tests.exports.tiny_publication import make_publication
from tests.structure import naming
from tests.support import annex_kinds
from tests.support.deliveries import KEY, by_routing, rows_of, write

PAGE = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^( *)```(?:yaml|sql|csv|python|text) (\S+)(?: (at the end|behind ([^\n]+)))?\n(.*?)^\1```",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Copy:
    """What the recipes change of the project, with the recipes carried out, and an empty data folder."""

    folder: Path
    data: DataFolder

    def contract(self, source: str) -> contract.SourceContract:
        return contract.load(source, self.folder / "expectations", self.folder / "dbt_project" / "seeds")

    def load(self, path: Path) -> SourceLoad:
        source, day, label = parse_name(path.name, contract.sources(self.folder / "expectations"))
        content = path.read_bytes()
        found = Delivery(path, source, day, label, hashlib.sha256(content).hexdigest(), len(content))
        return load_source(self.data, self.contract(source), [found], KEY, "run-1", by_routing)


def blocks() -> Iterator[tuple[str, str, str, str]]:
    """(path, how, behind which line, text) of every block of the page that says where it goes."""
    for indent, path, how, line, text in BLOCK.findall(PAGE):
        yield path, how, line, "".join(part.removeprefix(indent) for part in text.splitlines(keepends=True))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(PROJECT / "expectations", folder / "expectations")
    shutil.copytree(PROJECT / "dbt_project", folder / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(PROJECT / "exports" / "annexes", folder / "exports" / "annexes")
    (folder / "exports" / "disclosure").mkdir()
    shutil.copy(policy.FILE, folder / "exports" / "disclosure")
    for path, how, line, text in blocks():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        assert file.exists() == bool(how), path
        old = file.read_text(encoding="utf-8") if how else ""
        if line:
            (found,) = [each for each in old.splitlines(keepends=True) if line in each]
            old, text = old.replace(found, found + text), ""
        file.write_text(old + text, encoding="utf-8")
    return Copy(folder, DataFolder(folder / "data"))


def test_the_page_has_a_block_for_every_recipe_that_is_followed() -> None:
    assert [path for path, *_ in blocks()] == [
        "expectations/opvolggesprekken.yml",
        "dbt_project/models/staging/sources.yml",
        "dbt_project/models/staging/stg_follow_up_talks.sql",
        "dbt_project/models/staging/staging.yml",
        "inbox/opvolggesprekken_2026-01-31_gent.csv",
        "expectations/leefloners.yml",
        "exports/annexes/incomplete.py",
        "exports/annexes/__init__.py",
        "exports/annexes/__init__.py",
        "exports/disclosure/policy.yml",
        "exports/questions/twe-2031.yml",
    ]


def test_a_source_passes_the_door_by_its_contract_alone(copy: Copy, tmp_path: Path) -> None:
    path = copy.folder / "inbox" / "opvolggesprekken_2026-01-31_gent.csv"
    done = Copy(copy.folder, DataFolder(tmp_path)).load(path)
    assert (done.total("rows_read"), done.total("rows_accepted"), done.rows_by_rule) == (
        2,
        1,
        {("invalid_gespreksdatum", "reject"): 1},
    )
    (file,) = (tmp_path / "lake" / "opvolggesprekken").glob("opvolg*.parquet")
    assert [(row["gesprek_id"], str(row["gespreksdatum"])) for row in rows_of(file)] == [("G1", "2026-01-15")]


@pytest.mark.slow
def test_a_source_reaches_staging_by_its_model(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    known = contract.sources(copy.folder / "expectations")
    storage.ensure_empty(copy.data.lake, [copy.contract(source) for source in known])
    copy.load(copy.folder / "inbox" / "opvolggesprekken_2026-01-31_gent.csv")
    write_run_settings(copy.data.run_settings, resolve(ledger.read(copy.data.ledger)))
    monkeypatch.setattr(dbt, "DBT_PROJECT", copy.folder / "dbt_project")
    monkeypatch.chdir(copy.data.root)  # where the views of staging find their files
    dbt.invoke(copy.data, ["run", "--select", "+stg_follow_up_talks"])
    with duckdb.connect(str(copy.data.warehouse), read_only=True) as con:
        cursor = con.execute("select * from staging.stg_follow_up_talks")
        rows = [tuple(map(str, row)) for row in cursor.fetchall()]
        types = con.execute("describe staging.stg_follow_up_talks").fetchall()
    assert rows == [("G1", "T1", "2026-01-15", "opvolggesprekken_2026-01-31_gent.csv")]
    columns = [naming.Column("staging", "stg_follow_up_talks", name, kind.lower()) for name, kind, *_ in types]
    assert [said for said in naming.wrong_columns(naming.read(), columns) if "no column needs" not in said] == []


def test_a_rule_is_one_entry(copy: Copy, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "leefloners_2026-01-31.csv",
        """
        nis_code | maand   | leefloners | equivalent_leefloners
        44021    | 2025-11 | 10         | 10
        44021    | 2025-12 | 10         | 11
        44021    | 2026-01 | 10         |
        """,
    )
    done = Copy(copy.folder, DataFolder(tmp_path)).load(path)
    assert done.rows_by_rule == {("more_equivalent_than_leefloners", "warn"): 1}
    assert done.total("rows_accepted") == 3


def test_an_annex_is_one_file_and_its_place_in_the_list(
    copy: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loaded(name: str, file: str) -> ModuleType:
        found = importlib.util.spec_from_file_location(name, copy.folder / "exports" / "annexes" / file)
        assert found is not None and found.loader is not None
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        return module

    monkeypatch.setitem(
        sys.modules, "exports.annexes.incomplete", loaded("exports.annexes.incomplete", "incomplete.py")
    )
    kinds = loaded("annexes_of_the_copy", "__init__.py").KINDS
    assert list(kinds) == [*list(KINDS)[:-1], "incomplete", "aftercare"]
    kind, publication = kinds["incomplete"], make_publication(tmp_path / "publication")
    assert annex_kinds.problems(kind, copy.folder) == []
    assert annex_kinds.statement_problems(kind, publication, (2022, 2023)) == []
    annex = Annex(kind=kind, number="1", title=kind.name, years=(2022, 2023), file_name="bijlage_1.xlsx")
    question = Question(id="twe-2031", title="Vraag", annexes=(annex,))
    with pytest.raises(policy.PolicyError, match="no line covers incomplete_pct"):
        write_annex(publication, question, annex, tmp_path)
    monkeypatch.setattr(policy, "FILE", copy.folder / "exports" / "disclosure" / "policy.yml")
    made = write_annex(publication, question, annex, tmp_path)
    assert made.totals[2022] == {"screenings": 20, "onvolledig": 3, "aandeel onvolledig (%)": 15.0}


def test_a_question_is_one_file(copy: Copy) -> None:
    (question,) = load_questions(copy.folder / "exports" / "questions").values()
    (annex,) = question.annexes
    assert (question.id, annex.kind.key, annex.years) == ("twe-2031", "6", (2022, 2023))


@pytest.mark.parametrize(
    ("recipe", "word", "without"),
    [("Add a mart", "intake", {"fct_screening"}), ("Add an annex", "intake", {"twe-2018_bijlage_2"})],
)
def test_the_files_of_an_example_speak_of_it(recipe: str, word: str, without: set[str]) -> None:
    section = PAGE.split(f"## {recipe}\n")[1].split("\n## ")[0]
    files = [PROJECT / name for name in re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)]
    assert len(files) >= 6
    for file in files:
        assert file.exists(), file
        if file.stem.split(".")[0].removesuffix("_tests") not in without and file.suffix != ".md":
            assert word in (file.stem + file.read_text(encoding="utf-8")).lower(), file


def test_every_path_that_the_page_names_exists() -> None:
    made = {path for path, how, *_ in blocks() if not how}
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    named = {name for name in re.findall(r"`([\w./-]+/[\w./*-]*)`|\]\(([^)#]+)\)", prose) for name in name if name}
    assert {n for n in named - made if not any(PROJECT.glob(n.rstrip("/")))} == set()
