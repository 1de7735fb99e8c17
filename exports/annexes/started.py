"""Annex 1: trajectories started, by expected duration."""

from collections.abc import Mapping
from typing import Any

from exports.annexes.model import AnnexKind, ChartPlan, DateRole, Note
from exports.figures.plan import Field, Link, Mart, Measure, Wide
from exports.figures.rules import Cell, PrefixSum
from exports.statements.headlines import Count, Headlines, clause, sentence
from exports.statements.lookups import Block


def _months(row: Mapping[str, Any]) -> str:
    months = row["expected_months"]
    return "months/unknown" if months is None else f"months/{months}"


def _months_bin(category: str) -> str:
    months = category.removeprefix("months/")
    return "months/25+" if months != "unknown" and int(months) > 24 else category


_PLANNED = "De vermoedelijke duur is een planning bij de start van het traject, niet de werkelijke duur."
_STARTED = Count("mart_started_duration", "trajectories", category="months/*")
_FIELDS = (
    Field(
        "expected_months",
        "Vermoedelijke duur (maanden)",
        "volledige maanden van de startdatum tot en met de vermoedelijke einddatum; [x] = onbekend",
    ),
    Field("trajectories", "Aantal trajecten", "aantal opgestarte TWE-OCMW-trajecten"),
)
_MEASURES = (
    Measure("minder dan 1 maand", Cell("months/0")),
    Measure("1 maand", Cell("months/1")),
    *(Measure(f"{months} maanden", Cell(f"months/{months}")) for months in range(2, 25)),
    Measure("meer dan 24 maanden", Cell("months/25+")),
    Measure("onbekend", Cell("months/unknown")),
    Measure("totaal", PrefixSum("months/")),
)


def _statement(head: Headlines) -> list[Block]:
    year = head.year or 0
    unknown = Count(_STARTED.mart, _STARTED.measure, {"expected_months": None}, "months/unknown")
    return [
        *sentence(
            clause(f"In {year} werden in Vlaanderen ", head.count(_STARTED, year), " TWE-OCMW-trajecten opgestart"),
            (*head.compared(_STARTED), "."),
            clause(" Bij ", head.count(unknown, year), " daarvan is de vermoedelijke duur onbekend."),
        ),
        *head.count_table("Opgestarte trajecten", _STARTED),
    ]


STARTED = AnnexKind(
    key="1",
    name="Opgestarte trajecten naar vermoedelijke duur",
    year_header="Startjaar",
    unit="aantal opgestarte TWE-OCMW-trajecten",
    marts=(Mart("mart_started_duration", _FIELDS, keys=("expected_months",), category=_months, bins=_months_bin),),
    tables=(Wide("Opgestart", "naar vermoedelijke duur in maanden", _MEASURES),),
    charts=(
        ChartPlan(
            "Opgestarte trajecten in Vlaanderen naar vermoedelijke duur",
            "clustered",
            "aantal trajecten",
            "Opgestart",
            without=("totaal",),
            series="years",
        ),
        ChartPlan("Opgestarte trajecten in Vlaanderen", "clustered", "aantal trajecten", "Opgestart", ("totaal",)),
    ),
    city_charts=(
        ChartPlan(
            "Opgestarte trajecten per centrumstad", "bars", "aantal trajecten", "Opgestart", ("totaal",), series="years"
        ),
    ),
    sources=("trajecten",),
    notes=(
        Note(_PLANNED),
        Note(
            "Een traject dat voor meer dan 24 maanden gepland is, telt bij 'meer dan 24 maanden'.",
            ("meer dan 24 maanden",),
        ),
    ),
    headline=("totaal",),
    links=(
        Link(
            "opgestarte trajecten: bijlage naar vermoedelijke duur = bijlage naar profiel (geslacht)",
            PrefixSum("months/"),
            "mart_started_profile",
            where={"characteristic": "gender"},
            category="gender/*",
        ),
    ),
    definitions=(
        ("Startjaar", "het jaar waarin de startdatum van het traject valt."),
        (
            "Vermoedelijke duur",
            "het aantal volledige maanden van de startdatum tot en met de vermoedelijke einddatum. Van 1 januari tot "
            "en met 31 december is 12 maanden. Zonder vermoedelijke einddatum is de duur onbekend.",
        ),
    ),
    overview="het aantal in {years} opgestarte TWE-OCMW-trajecten met de vermoedelijke duur (in maanden)",
    caveats=(_PLANNED,),
    statement=_statement,
    date_role=DateRole.START,
)
