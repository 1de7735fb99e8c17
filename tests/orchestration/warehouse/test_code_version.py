"""Digests of the code: the same everywhere for the same code, and each changed by what it covers and nothing else."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from exports.figures.reading import same_code
from orchestration.store.paths import PROJECT
from orchestration.warehouse import code_version
from tests.structure import rooms

DIGESTS = {
    "figures": code_version.figures_digest,
    "control": code_version.control_digest,
    "documents": code_version.documents_digest,
}
NONE, FIGURES, DOCUMENTS, HIDING = set(), {"figures"}, {"documents"}, {"control", "documents"}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("project") / "copy"
    skip = shutil.ignore_patterns("target", "__pycache__")
    for folder in ("dbt_project", "expectations", "exports", "orchestration"):
        shutil.copytree(PROJECT / folder, copy / folder, ignore=skip)
    return copy


@pytest.fixture
def project(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the project that may be changed; what a test changed is put back, since copying all takes longer."""
    before = times(copied)
    monkeypatch.setattr(code_version, "PROJECT", copied)
    yield copied
    after = times(copied)
    for path in after.keys() - before.keys():
        path.unlink()
    for path in before:
        if after.get(path) != before[path]:
            shutil.copy2(PROJECT / path.relative_to(copied), path)


def times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def now() -> dict[str, str]:
    return {name: digest.__wrapped__() for name, digest in DIGESTS.items()}


def changed(before: dict[str, str]) -> set[str]:
    """The digests that are not what they were."""
    return {name for name, digest in now().items() if digest != before[name]}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_version_is_the_packages_with_a_digest() -> None:
    assert re.fullmatch(r"[0-9][^+]*\+[0-9a-f]{8}", code_version.code_version())


def test_the_same_code_elsewhere_has_the_same_digests(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = now()
    with monkeypatch.context() as original:
        original.setattr(code_version, "PROJECT", PROJECT)
        assert now() == copied


def test_the_syntax_of_code_is_read_once(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(code_version, "_known", code_version._Known())
    monkeypatch.setattr(code_version, "_syntax", lambda content: read.append(content) or content.upper())
    kept = tmp_path / "work" / "code_digests.json"
    code_version.keep_in(kept)
    before = now()
    assert read and kept.exists()
    read.clear()
    code_version.keep_in(kept)  # as another process does
    assert now() == before and not read
    edit(project / "expectations" / "contract.py", "MAX_TEXT = 36", "MAX_TEXT = 37")
    assert changed(before) == FIGURES and read
    for damage in ("", "[1]", '{"a": 1}'):
        kept.write_text(damage, encoding="ascii")
        code_version.keep_in(kept)
        read.clear()
        assert changed(before) == FIGURES and read
    kept.unlink()
    code_version.keep_in(kept)
    assert changed(before) == FIGURES


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("dbt_project/dbt_project.yml", FIGURES),
        ("dbt_project/macros/dates.sql", FIGURES),
        ("dbt_project/models/marts/mart_outflow.sql", FIGURES),
        ("dbt_project/seeds/class_sets.csv", FIGURES),
        ("dbt_project/seeds/seeds.yml", FIGURES),
        ("dbt_project/models/marts/mart_outflow.yml", NONE),
        ("dbt_project/models/docs.md", NONE),
        ("expectations/routing.py", FIGURES),
        ("expectations/trajecten.yml", NONE),
        ("orchestration/ingest/parsing.py", FIGURES),
        ("orchestration/store/sql.py", {"figures", "control", "documents"}),
        ("orchestration/store/municipalities.py", {"figures", "control", "documents"}),
        ("orchestration/store/yaml_models.py", {"figures", "control", "documents"}),
        ("orchestration/store/lock.py", NONE),
        ("orchestration/ingest/reported.py", NONE),
        ("orchestration/warehouse/run_dates.py", FIGURES),
        ("orchestration/warehouse/documentation.py", NONE),
        ("exports/disclosure/suppress.py", HIDING),
        ("exports/annexes/outflow.py", HIDING),
        ("exports/figures/collect.py", HIDING),
        ("exports/xlsx/cells.py", DOCUMENTS),
        ("exports/comparison/workbook.py", DOCUMENTS),
        ("exports/questions/twe-2024.yml", NONE),
        ("exports/dictionary.py", NONE),
        ("orchestration/answers/disclosure.py", {"control"}),
        ("orchestration/answers/shown.py", {"control"}),
        ("orchestration/answers/writing.py", DOCUMENTS),
        ("orchestration/answers/question_status.py", NONE),
        ("orchestration/releases/attribution.py", DOCUMENTS),
        ("orchestration/cli/main.py", NONE),
        ("orchestration/quality/case_rows.py", FIGURES),
        ("orchestration/quality/cases.py", FIGURES),
        ("orchestration/quality/recipients.py", FIGURES),
        ("orchestration/quality/senders/rows_by_ocmw.py", FIGURES),
        ("orchestration/quality/report.py", NONE),
        ("orchestration/planning.py", NONE),
    ],
)
def test_an_edit_changes_the_digests_of_what_it_can_change(file: str, expected: set[str], project: Path) -> None:
    before = now()
    with (project / file).open("a", encoding="utf-8") as target:
        target.write("\nADDED = 1\n")
    assert changed(before) == expected


def test_a_comment_or_docstring_changes_nothing(project: Path) -> None:
    before = now()
    parsing = project / "orchestration" / "ingest" / "parsing.py"
    edit(parsing, '"""', '"""Another first line.\n\n')
    edit(parsing, "\n\n\n", "\n\n\n# A comment.\n\n\n")
    edit(project / "dbt_project" / "models" / "marts" / "mart_outflow.yml", "description: ", "description: Again, ")
    edit(project / "exports" / "disclosure" / "suppress.py", '"""', '"""Another first line.\n\n')
    edit(project / "orchestration" / "answers" / "disclosure.py", '"""', '"""Another first line.\n\n')
    assert changed(before) == NONE


@pytest.mark.parametrize(("old", "new"), [("== 1", "<= 1"), (" + 1", " + 2"), ("qualify row_number", "qualify rank")])
def test_a_changed_operator_number_or_text_of_sql_changes_the_figures(old: str, new: str, project: Path) -> None:
    code = project / "orchestration" / "ingest" / "parsing.py"
    code.write_text(f"def f(a):\n    return 'qualify row_number', a == 1, a + 1\n{code.read_text(encoding='utf-8')}")
    before = now()
    edit(code, old, new)
    assert changed(before) == FIGURES


@pytest.mark.parametrize(
    ("file", "to", "expected"),
    [("exports/build.py", "exports/make.py", HIDING), ("expectations/model.py", "expectations/plan.py", FIGURES)],
)
def test_a_renamed_file_changes_the_digests(file: str, to: str, expected: set[str], project: Path) -> None:
    before = now()
    (project / file).rename(project / to)
    assert changed(before) == expected


@pytest.mark.parametrize("name", ["FIGURES", "CONTROL", "DOCUMENTS"])
def test_every_pattern_finds_a_file(name: str) -> None:
    """A module that was moved or merged must not drop out of a digest, or leave an exception behind, unseen."""
    code = getattr(code_version, name)
    assert [pattern for pattern in (*code.files, *code.without) if not list(PROJECT.glob(pattern))] == []


# What modules of a digest import without being in it: they decide where files lie, how they get there and what is said
# of them. What a digest leaves out by name is known as well.
HARMLESS = {
    "orchestration.store": {
        "chain",
        "clock",
        "errors",
        "files",
        "lock",
        "paths",
        "settings",
        "swap",
        "terminal",
        "wording",
    },
    "orchestration.ingest": {"ledger", "workspace"},
    "orchestration.quality": {"review_log"},  # at an as_of no review exists
    "orchestration.quality.checks": {"files", "reference"},  # which codes there are: read from a seed
    "orchestration.answers": {"questions"},
    "orchestration.releases": {"register"},
    "expectations": {"contract"},  # of documents; the figures digest has it
    "exports.disclosure.cell_key": {"keys"},  # of whom cells are, which no figure of a publication depends on
    "exports": {"dictionary"},  # what a published column means
    "orchestration.warehouse": {"code_version", "publication", "run_dates"},
}


@pytest.mark.parametrize("name", ["FIGURES", "CONTROL", "DOCUMENTS"])
def test_what_a_covered_module_imports_is_covered_or_known_to_be_harmless(name: str) -> None:
    """A rule that moves to a module below must not leave the digest with it."""
    selection = getattr(code_version, name)
    covered = {_name(path) for path in selection.paths()}
    known = covered | {_name(path) for pattern in selection.without for path in PROJECT.glob(pattern)}
    missed = set()
    for module in rooms.modules(PROJECT, "expectations", "exports", "orchestration"):
        for imported, _ in rooms.imports(module) if module.name in covered else ():
            used = (
                imported if (PROJECT / imported.replace(".", "/")).with_suffix(".py").exists() else _package(imported)
            )
            if used.split(".")[0] in rooms.OURS and used not in known:
                room, _, leaf = used.rpartition(".")
                if leaf not in HARMLESS.get(room, set()):
                    missed.add(f"{module.name} imports {used}")
    assert missed == set()


def _name(path: Path) -> str:
    return path.relative_to(PROJECT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


def _package(name: str) -> str:
    return name.rpartition(".")[0]


def test_code_is_the_same_when_only_the_package_has_another_version() -> None:
    assert same_code("0.1.0+3f2a9c1d", "0.2.0+3f2a9c1d")
    assert not same_code("0.1.0+3f2a9c1d", "0.1.0+3f2a9c1e")
