"""Annex 2: trajectories started, by profile of the client at the start."""

from exports.annexes.model import AnnexKind, ChartPlan, DateRole, Note, Unavailable
from exports.figures.plan import Categories, Field, Link, Mart, Measure, Wide
from exports.figures.rules import PrefixSum
from exports.statements.headlines import Count, Headlines, breakdown, clause, labels, sentence
from exports.statements.lookups import Block

_CHARACTERISTICS = (
    # characteristic, sheet and label, heading
    ("gender", "Geslacht", "naar geslacht"),
    ("age", "Leeftijd", "naar leeftijd (jaar)"),
    ("unemployment", "Werkloosheidsduur", "naar werkloosheidsduur (maanden)"),
    ("schooling", "Scholing", "naar scholingsniveau (al dan niet kortgeschoold)"),
    ("migration_background", "Migratieachtergrond", "naar migratieachtergrond"),
)

_PROFILES = Count("mart_started_profile", "trajectories", {"characteristic": "gender"}, "gender/*")
_FIELDS = (
    Field("characteristic", "Kenmerk (code)", "het kenmerk van de cliënt", label_set="characteristic"),
    Field("category", "Categorie (code)", "de categorie binnen het kenmerk", label_set="{characteristic}"),
    Field("trajectories", "Aantal trajecten", "aantal opgestarte TWE-OCMW-trajecten"),
)


def _statement(head: Headlines) -> list[Block]:
    year = head.year or 0
    blocks = sentence(
        clause("Van de ", head.count(_PROFILES, year), f" in {year} in Vlaanderen opgestarte trajecten"),
        (*head.compared(_PROFILES), " was het profiel van de cliënt bij de start:"),
    )
    shares: list[tuple[str, list[tuple[str, Count]]]] = []
    for code, title in labels(head.publication, "characteristic"):
        counts = [(label, _count(code, category)) for category, label in labels(head.publication, code)]
        blocks += breakdown(head, title, counts, _PROFILES, earlier=False)
        shares.append((title, [(label, count) for label, count in counts if head.occurs(count)]))
    return [*blocks, *head.shares_table("Aandeel in de opgestarte trajecten van Vlaanderen, in %", shares, _PROFILES)]


def _count(characteristic: str, category: str) -> Count:
    cell = {"characteristic": characteristic, "category": category}
    return Count(_PROFILES.mart, "trajectories", cell, f"{characteristic}/{category}")


PROFILE = AnnexKind(
    key="2",
    name="Profiel van de cliënten bij de start",
    year_header="Startjaar",
    unit="aantal opgestarte TWE-OCMW-trajecten",
    marts=(
        Mart(
            "mart_started_profile",
            _FIELDS,
            keys=("characteristic", "category"),
            category=lambda row: f"{row['characteristic']}/{row['category']}",
        ),
    ),
    tables=tuple(
        Wide(sheet, heading, (Categories(key, f"{key}/"), Measure("Totaal", PrefixSum(f"{key}/"))))
        for key, sheet, heading in _CHARACTERISTICS
    ),
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
            "Elk kenmerk telt dezelfde opgestarte trajecten: het totaal per gemeente en jaar is overal gelijk.",
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
            "Geregistreerd is enkel of de cliënt bij de start van het traject al dan niet kortgeschoold was.",
        ),
    ),
    equal=tuple((PrefixSum("gender/"), PrefixSum(f"{key}/")) for key, _, _ in _CHARACTERISTICS[1:]),
    overview=(
        "het aantal in {years} opgestarte TWE-OCMW-trajecten naar geslacht, leeftijd, werkloosheidsduur, "
        "scholingsniveau (al dan niet kortgeschoold) en migratieachtergrond"
    ),
    caveats=("Het profiel is de toestand bij de start van het traject.",),
    statement=_statement,
    date_role=DateRole.START,
    in_figure_book=True,
)
