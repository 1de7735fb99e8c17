"""After-care: guidance between the end of the last art. 60 job and the end of the trajectory."""

from exports.annexes.model import ONE_PERSON, AnnexKind, ChartPlan, DateRole, Note
from exports.figures.plan import Field, Link, Mart, Measure, Wide
from exports.figures.rules import Cell
from exports.statements import numbers
from exports.statements.headlines import Count, Headlines, breakdown, clause, sentence
from exports.statements.lookups import Block, lookup
from exports.wording import ARTICLE_60
from exports.xlsx.document import NOT_APPLICABLE, Format

_FORMS = (
    ("with_wes", "werkervaringsstage (WES)"),
    ("with_ibo", "individuele beroepsopleiding (IBO)"),
    ("with_opleidingsstage", "opleidingsstage"),
    ("with_coaching", "coaching"),
)
_FORM_LABELS = tuple(f"met {label}" for _, label in _FORMS)
_IN_PERIOD = (
    f"Begeleiding in die periode, in % van de trajecten met een tewerkstelling {ARTICLE_60} (een traject kan meer dan "
    "één vorm hebben)"
)
_MONTHS = "nazorg (gemiddeld aantal maanden)"
_FIELDS = (
    Field("ended", "Beëindigde trajecten", "aantal trajecten met einddatum in het jaar"),
    Field("with_art60", "Met art. 60-job", "beëindigde trajecten met minstens één art. 60-job"),
    Field("timely_work", "Tijdig werk", "eerste art. 60-job binnen 2 maanden na de start van het traject"),
    Field(
        "aftercare_months",
        "Nazorg (gemiddeld aantal maanden)",
        "gemiddelde over de trajecten met een art. 60-job; [z] = geen zulke trajecten",
        Format.SIX_DECIMALS,
        missing=NOT_APPLICABLE,
        derived_from=("with_art60",),
    ),
    *(Field(key, f"Met {label} in de nazorg", "trajecten met die begeleiding") for key, label in _FORMS),
)
_MEASURES = (
    Measure("beëindigde trajecten", Cell("ended")),
    Measure("met art. 60-job", Cell("with_art60")),
    Measure("tijdig werk", Cell("timely_work")),
    Measure(_MONTHS, Cell("aftercare_months"), Format.ONE_DECIMAL, absent=NOT_APPLICABLE),
    *(Measure(f"met {label}", Cell(key)) for key, label in _FORMS),
)


def _statement(head: Headlines) -> list[Block]:
    mart, year = "mart_aftercare", head.year or 0
    ended, worked = Count(mart, "ended"), Count(mart, "with_art60")
    timely = Count(mart, "timely_work")
    months = lookup(mart, "aftercare_months", year, times="with_art60")
    average = head.marts.figure(numbers.mean, "gemiddelde", months, head.lookup(worked, year))
    return [
        *sentence(
            clause(
                "Van de ",
                head.count(ended, year),
                f" in {year} in Vlaanderen beëindigde trajecten hadden er ",
                head.count(worked, year),
                f" een tewerkstelling {ARTICLE_60}",
            ),
            (*head.compared(worked), "."),
            clause(
                " Bij ",
                head.count(timely, year),
                " trajecten startte die binnen 2 maanden, dat is ",
                head.share(timely, ended, year),
                " van alle beëindigde trajecten.",
            ),
            clause(
                " Na die tewerkstelling duurde de begeleiding gemiddeld nog ",
                average,
                " maanden; trajecten die er meteen mee eindigden, tellen daarin mee.",
            ),
        ),
        *breakdown(head, _IN_PERIOD, [(label, Count(mart, name)) for name, label in _FORMS], worked),
        *head.count_table(f"Beëindigde trajecten met een tewerkstelling {ARTICLE_60}", worked),
    ]


AFTERCARE = AnnexKind(
    key="aftercare",
    name=f"Begeleiding na de tewerkstelling {ARTICLE_60}",
    year_header="Eindjaar",
    unit="aantal beëindigde TWE-OCMW-trajecten; gemiddelde in maanden",
    marts=(Mart("mart_aftercare", _FIELDS),),
    tables=(Wide("Nazorg", "duur en vormen van begeleiding na de art. 60-job", _MEASURES),),
    totals_note=(
        "Aantallen voor Vlaanderen, de provincies en de arrondissementen zijn de som van hun gemeenten. Het "
        "gemiddelde aantal maanden is "
        "het gemiddelde van de gemeenten, gewogen met hun aantal trajecten met een art. 60-job: dat "
        "is het gemiddelde over alle trajecten waarop het slaat."
    ),
    charts=(
        ChartPlan(
            "Vormen van begeleiding na de art. 60-job, Vlaanderen",
            "clustered",
            "aantal trajecten",
            "Nazorg",
            _FORM_LABELS,
        ),
        ChartPlan(
            "Gemiddelde duur van de nazorg, Vlaanderen",
            "clustered",
            "maanden",
            "Nazorg",
            (_MONTHS,),
            number_format="0.0",
        ),
    ),
    city_charts=(
        ChartPlan(
            "Gemiddelde duur van de nazorg per centrumstad",
            "bars",
            "maanden",
            "Nazorg",
            (_MONTHS,),
            series="years",
            number_format="0.0",
        ),
    ),
    sources=("trajecten", "art60_tewerkstellingen", "begeleidingsacties", "insz_wijzigingen"),
    notes=(
        Note(
            "TWE kent geen aparte nazorg: het OCMW begeleidt de cliënt ten hoogste 24 maanden, ook na een kortere art. "
            "60-job. 'Nazorg' is hier de begeleiding tussen het einde van de laatste art. 60-job en het einde van het "
            "traject."
        ),
        Note(
            "Een traject kan meer dan één vorm van begeleiding hebben: die aantallen mogen niet opgeteld worden.",
            _FORM_LABELS,
        ),
        ONE_PERSON,
    ),
    headline=("beëindigde trajecten", "met art. 60-job", "tijdig werk"),
    links=(
        Link(
            f"beëindigde trajecten: bijlage over begeleiding na {ARTICLE_60} = bijlage naar duur",
            Cell("ended"),
            "mart_ended_duration",
            category="*",
        ),
    ),
    definitions=(
        ("Eindjaar", "het jaar waarin de einddatum van het traject valt."),
        (
            "Nazorg in maanden",
            "volledige maanden van de dag na het einde van de laatste art. 60-job tot en met het einde van het "
            "traject; 0 wanneer de job even lang of langer liep dan het traject.",
        ),
        ("Tijdig werk", "de eerste art. 60-job van het traject startte ten laatste 2 maanden na de start ervan."),
        (
            "Vormen van begeleiding",
            "de cliënt had die begeleiding op minstens één dag na het einde van de laatste art. 60-job en ten laatste "
            "op de einddatum van het traject.",
        ),
    ),
    weights={"aftercare_months": "with_art60"},
    overview=f"de begeleiding na de tewerkstelling {ARTICLE_60} in de in {{years}} beëindigde TWE-OCMW-trajecten",
    caveats=(
        "Binnen de TWE OCMW bestaat geen aparte nazorg: het OCMW begeleidt de cliënt gedurende maximaal 24 maanden, "
        f"ook wanneer de tewerkstelling {ARTICLE_60} korter is. Als nazorg telt hier de begeleiding tussen het einde "
        f"van de laatste tewerkstelling {ARTICLE_60} en het einde van het traject.",
    ),
    statement=_statement,
    date_role=DateRole.END,
    changes_with_time=True,
)
