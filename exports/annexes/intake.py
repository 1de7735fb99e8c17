"""Intake: screenings against the common criteria, and who was referred."""

from exports.annexes.model import AnnexKind, ChartPlan, DateRole, Note, Unavailable
from exports.figures.plan import Field, Mart, Measure, Wide
from exports.figures.rules import Cell
from exports.statements.headlines import Count, Headlines, clause, sentence, with_share
from exports.statements.lookups import Block

_BY_CRITERIA = ("toegeleid en voldoet", "toegeleid en voldoet niet")
_FIELDS = (
    Field("screened", "Screenings", "aantal screenings in het jaar"),
    Field("meeting_criteria", "Voldoet aan de criteria", "alle vier de criteria zijn ja"),
    Field("incomplete", "Onvolledig", "minstens één criterium is niet ingevuld"),
    Field("referred", "Toegeleid", "besluit: toegeleid naar een traject"),
    Field("referred_meeting", "Toegeleid en voldoet", "toegeleid, alle vier de criteria zijn ja"),
    Field(
        "referred_not_meeting",
        "Toegeleid en voldoet niet",
        "toegeleid zonder aan de vier criteria te voldoen (onvolledige inbegrepen)",
    ),
)
_MEASURES = (
    Measure("screenings", Cell("screened")),
    Measure("voldoet aan de criteria", Cell("meeting_criteria")),
    Measure("onvolledige screenings", Cell("incomplete")),
    Measure("toegeleid", Cell("referred")),
    Measure("toegeleid en voldoet", Cell("referred_meeting")),
    Measure("toegeleid en voldoet niet", Cell("referred_not_meeting")),
)


def _statement(head: Headlines) -> list[Block]:
    mart, year = "mart_intake", head.year or 0
    screened, meeting, referred = (Count(mart, name) for name in ("screened", "meeting_criteria", "referred"))
    return [
        *sentence(
            clause(f"In {year} werden in Vlaanderen ", head.count(screened, year), " screenings geregistreerd"),
            (*head.compared(screened), "."),
            clause(
                " Daarvan voldeden er ",
                *with_share(head, meeting, screened, year),
                " aan de vier criteria en waren er ",
                head.count(Count(mart, "incomplete"), year),
                " onvolledig; een onvolledige screening telt als niet voldoende.",
            ),
            clause(
                " Bij ",
                head.count(referred, year),
                " screenings besliste het OCMW tot toeleiding; ",
                head.count(Count(mart, "referred_meeting"), year),
                " daarvan voldeden aan de criteria en ",
                head.count(Count(mart, "referred_not_meeting"), year),
                " niet.",
            ),
        ),
        *head.count_table("Screenings", screened),
    ]


INTAKE = AnnexKind(
    key="intake",
    name="Toeleiding: screening op de gemeenschappelijke criteria",
    year_header="Jaar van screening",
    unit="aantal screenings",
    marts=(Mart("mart_intake", _FIELDS),),
    tables=(Wide("Toeleiding", "screenings en besluiten", _MEASURES),),
    charts=(
        ChartPlan(
            "Screenings en toeleidingen in Vlaanderen",
            "clustered",
            "aantal screenings",
            "Toeleiding",
            ("screenings", "voldoet aan de criteria", "toegeleid"),
        ),
        ChartPlan(
            "Screenings met toeleiding naar criteria, Vlaanderen",
            "stacked",
            "aantal screenings",
            "Toeleiding",
            _BY_CRITERIA,
        ),
    ),
    city_charts=(
        ChartPlan(
            "Screenings met toeleiding naar criteria per centrumstad",
            "percent_bars",
            "aandeel",
            "Toeleiding",
            _BY_CRITERIA,
        ),
    ),
    sources=("screenings",),
    notes=(
        Note("Geteld worden screenings: een cliënt die twee keer gescreend is, telt twee keer.", ("screenings",)),
        Note(
            "Een onvolledige screening voldoet niet aan de criteria, ook niet wanneer de ingevulde criteria ja zijn.",
            ("onvolledige screenings",),
        ),
        Note("De gemeente is die van het OCMW dat screende. Het OCMW beslist autonoom over de toeleiding."),
    ),
    headline=("screenings", "toegeleid"),
    definitions=(
        (
            "Criteria",
            "de vier meetbare instroomcriteria: nood aan werkervaring; generieke competenties te ontwikkelen; werk in "
            "het normaal economisch circuit haalbaar binnen 2 jaar; minstens halftijds inzetbaar.",
        ),
        ("Voldoet", "alle vier de criteria zijn met ja beantwoord."),
        ("Toegeleid", "het OCMW besloot de cliënt naar een TWE-traject toe te leiden."),
    ),
    unavailable=(
        Unavailable(
            "decider_profiles",
            "de profielen van wie over de toeleiding beslist",
            "Het personeelskader en het personeelsbeleid zijn een autonome bevoegdheid van elk OCMW; er worden geen "
            "gegevens over geleverd.",
        ),
    ),
    overview="de screenings van {years} op de vier gemeenschappelijke instroomcriteria en de toeleidingen",
    caveats=("Geteld worden screenings: een cliënt die twee keer gescreend is, telt twee keer.",),
    statement=_statement,
    date_role=DateRole.SCREENING,
)
