"""Places chosen by hand, in what no generator covers: annexes, pages, planning, the checks of the tree, the oracle."""

from dataclasses import dataclass

from tests.mutants.copy import Copy
from tests.mutants.mutant import Mutant, source


@dataclass(frozen=True)
class Place:
    """`old` becomes `new` (the first time it stands there) in `file`; `test` should notice: paths for pytest."""

    file: str
    old: str
    new: str
    test: str

    @property
    def mutant(self) -> Mutant:
        start = source(self.file).index(self.old)
        return Mutant(self.file, start, start + len(self.old), self.new, "by hand")


PLACES = (
    # The door: what is read, judged, kept.
    Place("orchestration/ingest/judging.py", "rows_read != accepted + quarantined", "rows_read < 0",
           "tests/orchestration/ingest/test_load.py"),
    Place("orchestration/ingest/in_parts.py", "where hash in (select hash from repeated)", "where false",
           "tests/orchestration/ingest/test_in_parts.py"),
    Place("orchestration/ingest/in_parts.py", "if rows - size > ONE_KEY", "if rows < 0",
           "tests/orchestration/ingest/test_in_parts.py"),
    Place("orchestration/ingest/load.py", "if delivery.sha256 in loaded", "if not delivery.sha256",
           "tests/orchestration/ingest/test_load.py"),
    Place("orchestration/ingest/storage.py", "case when _shape = 'row' then {value} end", "{value}",
           "tests/orchestration/ingest/test_load.py"),
    Place("orchestration/ingest/persons/pseudonym.py", "person_numbers.masked_row(row)", "row",
           "tests/orchestration/ingest/test_load.py"),
    Place("orchestration/ingest/persons/person_numbers.py", "month = raised % 20", "month = raised",
           "tests/orchestration/ingest/persons/test_person_numbers.py"),
    Place("orchestration/ingest/parsing.py", "born > days._delivered_on", "born < days._delivered_on",
           "tests/orchestration/ingest/test_keys.py"),
    Place("orchestration/ingest/inbox.py", '("csv", "xlsx", "parquet")', '("csv", "parquet")',
           "tests/orchestration/ingest/test_inbox.py"),
    Place("orchestration/ingest/ledger.py", "order by delivered_on, file_name", "order by file_name, delivered_on",
           "tests/orchestration/ingest/test_ledger.py"),
    # Rules and codes as data.
    Place("orchestration/store/municipalities.py", "day <= item.valid_to", "day < item.valid_to",
           "tests/orchestration/store/test_municipalities.py"),
    Place("orchestration/store/yaml_models.py", "in reversed(node.value)", "in node.value",
           "tests/orchestration/store/test_yaml_models.py"),
    Place("expectations/source_file.py", "taken.add(name)", "pass",
           "tests/expectations/test_contract.py"),
    Place("dbt_project/tests/generic/unique_combination.sql", "> 1", "> 2",
           "tests/dbt_project/test_generic_tests.py"),
    Place("dbt_project/tests/generic/always_true.sql", ", false)", ", true)",
           "tests/dbt_project/test_generic_tests.py"),
    Place("dbt_project/tests/generic/same_total.sql", "full join", "inner join",
           "tests/dbt_project/test_generic_tests.py"),
    # The second statement of the definitions.
    Place("tests/oracle/calendar.py", "min(dom, month_length(year, month))", "min(dom, 28)",
           "tests/oracle/test_oracle.py"),
    # Runs and publications.
    Place("orchestration/store/lock.py", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB",
           "tests/orchestration/store/test_lock.py"),
    Place("orchestration/planning.py", "if dates.as_of_is_default and plan.move_current",
           "if False and plan.move_current",
           "tests/orchestration/test_planning.py"),
    Place("orchestration/warehouse/publication.py", "if e.delivered_on <= ", "if e.delivered_on < ",
           "tests/orchestration/warehouse/test_publication.py"),
    Place("orchestration/warehouse/publication.py", "e.status == \"rejected\"", "e.status == \"accepted\"",
           "tests/orchestration/warehouse/test_publication.py"),
    Place("orchestration/warehouse/publication.py", "publication.path != keep.path", "publication.path == keep.path",
           "tests/orchestration/warehouse/test_publication.py"),
    Place("orchestration/results.py", "while error.cause:", "if error.cause:",
           "tests/orchestration/test_results.py"),
    # Annexes.
    Place("exports/annexes/transmissions.py", 'Percentage("with_transmission", "measured")',
           'Percentage("measured", "with_transmission")',
           "tests/exports/annexes/test_annexes.py"),
    Place("exports/annexes/started.py", "date_role=DateRole.START", "date_role=DateRole.END",
           "tests/exports/annexes/test_kinds.py"),
    Place("exports/annexes/aftercare.py", "changes_with_time=True", "changes_with_time=False",
           "tests/exports/annexes/test_kinds.py"),
    Place("exports/annexes/ratio.py", "in_figure_book=True", "in_figure_book=False",
           "tests/exports/annexes/test_kinds.py"),
    Place("exports/annexes/subsidies.py", "paid_later=True", "paid_later=False",
           "tests/exports/annexes/test_kinds.py"),
    Place("exports/annexes/profile.py", 'caveats=("Het profiel is de toestand bij de start van het traject.",)',
           "caveats=()",
           "tests/exports/annexes/test_kinds.py"),
    Place("exports/statements/lookups.py", "return 100 * float(terms[0]) / float(terms[1])",
           "return float(terms[0]) / float(terms[1])",
           "tests/exports/statements/test_headlines.py"),
    Place("exports/statements/lookups.py", "return 100 * (float(terms[0])", "return (float(terms[0])",
           "tests/exports/statements/test_lookups.py"),
    Place("exports/figures/rules.py", "return 100 * float(above)", "return 100 * 100 * float(above)",
           "tests/exports/figures/test_rules.py"),
    Place("exports/figures/rules.py", "if above is None or not below", "if above is None",
           "tests/exports/figures/test_rules.py"),
    Place("exports/figures/rules.py", "value * part for value, part", "value for value, part",
           "tests/exports/figures/test_rules.py"),
    Place("exports/figure_book/assets/base.js", "(100 * part)", "(part)",
           "tests/exports/figure_book/test_figure_book.py"),
    Place("exports/disclosure/words.py", "100 * hidden", "hidden",
           "tests/exports/disclosure/test_words.py"),
    Place("exports/questions/question.py", "sha256", "sha255",
           "tests/exports/questions/test_questions.py"),
    # The rules of the tree.
    Place("tests/structure/rooms.py", "id(node) not in in_functions", "False",
           "tests/structure/test_rooms.py"),
    Place("tests/structure/naming.py", "kind == column.type and ", "",
           "tests/structure/test_naming.py"),
)  # fmt: skip


class ByHand:
    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._tests = {place.mutant: place.test.split() for place in PLACES}

    def mutants(self) -> list[Mutant]:
        self._copy.check([test for tests in self._tests.values() for test in tests], "not slow")
        return list(self._tests)

    def judge(self, mutant: Mutant) -> str:
        """The first test that fails; "" when none does."""
        return self._copy.difference(mutant.file, mutant.text(source(mutant.file)), self._tests[mutant], "not slow")
