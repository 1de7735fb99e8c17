"""Annex 5: where clients stand 12 months after the end, and the competence strengthening in those months."""

from exports.annexes.model import ONE_PERSON, AnnexKind, ChartPlan, DateRole, Note
from exports.figures.plan import MEASURED_HAD_ENDED, Categories, Field, Link, Mart, Measure, Wide
from exports.figures.rules import Cell, PrefixSum
from exports.statements.headlines import Count, Headlines, breakdown, clause, labels, sentence, with_share
from exports.statements.lookups import Block

_COMPETENCE = ("competentie: opleiding", "competentie: werkplekleren", "competentie: opleiding of werkplekleren")
_BUT_POSITIONS = ("totaal gemeten", *_COMPETENCE)
_MEASURED = Count("mart_outflow", "trajectories", category="position/*")
_POSITION_FIELDS = (
    Field("position", "Positie (code)", "arbeidsmarktpositie op de meetdatum", label_set="position"),
    Field("trajectories", "Aantal trajecten", "aantal gemeten trajecten met die positie"),
)
_COMPETENCE_FIELDS = (
    Field("measured", "Gemeten trajecten", "aantal trajecten met een meetdatum in het jaar"),
    Field("with_training", "Met opleiding", "trajecten met minstens één opleiding in de 12 maanden"),
    Field(
        "with_workplace_learning",
        "Met werkplekleren",
        "trajecten met minstens één vorm van werkplekleren (WES, IBO, opleidingsstage)",
    ),
    Field("with_either", "Met opleiding of werkplekleren", "trajecten met minstens één van beide"),
)
_MEASURES = (
    Categories("position", "position/"),
    Measure("totaal gemeten", PrefixSum("position/")),
    Measure("competentie: opleiding", Cell("with_training")),
    Measure("competentie: werkplekleren", Cell("with_workplace_learning")),
    Measure("competentie: opleiding of werkplekleren", Cell("with_either")),
)


def _statement(head: Headlines) -> list[Block]:
    year = head.year or 0

    def position(code: str) -> Count:
        return Count("mart_outflow", "trajectories", {"position": code}, f"position/{code}")

    nec = position("nec")
    positions = [(label, position(code)) for code, label in labels(head.publication, "position")]
    learning = [
        ("opleiding", Count("mart_competence", "with_training")),
        ("werkplekleren", Count("mart_competence", "with_workplace_learning")),
        ("minstens een van beide", Count("mart_competence", "with_either")),
    ]
    return [
        *sentence(
            clause(f"In {year} bereikten in Vlaanderen ", head.count(_MEASURED, year), " trajecten hun meetdatum"),
            (*head.compared(_MEASURED), "."),
            clause(
                " Bij ", *with_share(head, nec, _MEASURED, year), " daarvan was de cliënt toen aan het werk in het NEC."
            ),
        ),
        *breakdown(head, "Positie op de meetdatum", positions, _MEASURED),
        *breakdown(head, "Competentieversterking in de 12 maanden ervoor", learning, _MEASURED),
        *head.count_table("Uitstroom naar het NEC", nec),
    ]


OUTFLOW = AnnexKind(
    key="5",
    name="Uitstroom 12 maanden na het einde van het traject",
    year_header="Meetjaar",
    unit="aantal gemeten TWE-OCMW-trajecten",
    marts=(
        Mart("mart_outflow", _POSITION_FIELDS, keys=("position",), category=lambda row: f"position/{row['position']}"),
        Mart("mart_competence", _COMPETENCE_FIELDS, sheet="Gegevens competentie"),
    ),
    tables=(
        Wide("Uitstroom", "positie op de meetdatum, en competentieversterking in de 12 maanden ervoor", _MEASURES),
    ),
    charts=(
        ChartPlan(
            "Positie 12 maanden na het einde, Vlaanderen",
            "bars",
            "aantal trajecten",
            "Uitstroom",
            without=_BUT_POSITIONS,
            series="years",
        ),
    ),
    city_charts=(
        ChartPlan(
            "Positie 12 maanden na het einde per centrumstad",
            "percent_bars",
            "aandeel",
            "Uitstroom",
            without=_BUT_POSITIONS,
        ),
    ),
    sources=("trajecten", "arbeidsmarktposities", "begeleidingsacties", "insz_wijzigingen"),
    notes=(
        Note(
            "De cijfers zijn een meting op één dag: exact 12 maanden na het einde van het traject. Een traject met "
            "meetjaar 2020 is dus in 2019 geëindigd."
        ),
        Note(
            "Hoort op de meetdatum meer dan één positie bij een cliënt, dan telt de eerste in de volgorde waarin de "
            "posities in de tabellen staan. Zonder gekende positie telt het traject als onbekend.",
            ("Onbekend",),
        ),
        Note(
            "Competentieversterking overlapt met de posities en mag er niet bij opgeteld worden. Wie zowel een "
            "opleiding als werkplekleren volgde, telt bij beide, en één keer in 'opleiding of werkplekleren'.",
            _COMPETENCE,
        ),
        ONE_PERSON,
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
    overview=(
        "de uitstroom naar werk in het NEC, het NEC in een sociale-economiebedrijf, het sociaal economisch circuit "
        "(SEC) en werk als zelfstandige, naast de uitstroom naar onder meer pensioen en ziekte en de deelname aan "
        "competentieversterking (opleiding of werkplekleren), voor trajecten met een meetdatum in {years}"
    ),
    caveats=(
        "Deze data zijn een meting op één dag, exact 12 maanden na het einde van een TWE-OCMW-traject: de bijlage "
        "bevat enkel trajecten met een meetdatum in die jaren, die dus telkens 12 maanden eerder beëindigd zijn.",
        "Competentieversterking overlapt met de posities en mag er niet bij opgeteld worden.",
    ),
    statement=_statement,
    date_role=DateRole.MEASURED,
    changes_with_time=True,
    in_figure_book=True,
)
