"""Annex 6: trajectories with a transmission to VDAB's Controledienst within 12 months after the end."""

from exports.annexes.model import ONE_PERSON, AnnexKind, ChartPlan, DateRole, Note, Unavailable
from exports.figures.plan import MEASURED_HAD_ENDED, Field, Link, Mart, Measure, Wide
from exports.figures.rules import Cell, Percentage
from exports.statements.headlines import Count, Headlines, clause, sentence, with_share
from exports.statements.lookups import Block, QuotedFigure
from exports.xlsx.document import Format

_MEASURED = Count("mart_transmissions", "measured")
_TRANSMITTED = Count("mart_transmissions", "with_transmission")
SANCTIONS = "https://www.vdab.be/rechtenenplichten/sanctie"
_SHARE = "aandeel met transmissie (%)"
_FIELDS = (
    Field("measured", "Gemeten trajecten", "aantal trajecten met een meetdatum in het jaar"),
    Field("with_transmission", "Met transmissie", "trajecten met minstens één transmissie in de 12 maanden"),
)
_MEASURES = (
    Measure("gemeten trajecten", Cell("measured")),
    Measure("met transmissie", Cell("with_transmission")),
    Measure(_SHARE, Percentage("with_transmission", "measured"), Format.ONE_DECIMAL, absent="[z]"),
)


def _statement(head: Headlines) -> list[Block]:
    year = head.year or 0
    before = head.share(_TRANSMITTED, _MEASURED, year - 1) if head.complete else ""
    return [
        *sentence(
            clause(
                "Van de ",
                head.count(_MEASURED, year),
                f" trajecten met een meetdatum in {year} was er bij ",
                *with_share(head, _TRANSMITTED, _MEASURED, year),
                " een transmissie",
            ),
            clause("; een jaar eerder was dat ", before) if isinstance(before, QuotedFigure) else (),
            (".",),
        ),
        *head.count_table("Trajecten met een transmissie", _TRANSMITTED),
    ]


TRANSMISSIONS = AnnexKind(
    key="6",
    name="Transmissies binnen 12 maanden na het einde van het traject",
    year_header="Meetjaar",
    unit="aantal gemeten TWE-OCMW-trajecten",
    marts=(Mart("mart_transmissions", _FIELDS),),
    tables=(Wide("Transmissies", "gemeten trajecten en trajecten met een transmissie", _MEASURES),),
    charts=(
        ChartPlan(
            "Gemeten trajecten en trajecten met een transmissie, Vlaanderen",
            "clustered",
            "aantal trajecten",
            "Transmissies",
            ("gemeten trajecten", "met transmissie"),
        ),
    ),
    city_charts=(
        ChartPlan(
            "Aandeel met transmissie per centrumstad", "bars", "aandeel (%)", "Transmissies", (_SHARE,), series="years"
        ),
    ),
    sources=("trajecten", "transmissies", "insz_wijzigingen"),
    notes=(
        Note(
            "Geteld worden trajecten, niet transmissies: een traject met twee transmissies telt één keer.",
            ("met transmissie",),
        ),
        Note("De periode loopt van de dag na het einde van het traject tot en met de meetdatum."),
        ONE_PERSON,
    ),
    headline=("gemeten trajecten", "met transmissie"),
    links=(
        Link(
            "gemeten trajecten: bijlage over transmissies = bijlage over uitstroom",
            Cell("measured"),
            "mart_outflow",
            category="position/*",
        ),
        MEASURED_HAD_ENDED,
    ),
    definitions=(
        ("Transmissie", "de overdracht van een dossier aan de Controledienst van VDAB."),
        ("Meetdatum", "de einddatum van het traject + 12 maanden; enkel meetdata tot en met de stand-datum tellen."),
        ("Meetjaar", "het jaar waarin de meetdatum valt; het traject eindigde dus 12 maanden eerder."),
        ("Aandeel", "trajecten met een transmissie gedeeld door gemeten trajecten, in %."),
    ),
    unavailable=(
        Unavailable(
            "transmission_follow_up",
            "het gevolg dat aan een transmissie gegeven werd",
            "De Controledienst van VDAB beslist daarover; die beslissing is niet bekend in de gegevens over TWE.",
        ),
    ),
    overview=(
        "het aantal TWE-OCMW-trajecten met een transmissie in de loop van 12 maanden na het einde van het traject, "
        "voor trajecten met een meetdatum in {years}"
    ),
    caveats=(
        "Het gaat om trajecten die telkens 12 maanden vóór de meetdatum beëindigd werden; een traject met meer dan één "
        "transmissie telt één keer.",
        "De Controledienst van VDAB beslist welk gevolg aan een transmissie gegeven wordt, rekening houdend met alle "
        f"elementen en met het federaal bepaalde sanctiekader, zie ook {SANCTIONS}.",
    ),
    statement=_statement,
    date_role=DateRole.MEASURED,
    changes_with_time=True,
)
