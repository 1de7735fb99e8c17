"""Annex 1 (trajectories started, by expected duration) and annex 2 (by profile of the client at the start)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exports.annexes.checks import Link
from exports.annexes.model import AnnexKind, Categories, ChartPlan, Field, Mart, Measure, Note, Unavailable, Wide
from exports.annexes.rules import Cell, PrefixSum

_TRAJECTORIES = Field("trajectories", "Aantal trajecten", "aantal opgestarte TWE-OCMW-trajecten")


def _months(row: Mapping[str, Any]) -> str:
    months = row["expected_months"]
    return "months/unknown" if months is None else f"months/{months}"


def _months_bin(category: str) -> str:
    months = category.removeprefix("months/")
    return "months/25+" if months != "unknown" and int(months) > 24 else category


STARTED = AnnexKind(
    key="1",
    name="Opgestarte trajecten naar vermoedelijke duur",
    year_header="Startjaar",
    unit="aantal opgestarte TWE-OCMW-trajecten",
    marts=(
        Mart(
            "mart_started_duration",
            (
                Field(
                    "expected_months",
                    "Vermoedelijke duur (maanden)",
                    "volledige maanden van de startdatum tot en met de vermoedelijke einddatum; [x] = onbekend",
                ),
                _TRAJECTORIES,
            ),
            keys=("expected_months",),
            category=_months,
            bins=_months_bin,
        ),
    ),
    tables=(
        Wide(
            "Opgestart",
            "naar vermoedelijke duur in maanden",
            (
                Measure("minder dan 1 maand", Cell("months/0")),
                Measure("1 maand", Cell("months/1")),
                *(Measure(f"{months} maanden", Cell(f"months/{months}")) for months in range(2, 25)),
                Measure("meer dan 24 maanden", Cell("months/25+")),
                Measure("onbekend", Cell("months/unknown")),
                Measure("totaal", PrefixSum("months/")),
            ),
        ),
    ),
    totals="by_measure",
    charts=(
        ChartPlan(
            "Opgestarte trajecten in Vlaanderen naar vermoedelijke duur",
            "clustered",
            "aantal trajecten",
            "Opgestart",
            without=("totaal",),
            series="years",
        ),
        ChartPlan(
            "Opgestarte trajecten in Vlaanderen",
            "clustered",
            "aantal trajecten",
            "Opgestart",
            measures=("totaal",),
        ),
    ),
    city_charts=(
        ChartPlan(
            "Opgestarte trajecten per centrumstad",
            "bars",
            "aantal trajecten",
            "Opgestart",
            measures=("totaal",),
            series="years",
        ),
    ),
    sources=("trajecten",),
    notes=(
        Note("De vermoedelijke duur is een planning bij de registratie van het traject, niet de werkelijke duur."),
        Note(
            "Een traject dat voor meer dan 24 maanden gepland is, staat in de kolom 'meer dan 24 maanden'.",
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
)

_CHARACTERISTICS = (
    # characteristic, sheet and label, heading
    ("gender", "Geslacht", "naar geslacht"),
    ("age", "Leeftijd", "naar leeftijd (jaar)"),
    ("unemployment", "Werkloosheidsduur", "naar werkloosheidsduur (maanden)"),
    ("schooling", "Scholing", "naar scholingsniveau (al dan niet kortgeschoold)"),
    ("migration_background", "Migratieachtergrond", "naar migratieachtergrond"),
)

PROFILE = AnnexKind(
    key="2",
    name="Profiel van de cliënten bij de start",
    year_header="Startjaar",
    unit="aantal opgestarte TWE-OCMW-trajecten",
    marts=(
        Mart(
            "mart_started_profile",
            (
                Field("characteristic", "Kenmerk (code)", "het kenmerk van de cliënt", label_set="characteristic"),
                Field("category", "Categorie (code)", "de categorie binnen het kenmerk", label_set="{characteristic}"),
                _TRAJECTORIES,
            ),
            keys=("characteristic", "category"),
            category=lambda row: f"{row['characteristic']}/{row['category']}",
        ),
    ),
    tables=tuple(
        Wide(sheet, heading, (Categories(key, f"{key}/"), Measure("Totaal", PrefixSum(f"{key}/"))))
        for key, sheet, heading in _CHARACTERISTICS
    ),
    totals="by_measure",
    charts=tuple(
        ChartPlan(f"{sheet} bij de start, Vlaanderen", "percent", "aandeel", sheet, without=("Totaal",))
        for _, sheet, _ in _CHARACTERISTICS
    ),
    city_charts=tuple(
        ChartPlan(f"{sheet} bij de start per centrumstad", "percent_bars", "aandeel", sheet, without=("Totaal",))
        for _, sheet, _ in _CHARACTERISTICS
    ),
    sources=("trajecten", "klantprofielen"),
    notes=(
        Note(
            "Elk kenmerk telt dezelfde opgestarte trajecten: het totaal per gemeente en jaar is op elk blad gelijk.",
            ("Totaal",),
        ),
        Note("Een ontbrekend kenmerk of een ontbrekend profiel telt als 'Onbekend'.", ("Onbekend",)),
    ),
    headline=("Totaal",),
    links=(
        Link(
            "opgestarte trajecten: bijlage naar profiel (geslacht) = bijlage naar vermoedelijke duur",
            PrefixSum("gender/"),
            "mart_started_duration",
            category="months/*",
        ),
    ),
    definitions=(
        ("Startjaar", "het jaar waarin de startdatum van het traject valt."),
        ("Profiel", "de toestand van de cliënt bij de start van het traject, niet vandaag."),
        ("Leeftijd", "leeftijd in jaren bij de start van het traject."),
        ("Werkloosheidsduur", "duur van de werkloosheid in maanden bij de start van het traject."),
        ("Kortgeschoold", "wat bij de start als kortgeschoold ja/nee geregistreerd is."),
        ("Migratieachtergrond", "wat bij de start als migratieachtergrond ja/nee geregistreerd is."),
    ),
    unavailable=(
        Unavailable(
            "diploma",
            "het diploma van de cliënt",
            "Het diploma bestaat niet in de bron. Geregistreerd is enkel of de cliënt bij de start al dan niet "
            "kortgeschoold was.",
        ),
    ),
    equal=tuple((PrefixSum("gender/"), PrefixSum(f"{key}/")) for key, _, _ in _CHARACTERISTICS[1:]),
)
