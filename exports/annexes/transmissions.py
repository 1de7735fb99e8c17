"""Annex 6: trajectories with a transmission to VDAB's Controledienst within 12 months after the end."""

from exports.annexes.checks import MEASURED_HAD_ENDED, Link
from exports.annexes.model import AnnexKind, ChartPlan, Field, Mart, Measure, Note, Unavailable, Wide
from exports.annexes.rules import Cell, Percentage
from exports.xlsx.document import Format

TRANSMISSIONS = AnnexKind(
    key="6",
    name="Transmissies binnen 12 maanden na het einde van het traject",
    year_header="Meetjaar",
    unit="aantal gemeten TWE-OCMW-trajecten",
    marts=(
        Mart(
            "mart_transmissions",
            (
                Field("measured", "Gemeten trajecten", "aantal trajecten met een meetdatum in het jaar"),
                Field(
                    "with_transmission", "Met transmissie", "trajecten met minstens één transmissie in de 12 maanden"
                ),
            ),
        ),
    ),
    tables=(
        Wide(
            "Transmissies",
            "gemeten trajecten en trajecten met een transmissie",
            (
                Measure("gemeten trajecten", Cell("measured")),
                Measure("met transmissie", Cell("with_transmission")),
                Measure(
                    "aandeel met transmissie (%)",
                    Percentage("with_transmission", "measured"),
                    Format.ONE_DECIMAL,
                    absent="[z]",
                ),
            ),
        ),
    ),
    totals="by_year",
    charts=(
        ChartPlan(
            "Gemeten trajecten en trajecten met een transmissie, Vlaanderen",
            "clustered",
            "aantal trajecten",
            "Transmissies",
            measures=("gemeten trajecten", "met transmissie"),
        ),
    ),
    city_charts=(
        ChartPlan(
            "Aandeel met transmissie per centrumstad",
            "bars",
            "aandeel (%)",
            "Transmissies",
            measures=("aandeel met transmissie (%)",),
            series="years",
        ),
    ),
    sources=("trajecten", "transmissies"),
    notes=(
        Note(
            "Geteld worden trajecten, niet transmissies: een traject met twee transmissies telt één keer.",
            ("met transmissie",),
        ),
        Note("De periode loopt van de dag na het einde van het traject tot en met de meetdatum."),
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
            "De Controledienst van VDAB beslist daarover binnen het federale sanctiekader; die beslissing wordt niet "
            "aan het datawarehouse geleverd.",
        ),
    ),
)
