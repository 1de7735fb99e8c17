"""The row rules: what one row of a delivery breaks.

A comparison between columns looks only at columns whose own value parses; a column is filled when text was given.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .calendar import completed_months, last_day, shift, ymd
from .geography import Geography
from .persons import SIGNS, by_form, client_key, holds_one, is_implausible, text_key
from .sources import WITHDRAWN, Column, Source
from .values import in_range, parse


@dataclass
class Checked:
    """One row after its rules: values by column (parsed ones only), whether withdrawn, rules broken."""

    values: dict[str, object] = field(default_factory=dict)
    withdrawn: bool = False
    rejects: set[str] = field(default_factory=set)
    warns: set[str] = field(default_factory=set)


def check(source: Source, texts: dict[str, str], delivered_on: date, geography: Geography, key: bytes) -> Checked:
    """Parse and check one row; `texts` has a trimmed text for every column of the contract and `verwijderd`."""
    row = Checked()
    if texts["verwijderd"]:
        try:
            row.withdrawn = bool(parse(WITHDRAWN, texts["verwijderd"], geography))
        except ValueError:
            row.rejects.add("invalid_verwijderd")
    for column in source.columns:
        if not row.withdrawn or column.name in source.key:
            check_column(column, texts[column.name], row, geography)
            keep_persons_out(column, row, delivered_on, key)
    if not row.withdrawn:
        row.rejects.update(broken_across(source.name, texts, row.values))
        row.warns.update(warnings(source.name, row.values, delivered_on, geography))
    return row


def check_column(column: Column, text: str, row: Checked, geography: Geography) -> None:
    if not text:
        if column.required:
            row.rejects.add(f"missing_{column.name}")
        return
    try:
        value = parse(column, text, geography)
    except ValueError:
        row.rejects.add(f"invalid_{column.name}")
        return
    row.values[column.name] = value
    if not in_range(column, value):
        row.rejects.add(f"invalid_{column.name}")


def keep_persons_out(column: Column, row: Checked, delivered_on: date, key: bytes) -> None:
    """Warn of an INSZ that nobody can have, and put a pseudonym where a person number is no value of its column."""
    value = row.values.get(column.name)
    if value is None:
        return
    if column.kind == "insz" and is_implausible(str(value), delivered_on):
        row.warns.add(f"implausible_{column.name}")
    if column.is_identification and (digits := by_form(str(value))):
        row.values[column.name] = client_key(digits, key)[:SIGNS]
        row.warns.add("person_number_as_key")
    elif column.is_identification and holds_one(str(value)):
        row.values[column.name] = text_key(str(value), key)


def broken_across(source: str, texts: dict[str, str], values: dict) -> Iterator[str]:
    """The reject rules that compare columns."""
    start, end = values.get("startdatum"), values.get("einddatum")
    if start and end and end < start:
        yield "end_before_start"
    if source == "trajecten":
        expected = values.get("vermoedelijke_einddatum")
        if start and expected and expected < start:
            yield "expected_end_before_start"
        if values.get("beeindiging") and not texts["einddatum"]:
            yield "ending_without_end_date"
        if end and not texts["beeindiging"]:
            yield "end_date_without_ending"
    if source == "insz_wijzigingen" and values.get("oude_insz") and values["oude_insz"] == values.get("nieuwe_insz"):
        yield "same_number"
    if source == "loontoelagen":
        kind, amount = values.get("soort"), values.get("bedrag")
        month, paid = values.get("prestatiemaand"), values.get("betaaldatum")
        if kind == "BETALING" and amount is not None and amount <= Decimal(0):
            yield "amount_not_positive"
        if kind == "CORRECTIE" and amount is not None and amount == Decimal(0):
            yield "amount_zero"
        if month and paid and paid < month:
            yield "paid_before_performance"
        if month and paid and ymd(paid) > shift(ymd(last_day(month)), 120):
            yield "correction_after_10_years"


def warnings(source: str, values: dict, delivered_on: date, geography: Geography) -> Iterator[str]:
    """The warn rules of the door; they count only when the row is loaded."""
    if source != "trajecten":
        return
    start, end = values.get("startdatum"), values.get("einddatum")
    expected, code = values.get("vermoedelijke_einddatum"), values.get("ocmw_nis")
    if start and start > delivered_on:
        yield "starts_after_delivery"
    if start and code and not geography.valid_on(code, start):
        yield "nis_not_valid_on_date"
    if start and expected and start <= expected and completed_months(start, expected) > 24:
        yield "expected_over_24_months"
    if start and end and start <= end and completed_months(start, end) > 24:
        yield "over_24_months"
