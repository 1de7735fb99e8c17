"""Annex 4: trajectories that ended, executed or early, by duration class."""

from exports.annexes.checks import Link
from exports.annexes.model import AnnexKind, Categories, ChartPlan, Field, Mart, Measure, Note, Unavailable, Wide
from exports.annexes.rules import PrefixSum

ENDED = AnnexKind(
    key="4",
    name="Beëindigde trajecten naar duur",
    year_header="Eindjaar",
    unit="aantal beëindigde TWE-OCMW-trajecten",
    marts=(
        Mart(
            "mart_ended_duration",
            (
                Field("ending", "Beëindiging (code)", "uitgevoerd of vroegtijdig beëindigd", label_set="ending"),
                Field("duration_class", "Duurklasse (code)", "duur in volledige maanden", label_set="duration"),
                Field("trajectories", "Aantal trajecten", "aantal beëindigde TWE-OCMW-trajecten"),
            ),
            keys=("ending", "duration_class"),
            category=lambda row: f"{row['ending']}/{row['duration_class']}",
        ),
    ),
    tables=(
        Wide(
            "Beëindigd",
            "uitgevoerd en vroegtijdig beëindigd, naar duur",
            (
                Categories("duration", "executed/", "uitgevoerd, ", unknown="if_present"),
                Measure("uitgevoerd, totaal", PrefixSum("executed/")),
                Categories("duration", "early/", "vroegtijdig, ", unknown="if_present"),
                Measure("vroegtijdig, totaal", PrefixSum("early/")),
                Measure("totaal beëindigd", PrefixSum("")),
            ),
        ),
    ),
    totals="by_measure",
    charts=(
        ChartPlan(
            "Beëindigde trajecten in Vlaanderen",
            "stacked",
            "aantal trajecten",
            "Beëindigd",
            measures=("uitgevoerd, totaal", "vroegtijdig, totaal"),
        ),
    ),
    city_charts=(
        ChartPlan(
            "Uitgevoerde en vroegtijdig beëindigde trajecten per centrumstad",
            "percent_bars",
            "aandeel",
            "Beëindigd",
            measures=("uitgevoerd, totaal", "vroegtijdig, totaal"),
        ),
    ),
    sources=("trajecten",),
    notes=(
        Note("Een traject telt als beëindigd wanneer de einddatum ingevuld is en niet na de stand-datum valt."),
        Note(
            "Van een stopgezet traject is enkel bekend of het uitgevoerd dan wel vroegtijdig beëindigd is.",
            ("uitgevoerd, totaal", "vroegtijdig, totaal"),
        ),
    ),
    headline=("totaal beëindigd",),
    links=(
        Link(
            "beëindigde trajecten: bijlage naar duur = bijlage over begeleiding na artikel 60 §7",
            PrefixSum(""),
            "mart_aftercare",
            "ended",
        ),
    ),
    definitions=(
        ("Eindjaar", "het jaar waarin de einddatum van het traject valt."),
        ("Uitgevoerd", "het traject is volgens de registratie volledig uitgevoerd."),
        ("Vroegtijdig", "het traject is volgens de registratie vóór de uitvoering ervan beëindigd."),
        ("Duur", "het aantal volledige maanden van de startdatum tot en met de einddatum."),
    ),
    unavailable=(
        Unavailable(
            "suspensions",
            "opgeschorte trajecten",
            "Een opschorting kan technisch niet geregistreerd worden; er bestaan dus geen gegevens over.",
        ),
    ),
)
