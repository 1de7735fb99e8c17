"""Breaks the code in one place at a time and runs the tests that guard it: a mutant that lives is a gap in the tests.

    python -m tests.mutants [--list] [NUMBER ...]

Each mutant is one replacement in a copy of the project; the project itself is left alone. `lives` means that no test of
those named noticed, `dies` is what should happen. Exit code 1 when one lives, or when its text is not there any more.
Not part of `make test`: run it after changing definitions, rules or tests. dbt mutants cost ten seconds each.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DBT = "dbt:"


@dataclass(frozen=True)
class Mutant:
    """`old` becomes `new` (the first time it stands there) in `file`; `test` should notice: paths for pytest, or `dbt:`
    and a selection of unit tests."""

    file: str
    old: str
    new: str
    test: str

    def __str__(self) -> str:
        return f"{self.file}: {' '.join(self.old.split())} -> {' '.join(self.new.split())}"


MUTANTS = (
    # The door: what is read, judged, kept.
    Mutant("orchestration/ingest/load.py", "rows_read != accepted + quarantined", "rows_read < 0",
           "tests/orchestration/ingest/test_load.py"),
    Mutant("orchestration/ingest/load.py", "if delivery.sha256 in loaded", "if not delivery.sha256",
           "tests/orchestration/ingest/test_load.py"),
    Mutant("orchestration/ingest/storage.py", "case when _shape = 'row' then {value} end", "{value}",
           "tests/orchestration/ingest/test_load.py"),
    Mutant("orchestration/ingest/pseudonym.py", "person_numbers.masked_row(row)", "row",
           "tests/orchestration/ingest/test_load.py"),
    Mutant("orchestration/ingest/person_numbers.py", "month = raised % 20", "month = raised",
           "tests/orchestration/ingest/test_person_numbers.py"),
    Mutant("orchestration/ingest/parsing.py", "born > days._delivered_on", "born < days._delivered_on",
           "tests/orchestration/ingest/test_keys.py"),
    Mutant("orchestration/ingest/inbox.py", '("csv", "xlsx", "parquet")', '("csv", "parquet")',
           "tests/orchestration/ingest/test_inbox.py"),
    Mutant("orchestration/ingest/ledger.py", "order by delivered_on, file_name", "order by file_name, delivered_on",
           "tests/orchestration/ingest/test_ledger.py"),
    # Rules and codes as data.
    Mutant("orchestration/store/municipalities.py", "day <= item.valid_to", "day < item.valid_to",
           "tests/orchestration/store/test_municipalities.py"),
    Mutant("orchestration/store/yaml_models.py", "in reversed(node.value)", "in node.value",
           "tests/orchestration/store/test_yaml_models.py"),
    Mutant("expectations/source_file.py", "taken.add(name)", "pass",
           "tests/expectations/test_contract.py"),
    Mutant("expectations/trajecten.yml", "max_value: 24", "max_value: 25",
           "tests/expectations/test_rules.py"),
    Mutant("expectations/klantprofielen.yml", "min: 15", "min: 14",
           "tests/expectations/test_contract.py"),
    Mutant("expectations/loontoelagen.yml", "on_fail: reject", "on_fail: warn",
           "tests/expectations/test_rules.py"),
    Mutant("dbt_project/seeds/code_lists.csv", "position,NEC,nec,", "position,NEK,nec,",
           "tests/expectations/test_contract.py tests/expectations/test_rules.py"),
    # Definitions, at their edges.
    Mutant("dbt_project/macros/dates.sql", ".end_date > {{ after }}", ".end_date >= {{ after }}", DBT + "fct_outcome"),
    Mutant("dbt_project/macros/dates.sql", "<= {{ day_after_last }}", "< {{ day_after_last }}", DBT + "fct_trajectory"),
    Mutant("dbt_project/macros/deliveries.sql", " and not verwijderd", "", DBT + "stg_trajectories"),
    Mutant("dbt_project/models/facts/fct_trajectory.sql", "trajectories.end_date <= settings.as_of",
           "trajectories.end_date < settings.as_of", DBT + "fct_trajectory"),
    Mutant("dbt_project/models/facts/fct_screening.sql", "and screenings.is_available_half_time", "",
           DBT + "fct_screening"),
    Mutant("dbt_project/models/marts/mart_transmissions.sql", " filter (where with_transmission)", "",
           DBT + "mart_transmissions"),
    Mutant("dbt_project/models/marts/mart_started_profile.sql", "'age': 'age_class'", "'age': 'gender'",
           DBT + "mart_started_profile"),
    Mutant("dbt_project/tests/generic/unique_combination.sql", "> 1", "> 2",
           "tests/dbt_project/test_generic_tests.py"),
    Mutant("dbt_project/tests/generic/always_true.sql", ", false)", ", true)",
           "tests/dbt_project/test_generic_tests.py"),
    Mutant("dbt_project/tests/generic/same_total.sql", "full join", "inner join",
           "tests/dbt_project/test_generic_tests.py"),
    # The second statement of the definitions.
    Mutant("tests/oracle/calendar.py", "min(dom, month_length(year, month))", "min(dom, 28)",
           "tests/oracle/test_oracle.py"),
    # Runs and publications.
    Mutant("orchestration/store/lock.py", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB",
           "tests/orchestration/store/test_lock.py"),
    Mutant("orchestration/planning.py", "if dates.as_of_is_default and plan.move_current",
           "if False and plan.move_current",
           "tests/orchestration/test_planning.py"),
    Mutant("orchestration/warehouse/publication.py", "if e.delivered_on <= ", "if e.delivered_on < ",
           "tests/orchestration/warehouse/test_publication.py"),
    Mutant("orchestration/warehouse/publication.py", "e.status == \"rejected\"", "e.status == \"accepted\"",
           "tests/orchestration/warehouse/test_publication.py"),
    Mutant("orchestration/warehouse/publication.py", "publication.path != keep.path", "publication.path == keep.path",
           "tests/orchestration/warehouse/test_publication.py"),
    Mutant("orchestration/results.py", "while error.cause:", "if error.cause:",
           "tests/orchestration/test_results.py"),
    # Annexes.
    Mutant("exports/annexes/transmissions.py", 'Percentage("with_transmission", "measured")',
           'Percentage("measured", "with_transmission")',
           "tests/exports/annexes/test_annexes.py"),
    Mutant("exports/annexes/started.py", "date_role=DateRole.START", "date_role=DateRole.END",
           "tests/exports/annexes/test_kinds.py"),
    Mutant("exports/annexes/aftercare.py", "changes_with_time=True", "changes_with_time=False",
           "tests/exports/annexes/test_kinds.py"),
    Mutant("exports/annexes/ratio.py", "in_figure_book=True", "in_figure_book=False",
           "tests/exports/annexes/test_kinds.py"),
    Mutant("exports/annexes/subsidies.py", "paid_later=True", "paid_later=False",
           "tests/exports/annexes/test_kinds.py"),
    Mutant("exports/annexes/profile.py", 'caveats=("Het profiel is de toestand bij de start van het traject.",)',
           "caveats=()",
           "tests/exports/annexes/test_kinds.py"),
    Mutant("exports/statements/lookups.py", "return 100 * float(terms[0]) / float(terms[1])",
           "return float(terms[0]) / float(terms[1])",
           "tests/exports/statements/test_headlines.py"),
    Mutant("exports/statements/lookups.py", "return 100 * (float(terms[0])", "return (float(terms[0])",
           "tests/exports/statements/test_lookups.py"),
    Mutant("exports/figures/rules.py", "return 100 * float(above)", "return 100 * 100 * float(above)",
           "tests/exports/figures/test_rules.py"),
    Mutant("exports/figures/rules.py", "if above is None or not below", "if above is None",
           "tests/exports/figures/test_rules.py"),
    Mutant("exports/figures/rules.py", "value * part for value, part", "value for value, part",
           "tests/exports/figures/test_rules.py"),
    Mutant("exports/figure_book/assets/base.js", "(100 * part)", "(part)",
           "tests/exports/figure_book/test_figure_book.py"),
    Mutant("exports/disclosure/words.py", "100 * hidden", "hidden",
           "tests/exports/disclosure/test_words.py"),
    Mutant("exports/questions/question.py", "sha256", "sha255",
           "tests/exports/questions/test_questions.py"),
    # The rules of the tree.
    Mutant("tests/structure/rooms.py", "id(node) not in in_functions", "False",
           "tests/structure/test_rooms.py"),
    Mutant("tests/structure/naming.py", "kind == column.type and ", "",
           "tests/structure/test_naming.py"),
)  # fmt: skip


def verdict(mutant: Mutant, copy: Path) -> str:
    """`dies`, `lives`, or why it could not be tried. Leaves the copy as it was."""
    file = copy / mutant.file
    text = file.read_text(encoding="utf-8")
    if mutant.old not in text:
        return "is gone: its text does not stand there any more"
    file.write_text(text.replace(mutant.old, mutant.new, 1), encoding="utf-8")
    try:
        return "dies" if run(mutant.test, copy) else "LIVES"
    finally:
        file.write_text(text, encoding="utf-8")


def run(test: str, copy: Path) -> int:
    """Exit code of a test in the copy."""
    if test.startswith(DBT):
        command = ["-m", "tests.dbt_unit_tests", f"{test.removeprefix(DBT)},test_type:unit"]
    else:
        command = ["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not slow", *test.split()]
    env = {k: v for k, v in os.environ.items() if not k.startswith("TWE_")}
    env |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, *command], cwd=copy, env=env, capture_output=True).returncode


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("numbers", nargs="*", type=int, help="only these")
    parser.add_argument("--list", action="store_true", help="list the mutants and their tests")
    chosen = parser.parse_args(arguments)
    mutants = [(n, m) for n, m in enumerate(MUTANTS, 1) if not chosen.numbers or n in chosen.numbers]
    if chosen.list:
        print("\n".join(f"{n:>2}  {mutant}\n    {mutant.test}" for n, mutant in mutants))
        return 0
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "project"
        left_out = shutil.ignore_patterns(".git", ".venv", "data", "target", "__pycache__", ".*_cache", "*.egg-info")
        shutil.copytree(PROJECT, copy, ignore=left_out)
        wanted = {mutant.test for _, mutant in mutants}
        whole = sorted({file for test in wanted if not test.startswith(DBT) for file in test.split()})
        together = [" ".join(whole)] * bool(whole) + [DBT + "*"] * any(test.startswith(DBT) for test in wanted)
        if failing := [test for test in together if run(test, copy)]:
            print(f"fails without any mutant; mend that first: {' and '.join(failing)}")
            return 1
        for number, mutant in mutants:
            told = verdict(mutant, copy)
            bad += told != "dies"
            print(f"{number:>2} {told:5}  {mutant}", flush=True)
    print(f"{len(mutants) - bad} of {len(mutants)} mutants die")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
