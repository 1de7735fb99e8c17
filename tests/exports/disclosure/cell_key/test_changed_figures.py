"""Figures under cell keys: what each kind of figure becomes, and that a cell is the same wherever it is shown."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from exports import annex_figures, write_annex
from exports.answering.answer import build_answer
from exports.comparison.displayed import Key, of_package
from exports.disclosure.cell_key.change import most_change
from exports.disclosure.cell_key.control import control_by_keys
from exports.disclosure.cell_key.formulas import FORMULAS, MEANS
from exports.disclosure.control import Control, ControlError, subset
from exports.disclosure.outcome import outcomes
from exports.disclosure.policy import PolicyError
from exports.disclosure.scope import CountFinder
from exports.disclosure.store import load, save
from exports.figure_book import write_figure_book
from exports.figures.identity import GEMEENTE, VLAANDEREN, Changes, Figure, FigureId
from exports.figures.reading import PublicationError, PublicationReader
from tests.exports.cell_keys import SECRET, EverybodyAlike, policy_of
from tests.exports.tiny_publication import ANNEXES, QUESTIONS, annex_of, as_text, cells

YEARS = (2022, 2023)
WITHOUT_FIGURES = {"Voorblad", "Toelichting"}
TABLES = ["within_two", "base_three"]


def figures_of(publication: Path) -> dict[FigureId, Figure]:
    found = {}
    for question, number in ANNEXES:
        for figure in annex_figures(publication, QUESTIONS[question], QUESTIONS[question].annex(number), YEARS):
            found[figure.id] = figure
    return found


def controlled(publication: Path, table: str = "within_two", key: int = 1_000_003, secret: bytes = SECRET) -> Control:
    policy, figures = policy_of(table), figures_of(publication)
    ids = {each for figure in figures.values() for each in (figure.id, *figure.parts)}
    with PublicationReader(publication) as reader:
        scope = CountFinder(policy).scope(ids)
        return control_by_keys(reader, EverybodyAlike(reader, key), scope, "stand", policy, secret)


def changes(control: Control) -> Changes:
    assert isinstance(control.disclosed, Changes)
    return control.disclosed


@pytest.mark.parametrize("table", TABLES)
def test_counts_stay_within_the_table_and_zeros_stay(publication: Path, table: str) -> None:
    made = controlled(publication, table)
    policy, shown = made.policy, changes(made)
    assert made.passed and made.changed and not made.release.hidden
    counted = 0
    for figure in figures_of(publication).values():
        rules = policy.marts[figure.id.mart]
        columns = {*rules.counts} or {"trajectories"}
        if figure.id.measure in columns and isinstance(figure.value, int):
            most = max(most_change(policy.changes_by, number) for number in rules.per_person_numbers)
            value = shown.value(figure)
            assert isinstance(value, int)
            assert abs(value - figure.value) <= most, figure
            assert (value == 0) or figure.value, figure
            counted += 1
            if table == "base_three" and rules.per_person_numbers == {1}:
                assert value % 3 == 0
    assert counted > 500


def test_the_same_people_are_the_same_count_in_every_mart(publication: Path) -> None:
    """Who ended in 2022 counts in annex 4 and in that on after-care, and a year later in 5 and 6."""
    found = defaultdict(set)
    for secret in (b"one secret", b"another secret", b"a third secret"):
        shown = changes(controlled(publication, secret=secret))
        for place, level in (("11002", GEMEENTE), ("Antwerpen", "provincie"), (VLAANDEREN, VLAANDEREN)):
            for mart, measure, year, category in (
                ("mart_ended_duration", "trajectories", 2022, "*"),
                ("mart_aftercare", "ended", 2022, ""),
                ("mart_outflow", "trajectories", 2023, "position/*"),
                ("mart_competence", "measured", 2023, ""),
                ("mart_transmissions", "measured", 2023, ""),
            ):
                of = FigureId(mart, measure, year, level, place, category)
                found[secret, place].add(shown.value(Figure(99, of)))
    assert all(len(values) == 1 for values in found.values())
    assert len({next(iter(values)) for (_, place), values in found.items() if place == "11002"}) > 1


def test_what_is_computed_follows_from_what_is_shown(publication: Path) -> None:
    shown, figures = changes(controlled(publication)), figures_of(publication)

    def value(mart: str, measure: str, year: int = 2022, category: str = "", place: str = "11002") -> object:
        level = VLAANDEREN if place == VLAANDEREN else GEMEENTE
        return shown.value(figures[FigureId(mart, measure, year, level, place, category)])

    part, whole = (value("mart_transmissions", name) for name in ("with_transmission", "measured"))
    assert value("mart_transmissions", "with_transmission_pct") == pytest.approx(100 * part / whole)
    clients, leefloners = (
        value("mart_activation_ratio", name, 2023, "year_average") for name in ("clients_in_twe", "leefloners")
    )
    assert isinstance(clients, int)
    ratio = value("mart_activation_ratio", "ratio_pct", 2023, "year_average")
    assert ratio == pytest.approx(100 * clients / leefloners)
    before = value("mart_activation_ratio", "ratio_pct", 2022, "year_average")
    assert value("mart_activation_ratio", "ratio_change_pp", 2023, "year_average") == pytest.approx(ratio - before)
    assert value("mart_activation_ratio", "ratio_change_pct", 2023, "year_average") == pytest.approx(
        100 * (ratio / before - 1)
    )
    count, amount = (value("mart_wage_subsidies", name, 2022, "performance") for name in ("subsidies", "amount_eur"))
    assert amount == (Decimal("15000.10") * count / 12).quantize(Decimal("0.01"))


def test_an_amount_where_nobody_is_counted_is_the_zero_of_a_place_without_rows(publication: Path) -> None:
    """11002 had a correction alone in 2023."""
    of = FigureId("mart_wage_subsidies", "amount_eur", 2023, GEMEENTE, "11002", "performance")
    shown = changes(controlled(publication)).value(figures_of(publication)[of])
    assert shown == 0 and type(shown) is int


def test_a_mean_of_few_is_left_out(publication: Path) -> None:
    """The mean of the two of Gent, also where they look like four; that of the eight of Antwerpen is shown as it is."""
    few = FigureId("mart_aftercare", "aftercare_months", 2022, GEMEENTE, "44021")
    many = few._replace(place="11002")
    count = few._replace(measure="with_art60")
    seen, every = set(), {(0, False), (1, True), (2, True), (3, True), (4, True)}
    for number in range(40):
        if seen == every:
            break
        shown = changes(controlled(publication, secret=str(number).encode()))
        of_few = shown.value(Figure(2, count))
        seen.add((of_few, shown(few)))
        assert not shown(many) and shown.value(Figure(2.5, many)) == 2.5
    assert seen == every


def test_every_derived_figure_has_a_formula() -> None:
    derived = {name for mart in policy_of().marts.values() for name in mart.derived}
    assert derived == FORMULAS.keys() | MEANS
    assert all(formula([0, 0, 0, 0]) is None for formula in FORMULAS.values())


def test_a_figure_that_was_not_controlled_is_not_shown(publication: Path) -> None:
    other = FigureId("mart_transmissions", "measured", 2019, GEMEENTE, "11002")
    with pytest.raises(ControlError):
        changes(controlled(publication)).value(Figure(1, other))


def test_sums_of_another_publication_are_noticed(publication: Path) -> None:
    class Nothing:
        def rows(self, *_: object, **__: object) -> list[tuple]:
            return []

    policy = policy_of()
    scope = CountFinder(policy).scope([FigureId("mart_competence", "measured", 2022, GEMEENTE, "11002")])
    with PublicationReader(publication) as reader, pytest.raises(PublicationError, match="sums of cell keys lack"):
        control_by_keys(reader, Nothing(), scope, "stand", policy, SECRET)


def test_a_control_comes_back_from_its_file_and_a_part_of_it_shows_the_same(publication: Path, tmp_path: Path) -> None:
    made = controlled(publication)
    path = save(made, tmp_path / "one")
    again = load(path)
    assert again == made
    assert save(again, tmp_path / "two").read_bytes() == path.read_bytes()
    of = FigureId("mart_competence", "measured", 2022, GEMEENTE, "11002")
    with PublicationReader(publication) as reader:
        part = subset(made, reader, [of], "part")
    assert part.shown is not None and 0 < len(part.shown) < len(made.shown or {})
    assert changes(part).value(Figure(3, of)) == changes(made).value(Figure(3, of))
    assert load(save(part, tmp_path / "three")) == part


def test_a_document_is_written_again_when_a_count_that_it_shows_changes(publication: Path) -> None:
    def digests(control: Control) -> dict[str, str]:
        finder = CountFinder(control.policy)
        one = finder.scope([FigureId("mart_competence", "measured", 2022, GEMEENTE, "11002")])
        return {name: item.digest for name, item in outcomes(control, {"one": one, "all": control.scope}).items()}

    before = digests(controlled(publication))
    assert before == digests(controlled(publication))
    found = [digests(controlled(publication, secret=str(number).encode())) for number in range(20)]
    assert any(item["one"] == before["one"] and item["all"] != before["all"] for item in found)
    assert any(item["one"] != before["one"] for item in found)


@pytest.mark.parametrize("table", TABLES)
def test_a_workbook_shows_changed_figures_and_says_so_on_every_sheet(
    publication: Path, tmp_path: Path, table: str
) -> None:
    from openpyxl import load_workbook

    made = controlled(publication, table)
    result = annex_of(publication, tmp_path, "twe-2024", "6", hidden=made.disclosed, policy=made.policy_lines)
    full = annex_of(publication, tmp_path / "full", "twe-2024", "6", edition="volledig", hidden=made.disclosed)
    of = FigureId("mart_transmissions", "measured", 2023, GEMEENTE, "11002")
    count = changes(made).value(Figure(10, of))
    key = Key("Transmissies", "gemeten trajecten", "11002", 2023)
    assert (of_package(result.package)[key], of_package(full.package)[key]) == (count, 10)
    book = load_workbook(result.path)
    for sheet in book:
        texts = [str(cell.value) for row in sheet.iter_rows(max_row=14, max_col=2) for cell in row if cell.value]
        says = any("celsleutels" in text and "hoogstens 2 meer of minder" in text for text in texts)
        assert says != (sheet.title in WITHOUT_FIGURES), sheet.title
        every = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
        noted = any("in de grafiek zijn licht gewijzigd, met hoogstens 2" in text for text in every)
        assert noted or not sheet._charts, sheet.title
    assert '"disclosure": {\n  "method": "cell_key"' in (result.package / "datapackage.json").read_text()
    assert '"disclosure"' not in (full.package / "datapackage.json").read_text()


def test_an_annex_with_changed_figures_reads_well(publication: Path, tmp_path: Path, golden) -> None:
    made = controlled(publication)
    result = annex_of(
        publication,
        tmp_path,
        "twe-2024",
        "3",
        hidden=made.disclosed,
        policy=made.policy_lines,
        audit=made.audit_lines,
    )
    golden("twe-2024_bijlage_3_celsleutels", as_text(result, "twe-2024"))


def test_the_rows_of_a_mart_do_not_tell_what_was_not_zero(publication: Path, tmp_path: Path) -> None:
    """A combination that is shown as 0 everywhere has no row, as one that does not occur."""
    for number in range(12):
        made = controlled(publication, secret=str(number).encode())
        result = annex_of(publication, tmp_path / str(number), "twe-2024", "4", hidden=made.disclosed)
        rows = cells(result.path, "Gegevens")
        assert all(row["Aantal trajecten"] for row in rows)
        known = {(row["Eindjaar"], row["NIS-code"]) for row in rows}
        if (2022, "73109") not in known:
            return
    pytest.fail("the one of Voeren was never shown as 0")


def test_the_answer_and_the_figure_book_show_the_same_and_say_so(publication: Path, tmp_path: Path) -> None:
    made = controlled(publication)
    every = made.disclosed
    answer = build_answer(publication, QUESTIONS["twe-2024"], every, years=YEARS)
    text = "\n".join(getattr(block, "text", "") for _, block in answer.blocks)
    assert "celsleutels" in text
    plain = build_answer(publication, QUESTIONS["twe-2024"], years=YEARS)
    assert "celsleutels" not in "\n".join(getattr(block, "text", "") for _, block in plain.blocks)
    assert [figure.text for figure in answer.figures] != [figure.text for figure in plain.figures]
    for figure in answer.figures:
        if figure.rule == "som" and figure.lookups[0].measure == "trajectories":
            assert figure.value == changes(made).value(Figure(1, figure.lookups[0].identity))
    questions = [QUESTIONS["twe-2024"].model_copy(update={"annexes": QUESTIONS["twe-2024"].annexes[5:6]})]
    page = write_figure_book(publication, tmp_path / "book.html", _tolerant(made), questions=questions)
    assert "celsleutels" in page.read_text(encoding="utf-8").partition("<nav")[0]


def _tolerant(control: Control) -> Changes:
    """The figure book shows other years than the control of these tests has."""

    class Tolerant(type(control.disclosed)):  # type: ignore[misc]
        def value(self, figure: Figure) -> object:
            try:
                return super().value(figure)
            except (ControlError, PolicyError):
                return 0

    made = Tolerant.__new__(Tolerant)
    made.__dict__ = changes(control).__dict__
    return made


def test_write_annex_takes_what_hides_and_what_changes(publication: Path, tmp_path: Path) -> None:
    asked = QUESTIONS["twe-2024"]
    hidden = write_annex(publication, asked, asked.annex("6"), tmp_path, YEARS, hidden=lambda figure: True)
    assert set(hidden.totals[2022].values()) == {"[c]"}
    changed = write_annex(
        publication, asked, asked.annex("6"), tmp_path, YEARS, hidden=controlled(publication).disclosed
    )
    assert "[c]" not in changed.totals[2022].values()
