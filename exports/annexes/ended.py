"""Annex 4: trajectories that ended, executed or early, by duration class."""

from exports.annexes.model import AnnexKind, ChartPlan, DateRole, Note, Unavailable
from exports.figures.plan import Categories, Field, Link, Mart, Measure, Wide
from exports.figures.rules import PrefixSum
from exports.statements.headlines import Count, Headlines, breakdown, clause, labels, sentence, with_share
from exports.statements.lookups import Block
from exports.wording import ARTICLE_60

_ENDED = Count("mart_ended_duration", "trajectories", category="*")
_TOTALS = ("uitgevoerd, totaal", "vroegtijdig, totaal")
_PARTS = {
    "executed": "Uitgevoerd, in % van de uitgevoerde trajecten",
    "early": "Vroegtijdig beëindigd, in % van de vroegtijdig beëindigde trajecten",
}
_FIELDS = (
    Field("ending", "Beëindiging (code)", "uitgevoerd of vroegtijdig beëindigd", label_set="ending"),
    Field("duration_class", "Duurklasse (code)", "duur in volledige maanden", label_set="duration"),
    Field("trajectories", "Aantal trajecten", "aantal beëindigde TWE-OCMW-trajecten"),
)
_MEASURES = (
    Categories("duration", "executed/", "uitgevoerd, ", unknown="if_present"),
    Measure("uitgevoerd, totaal", PrefixSum("executed/")),
    Categories("duration", "early/", "vroegtijdig, ", unknown="if_present"),
    Measure("vroegtijdig, totaal", PrefixSum("early/")),
    Measure("totaal beëindigd", PrefixSum("")),
)


def _statement(head: Headlines) -> list[Block]:
    year = head.year or 0
    endings = [
        (code, Count(_ENDED.mart, "trajectories", {"ending": code}, f"{code}/*")) for code in ("executed", "early")
    ]
    named = {"executed": " uitgevoerd", "early": " vroegtijdig beëindigd"}
    clauses = [
        clause(glue, *with_share(head, count, _ENDED, year), named[code])
        for glue, (code, count) in zip((": ", " en "), endings, strict=True)
    ]
    blocks = sentence(
        clause(f"In {year} werden in Vlaanderen ", head.count(_ENDED, year), " trajecten beëindigd"),
        head.compared(_ENDED),
        *(clauses if all(clauses) else ()),
        (".",),
    )
    for code, of in endings:
        counts = [
            (label, Count(_ENDED.mart, "trajectories", {"ending": code, "duration_class": item}, f"{code}/{item}"))
            for item, label in labels(head.publication, "duration")
        ]
        blocks += breakdown(head, _PARTS[code], counts, of)
    return [*blocks, *head.count_table("Beëindigde trajecten", _ENDED)]


ENDED = AnnexKind(
    key="4",
    name="Beëindigde trajecten naar duur",
    year_header="Eindjaar",
    unit="aantal beëindigde TWE-OCMW-trajecten",
    marts=(
        Mart(
            "mart_ended_duration",
            _FIELDS,
            keys=("ending", "duration_class"),
            category=lambda row: f"{row['ending']}/{row['duration_class']}",
        ),
    ),
    tables=(Wide("Beëindigd", "uitgevoerd en vroegtijdig beëindigd, naar duur", _MEASURES),),
    charts=(ChartPlan("Beëindigde trajecten in Vlaanderen", "stacked", "aantal trajecten", "Beëindigd", _TOTALS),),
    city_charts=(
        ChartPlan(
            "Uitgevoerde en vroegtijdig beëindigde trajecten per centrumstad",
            "percent_bars",
            "aandeel",
            "Beëindigd",
            _TOTALS,
        ),
    ),
    sources=("trajecten",),
    notes=(
        Note("Een traject telt als beëindigd wanneer de einddatum ingevuld is en niet na de stand-datum valt."),
        Note("Van een stopgezet traject is enkel bekend of het uitgevoerd dan wel vroegtijdig beëindigd is.", _TOTALS),
    ),
    headline=("totaal beëindigd",),
    links=(
        Link(
            f"beëindigde trajecten: bijlage naar duur = bijlage over begeleiding na {ARTICLE_60}",
            PrefixSum(""),
            "mart_aftercare",
            "ended",
        ),
    ),
    definitions=(
        ("Eindjaar", "het jaar waarin de einddatum van het traject valt."),
        ("Uitgevoerd", "het traject is volgens de registratie volledig uitgevoerd."),
        ("Vroegtijdig", "het traject is volgens de registratie beëindigd voor het volledig uitgevoerd was."),
        ("Duur", "het aantal volledige maanden van de startdatum tot en met de einddatum."),
    ),
    unavailable=(
        Unavailable(
            "suspensions",
            "opgeschorte trajecten",
            "Een opschorting kan technisch niet geregistreerd worden.",
        ),
    ),
    overview="de in {years} uitgevoerde en vroegtijdig beëindigde TWE-OCMW-trajecten naargelang de duurtijd",
    caveats=("Van een stopgezet traject is enkel bekend of het uitgevoerd dan wel vroegtijdig beëindigd is.",),
    statement=_statement,
    date_role=DateRole.END,
    changes_with_time=True,
    in_figure_book=True,
)
