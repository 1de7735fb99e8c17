"""The template follows from the contract: columns, messages, lists, and a formula or a sentence for every rule."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from expectations import contract
from expectations.model import NOTES, Column, Rule, SourceContract
from exports import template
from exports.template import book, expressions, rules
from exports.xlsx.workbook import write
from orchestration.ingest import parsing

# What Excel and LibreOffice both have, under these names in a file; none is volatile.
FUNCTIONS = """
    ABS AND CLEAN DATE DATEVALUE DAY EDATE EOMONTH EXACT FIND IF IFERROR INT ISERROR ISNUMBER LEFT LEN MID MOD NA NOT OR
    REPT RIGHT ROUND SUBSTITUTE SUMPRODUCT TEXT TRIM UPPER
"""
MOST = 8_192
"""Characters of a formula, in Excel."""
DAY = dt.date(2024, 1, 31)


@pytest.mark.parametrize("name", contract.sources())
def test_a_template_is_an_empty_delivery(name: str, tmp_path: Path) -> None:
    source = contract.load(name)
    path = write(template.blank(source, DAY), tmp_path / "x.xlsx")
    sheet, guide, lists = load_workbook(path).worksheets
    assert (sheet.title, guide.title, lists.sheet_state) == (name, "Uitleg", "hidden")
    assert [[cell.value for cell in row] for row in sheet.rows] == [[c.name for c in source.columns]]
    assert any("vanaf rij 2. Laat de kolomnamen in rij 1 staan" in (cell.value or "") for (cell,) in guide.rows)
    assert sheet.freeze_panes == "A2"
    formats = {c.header: c.format.code for c in book._columns(source)}
    assert {c.name: formats[c.name] for c in source.columns if c.type in ("text", "insz", "nis", "code", "month")} == {
        c.name: "@" for c in source.columns if c.type in ("text", "insz", "nis", "code", "month")
    }
    assert all(formats[c.name] == "dd/mm/yyyy" for c in source.columns if c.type == "date")
    said = {str(v.sqref): v for v in sheet.data_validations.dataValidation}
    for index, column in enumerate(source.columns):
        letters = expressions.column_letters(index)
        validation = said[f"{letters}2:{letters}5001"]
        assert column.explanation and validation.prompt.startswith(column.explanation)
        assert len(validation.prompt) < 255, "it was cut"
        assert validation.errorStyle == "warning", "a paste must not be stopped"
        assert validation.type == ("list" if column.type in ("code", "yesno") else "custom")
    assert path.stat().st_size < 30_000
    assert write(template.blank(source, DAY), tmp_path / "y.xlsx").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", contract.sources())
def test_every_rule_has_a_formula_or_a_sentence(name: str) -> None:
    source = contract.load(name)
    document = template.blank(source, DAY)
    text = "\n".join(line.text for line in document.sheets[1].lines).split("niet nakijkt")[1]
    coloured = {formula for column in document.sheets[0].form.columns for formula in (*column.wrong, *column.doubtful)}
    for check in rules.checks(source):
        assert check.name in coloured or check.rule.meaning[1:] in text or check.rule.name == "malformed_row"
        assert not check.formula or check.columns, f"{check.rule.name} colours nothing"


@pytest.mark.parametrize("name", contract.sources())
def test_formulas_are_short_and_of_functions_that_both_programs_have(name: str) -> None:
    document = template.blank(contract.load(name), DAY)
    for named, formula in document.names.items():
        plain = re.sub(r'"[^"]*"', "", formula)
        assert set(re.findall(r"([A-Z][A-Z.]*)\(", plain)) <= set(FUNCTIONS.split()), named
        assert set(re.findall(r"twe_\w+", plain)) <= document.names.keys(), named
        assert len(formula) <= MOST


def test_yes_and_no_are_those_of_ingest() -> None:
    words = [[word.lower() for word in side] for side in (expressions.YES, expressions.NO)]
    assert [sorted(side) for side in words] == [sorted(parsing.YES), sorted(parsing.NO)]


def source_with(rule: Rule, **derived: str) -> SourceContract:
    columns = (
        Column("id", "text", required=True),
        Column("dag", "date"),
        Column("aantal", "integer"),
        Column("naam", "text"),
        Column("verwijderd", "yesno"),
    )
    return SourceContract("proef", "Proef", "", ("id",), columns, derived, (rule,), version="1")


def rule(expect: str, only_if: tuple[str, Any] | None = None, **kwargs: Any) -> Rule:
    return Rule("proef", "reject", f"expect_column_{expect}", kwargs, "live", only_if, "Er is iets.", "Doe iets.")


@pytest.mark.parametrize(
    ("made", "formula"),
    [
        (rule("values_to_be_between", column="aantal", max_value=9, strict_max=True), "twe_waarde_aantal>=9"),
        (rule("values_to_be_between", column="dag", min_value=DAY), "twe_waarde_dag<DATE(2024,1,31)"),
        (rule("values_to_be_in_set", column="naam", value_set=["A"]), 'NOT(OR(EXACT(twe_waarde_naam,"A")))'),
        (rule("values_to_not_be_null", ("naam", "given"), column="dag__text"), 'twe_tekst_dag=""'),
        (rule("value_lengths_to_be_between", column="naam__text", max_value=5), "LEN(twe_tekst_naam)>5"),
        (rule("values_to_be_between", column="later", max_value=3), "EDATE(twe_waarde_dag,4)<=twe_waarde_dag+1"),
        (rule("pair_values_a_to_be_greater_than_b", column_A="term", column_B="dag"), "EOMONTH(twe_waarde_dag,0),-2)"),
        (rule("pair_values_a_to_be_greater_than_b", column_A="naam", column_B="dag"), ""),
        (rule("values_to_match_regex", column="naam", regex="a+"), ""),
        (rule("values_to_be_between", column="vreemd", max_value=3), ""),
        (rule("values_to_not_be_null", ("vreemd", "given"), column="dag"), ""),
        (rule("values_to_be_between", column="_delivered_on", max_value=DAY), ""),
    ],
)
def test_a_rule_of_tomorrow_is_a_formula_or_is_said(made: Rule, formula: str) -> None:
    derived = {"later": "completed_months(dag, dag)", "vreemd": "aantal * 2"}
    source = source_with(made, **derived, term="cast(last_day(dag) - interval '2' month as date)")
    (check,) = rules.checks(source)
    assert bool(check.formula) == bool(formula) and formula in check.formula
    guide = template.blank(source, DAY).sheets[1].lines
    assert any("Pas als u levert: er is iets." in line.text for line in guide) == (not formula)


@pytest.mark.parametrize(
    ("source", "name", "columns"),
    [
        ("trajecten", "end_before_start", {"startdatum", "einddatum"}),
        ("trajecten", "over_24_months", {"startdatum", "einddatum"}),
        ("trajecten", "ending_without_end_date", {"einddatum", "beeindiging"}),
        ("trajecten", "nis_not_valid_on_date", {"ocmw_nis", "startdatum"}),
        ("trajecten", "invalid_klant_id", {"klant_id"}),
        ("loontoelagen", "amount_zero", {"bedrag", "soort"}),
        ("loontoelagen", "correction_after_10_years", {"prestatiemaand", "betaaldatum"}),
        ("leefloners", "conflicting_key", {"nis_code", "maand"}),
        ("loontoelagen", "person_number_as_key", {"betaling_id", "traject_id"}),
        ("trajecten", "malformed_row", set()),
        ("trajecten", "een_regel_van_vroeger", set()),
    ],
)
def test_a_rule_is_about_the_columns_that_it_names(source: str, name: str, columns: set[str]) -> None:
    assert template.concerned(contract.load(source), name) == columns


@pytest.mark.parametrize(
    ("kind", "text", "cell"),
    [
        ("date", "2023-02-01", dt.date(2023, 2, 1)),
        ("date", "1/02/2023", dt.date(2023, 2, 1)),
        ("date", "31/02/2023", "31/02/2023"),
        ("date", "1850-01-01", "1850-01-01"),
        ("integer", "007", 7),
        ("integer", "12,5", "12,5"),
        ("amount", "812,40", Decimal("812.40")),
        ("amount", "1.234,56", "1.234,56"),
        ("text", "007", "007"),
        ("nis", "11001", "11001"),
        ("date", "", None),
    ],
)
def test_what_was_delivered_is_typed_only_where_it_reads_the_same(kind: str, text: str, cell: object) -> None:
    assert book.typed(Column("x", kind), text) == cell


def test_rows_that_were_delivered_stand_in_the_template_with_their_reasons(tmp_path: Path) -> None:
    source = contract.load("klantprofielen")
    row = template.FilledRow(
        {"traject_id": "=T1", "leeftijd": "104"}, frozenset({"leeftijd"}), reasons=("Te oud.", "Nog iets."), row=7
    )
    malformed = replace(row, values={}, wrong=frozenset(), fields="=T1 | 104", row=8)
    cover = template.Cover("Proef", DAY, mark="VERTROUWELIJK")
    path = write(template.filled(source, [row, malformed], cover), tmp_path / "x.xlsx")
    sheet, other, *_ = load_workbook(path).worksheets
    header, values = sheet.iter_rows(min_row=1, max_row=2)
    found = {name.value: cell for name, cell in zip(header, values, strict=True)}
    assert list(found)[-len(NOTES) :] == list(NOTES)
    assert found["traject_id"].quotePrefix and found["traject_id"].data_type == "s"
    assert found["leeftijd"].value == 104 and found["leeftijd"].fill.fgColor.rgb == "00FFF9C4"
    assert found["reden"].value == "Te oud.\nNog iets." and found["rij"].value == 7
    assert sheet.oddHeader.right.text == "VERTROUWELIJK" == sheet.firstHeader.right.text
    assert other.title == "Misvormde rijen" and other["A4"].value.startswith("velden") and other["E5"].value == 8
