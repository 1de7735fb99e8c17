"""Annex 5: where clients stand 12 months after the end, and the competence strengthening in those months."""

from exports.annexes.checks import MEASURED_HAD_ENDED, Link
from exports.annexes.model import AnnexKind, Categories, ChartPlan, Field, Mart, Measure, Note, Wide
from exports.annexes.rules import Cell, PrefixSum

_COMPETENCE = (
    "competentie: opleiding",
    "competentie: werkplekleren",
    "competentie: opleiding of werkplekleren",
)

OUTFLOW = AnnexKind(
    key="5",
    name="Uitstroom 12 maanden na het einde van het traject",
    year_header="Meetjaar",
    unit="aantal gemeten TWE-OCMW-trajecten",
    marts=(
        Mart(
            "mart_outflow",
            (
                Field("position", "Positie (code)", "arbeidsmarktpositie op de meetdatum", label_set="position"),
                Field("trajectories", "Aantal trajecten", "aantal gemeten trajecten met die positie"),
            ),
            keys=("position",),
            category=lambda row: f"position/{row['position']}",
        ),
        Mart(
            "mart_competence",
            (
                Field("measured", "Gemeten trajecten", "aantal trajecten met een meetdatum in het jaar"),
                Field("with_training", "Met opleiding", "trajecten met minstens één opleiding in de 12 maanden"),
                Field(
                    "with_workplace_learning",
                    "Met werkplekleren",
                    "trajecten met minstens één vorm van werkplekleren (WES, IBO, opleidingsstage)",
                ),
                Field("with_either", "Met opleiding of werkplekleren", "trajecten met minstens één van beide"),
            ),
            sheet="Gegevens competentie",
        ),
    ),
    tables=(
        Wide(
            "Uitstroom",
            "positie op de meetdatum, en competentieversterking in de 12 maanden ervoor",
            (
                Categories("position", "position/"),
                Measure("totaal gemeten", PrefixSum("position/")),
                Measure("competentie: opleiding", Cell("with_training")),
                Measure("competentie: werkplekleren", Cell("with_workplace_learning")),
                Measure("competentie: opleiding of werkplekleren", Cell("with_either")),
            ),
        ),
    ),
    totals="by_measure",
    charts=(
        ChartPlan(
            "Positie 12 maanden na het einde, Vlaanderen",
            "bars",
            "aantal trajecten",
            "Uitstroom",
            without=("totaal gemeten", *_COMPETENCE),
            series="years",
        ),
    ),
    city_charts=(
        ChartPlan(
            "Positie 12 maanden na het einde per centrumstad",
            "percent_bars",
            "aandeel",
            "Uitstroom",
            without=("totaal gemeten", *_COMPETENCE),
        ),
    ),
    sources=("trajecten", "arbeidsmarktposities", "begeleidingsacties"),
    notes=(
        Note(
            "De cijfers zijn een meting op één dag: exact 12 maanden na het einde van het traject. Een traject met "
            "meetjaar 2020 is dus in 2019 geëindigd.",
        ),
        Note(
            "Hoort op de meetdatum meer dan één positie bij een cliënt, dan telt de eerste in de volgorde van de "
            "kolommen. Zonder gekende positie telt het traject als onbekend.",
            ("Onbekend",),
        ),
        Note(
            "Competentieversterking overlapt met de posities en mag er niet bij opgeteld worden. Wie zowel een "
            "opleiding als werkplekleren volgde, telt in beide kolommen, en één keer in 'opleiding of werkplekleren'.",
            _COMPETENCE,
        ),
    ),
    headline=("totaal gemeten",),
    links=(
        Link(
            "gemeten trajecten: bijlage over uitstroom = bijlage over transmissies",
            Cell("measured"),
            "mart_transmissions",
            "measured",
        ),
        MEASURED_HAD_ENDED,
    ),
    definitions=(
        ("Meetdatum", "de einddatum van het traject + 12 maanden; enkel meetdata tot en met de stand-datum tellen."),
        ("Meetjaar", "het jaar waarin de meetdatum valt."),
        (
            "NEC",
            "normaal economisch circuit. Werk in het NEC in een sociale-economiebedrijf is een positie apart en telt "
            "hier niet mee.",
        ),
        ("SEC", "sociaal economisch circuit."),
        (
            "Competentieversterking",
            "minstens één opleiding of één vorm van werkplekleren (WES, IBO, opleidingsstage) van de cliënt die "
            "overlapt met de periode van de dag na het einde van het traject tot en met de meetdatum.",
        ),
    ),
    equal=((PrefixSum("position/"), Cell("measured")),),
)
