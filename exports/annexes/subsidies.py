"""Annex 3: wage subsidies paid, by year of performance (default) or of payment."""

from exports.annexes.model import AnnexKind, ChartPlan, CorrectionPeriod, DateRole, Note, Unavailable
from exports.figures.plan import Field, Mart, Measure, Wide
from exports.figures.rules import Cell
from exports.statements import numbers
from exports.statements.headlines import Count, Headlines, clause, sentence
from exports.statements.lookups import Block, Piece, QuotedFigure
from exports.wording import ARTICLE_60
from exports.xlsx.document import Format

_SUBSIDIES = Count("mart_wage_subsidies", "subsidies")
_AMOUNT = Count("mart_wage_subsidies", "amount_eur")
_CORRECTION = Count("mart_wage_subsidies", "correction_eur")
_FIELDS = (
    Field(
        "basis",
        "Basis (code)",
        "welk jaar telt: dat van de prestatiemaand of dat van de betaaldatum",
        label_set="wage_subsidy_basis",
    ),
    Field(
        "subsidies",
        "Aantal loontoelagen",
        "aantal combinaties van traject en prestatiemaand met een nettobedrag boven nul",
    ),
    Field(
        "amount_eur", "Bedrag (euro)", "nettosom van betalingen en correcties", Format.EURO, derived_from=("subsidies",)
    ),
    Field(
        "correction_eur",
        "Waarvan correcties (euro)",
        "som van de correcties in het bedrag",
        Format.EURO,
        derived_from=("subsidies",),
    ),
)
_MEASURES = (
    Measure("aantal loontoelagen", Cell("subsidies"), unit="trajectmaanden"),
    Measure("bedrag (euro)", Cell("amount_eur"), Format.EURO),
    Measure("waarvan correcties (euro)", Cell("correction_eur"), Format.EURO),
)


def _statement(head: Headlines) -> list[Block]:
    year = head.year or 0
    performed = head.options[_AMOUNT.mart]["basis"] == "performance"
    when = "Voor prestaties in" if performed else "In"
    of = "volgens prestatiejaar" if performed else "volgens betaaljaar"
    return [
        *sentence(
            clause(f"{when} {year} werden in Vlaanderen ", head.count(_SUBSIDIES, year), " loontoelagen uitbetaald"),
            head.compared(_SUBSIDIES),
            clause(", voor een bedrag van ", head.count(_AMOUNT, year, number_text=numbers.euro)),
            head.compared(_AMOUNT),
            clause(*_corrections(head, year)),
            (".",),
        ),
        *head.count_table(f"Uitbetaald bedrag {of}, afgerond op de euro", _AMOUNT, rank_name="het hoogste bedrag"),
        *head.count_table(f"Aantal loontoelagen {of}", _SUBSIDIES),
    ]


def _corrections(head: Headlines, year: int) -> tuple[Piece, ...]:
    """What of the amount were corrections. They mostly take away: a letter says so, and has no amount below nought."""
    taken = head.marts.figure(numbers.euro, "som, als aftrek", head.lookup(_CORRECTION, year))
    if isinstance(taken, QuotedFigure) and taken.value > 0:
        return ", na aftrek van ", taken, " aan correcties"
    return ", waarvan ", head.count(_CORRECTION, year, number_text=numbers.euro), " aan correcties"


SUBSIDIES = AnnexKind(
    key="3",
    name="Uitbetaalde loontoelagen",
    year_header="Jaar",
    unit="aantal loontoelagen (trajectmaanden) en bedragen in euro",
    marts=(Mart("mart_wage_subsidies", _FIELDS, keys=("basis",), options={"basis": ("performance", "payment")}),),
    tables=(Wide("Loontoelagen", "aantal en bedrag", _MEASURES),),
    charts=(
        ChartPlan(
            "Uitbetaalde loontoelagen in Vlaanderen, bedrag", "clustered", "euro", "Loontoelagen", ("bedrag (euro)",)
        ),
        ChartPlan(
            "Uitbetaalde loontoelagen in Vlaanderen, aantal",
            "clustered",
            "aantal loontoelagen",
            "Loontoelagen",
            ("aantal loontoelagen",),
        ),
    ),
    city_charts=(
        ChartPlan(
            "Uitbetaalde loontoelagen per centrumstad",
            "bars",
            "euro",
            "Loontoelagen",
            ("bedrag (euro)",),
            series="years",
        ),
    ),
    sources=("loontoelagen",),
    notes=(
        Note(
            "De bedragen kunnen nog wijzigen: een OCMW kan een prestatiemaand tot 10 jaar later corrigeren.",
            ("bedrag (euro)",),
        ),
        Note(
            "Een correctie kan negatief zijn; een jaar met vooral correcties kan een negatief bedrag hebben.",
            ("waarvan correcties (euro)",),
        ),
        Note(
            "Loontoelagen voor een traject waarvan het OCMW (nog) geen gegevens bezorgd heeft, tellen mee: het geld is "
            "uitbetaald."
        ),
        Note("De gemeente is die van het OCMW dat bij de betaling vermeld is."),
    ),
    headline=("aantal loontoelagen", "bedrag (euro)", "waarvan correcties (euro)"),
    correction_period=CorrectionPeriod(
        years=10,
        months=0,
        text="Een jaar is voorlopig tot 10 jaar na het einde ervan: zo lang kan een OCMW een prestatiemaand "
        "corrigeren.",
    ),
    correction_period_by_option={
        "payment": CorrectionPeriod(
            text="Een jaar is voorlopig tot en met eind februari van het volgende jaar: tot dan kunnen betalingen van "
            "het laatste kwartaal nog geleverd of verbeterd worden."
        )
    },
    breaks={
        2019: f"Trajecten van vóór 2017 behielden tot eind 2018 de vroegere regeling voor {ARTICLE_60}; vanaf 2019 "
        "gelden de regels van TWE voor iedereen."
    },
    definitions=(
        (
            "Jaar",
            "volgens de basis die boven de tabel staat: het jaar van de prestatiemaand (de maand waarvoor betaald "
            "wordt) of het jaar van de betaaldatum.",
        ),
        (
            "Aantal loontoelagen",
            "het aantal combinaties van traject en prestatiemaand waarvan het nettobedrag binnen het jaar groter is "
            "dan nul.",
        ),
        ("Bedrag", "de nettosom van betalingen en correcties, in euro."),
        ("Waarvan correcties", "het deel van dat bedrag dat uit correcties bestaat, in euro."),
    ),
    unavailable=(
        Unavailable(
            "requested_amounts",
            "de aangevraagde loontoelagen en bedragen",
            "Geregistreerd zijn enkel de uitbetaalde bedragen. De aanvragen zitten bij de POD Maatschappelijke "
            "Integratie, die het uniek loket is.",
        ),
    ),
    overview="de loontoelagen die voor prestaties in {years} uitbetaald zijn",
    overview_by_option={"payment": "de in {years} uitbetaalde loontoelagen"},
    title_by_option={"performance": "volgens prestatiemaand", "payment": "volgens betaaldatum"},
    caveats=(
        "Deze bedragen kunnen nog veranderen: een OCMW heeft tot 10 jaar na de prestatiemaand de tijd om correcties "
        "door te voeren.",
    ),
    statement=_statement,
    date_role=DateRole.PAYMENT,
    in_figure_book=True,
    paid_later=True,
)
