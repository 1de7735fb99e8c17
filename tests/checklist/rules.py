"""The accessible-spreadsheet practice of official statistics, as checks on a finished workbook.

`violations(path)` opens the file as a reader's program does and returns everything that is wrong with it, in words.
`RULES` names what is checked. By hand: python -m tests.checklist.rules <workbook>...
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from tests.checklist.book import Book
from tests.checklist.cells import (
    headers_carry_units,
    notes_and_references_meet,
    numbers_are_numbers_and_codes_text,
    signs_are_explained_above,
    widths_and_panes_are_sensible,
)
from tests.checklist.charts import charts_can_be_read, charts_show_their_cells
from tests.checklist.sheets import (
    a_public_workbook_has_few_sheets,
    above_and_below_a_page_nothing_is_new,
    archive_is_plain_and_stable,
    edition_is_marked,
    headers_stand_upright_and_apart,
    notes_lead_to_every_sheet,
    nothing_is_merged_hidden_or_empty,
    opens_on_the_cover,
    properties_are_filled_in_dutch,
    tables_begin_in_column_a,
)


class Rule(Protocol):
    """Gives what is wrong; its name says what should be right."""

    __name__: str

    def __call__(self, book: Book) -> Iterator[str]: ...


RULES: tuple[Rule, ...] = (
    archive_is_plain_and_stable,
    properties_are_filled_in_dutch,
    opens_on_the_cover,
    notes_lead_to_every_sheet,
    a_public_workbook_has_few_sheets,
    tables_begin_in_column_a,
    headers_stand_upright_and_apart,
    above_and_below_a_page_nothing_is_new,
    nothing_is_merged_hidden_or_empty,
    signs_are_explained_above,
    numbers_are_numbers_and_codes_text,
    headers_carry_units,
    notes_and_references_meet,
    widths_and_panes_are_sensible,
    charts_show_their_cells,
    charts_can_be_read,
    edition_is_marked,
)


OF_ANY_WORKBOOK: tuple[Rule, ...] = (
    archive_is_plain_and_stable,
    properties_are_filled_in_dutch,
    tables_begin_in_column_a,
    headers_stand_upright_and_apart,
    above_and_below_a_page_nothing_is_new,
    nothing_is_merged_hidden_or_empty,
    signs_are_explained_above,
    numbers_are_numbers_and_codes_text,
    headers_carry_units,
    widths_and_panes_are_sensible,
    edition_is_marked,
)
"""What holds for workbooks that are no annex too: they have no cover, contents, notes or charts."""


def violations(path: Path, rules: Sequence[Rule] = RULES) -> list[str]:
    """All that is wrong with the workbook; an empty list when nothing is."""
    book = Book(path)
    return [f"{rule.__name__}: {problem}" for rule in rules for problem in rule(book)]


if __name__ == "__main__":
    found = {name: violations(Path(name)) for name in sys.argv[1:]}
    for name, problems in found.items():
        print(f"{name}: {len(problems)} violations", *problems, sep="\n  ")
    sys.exit(any(found.values()))
