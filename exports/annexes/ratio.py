"""The activation ratio: clients in a TWE against beneficiaries of a leefloon, per municipality and year."""

from collections.abc import Sequence
from functools import partial

from exports.annexes.model import ONE_PERSON, AnnexKind, ChartPlan, DateRole, Note, Ranking
from exports.annexes.started import STARTED
from exports.figures.identity import CENTRUMSTAD
from exports.figures.plan import FIRST_YEAR, Field, Mart, Measure, Wide
from exports.figures.rules import Cell, Percentage, YearOnYear
from exports.statements import numbers
from exports.statements.headlines import Count, Headlines, clause, sentence
from exports.statements.legends import ROUNDED, START_UP
from exports.statements.lookups import NOT_DELIVERED, UNDEFINED, Block, Piece, QuotedFigure, text
from exports.statements.ratio_split import explained_by
from exports.wording import ARTICLE_60, capital, listed
from exports.xlsx.document import NOT_APPLICABLE, NOT_AVAILABLE, Format

_RATIO = Percentage("clients_in_twe", "leefloners")
_BOTH = ("clients_in_twe", "leefloners")
_ROUNDED = "percentages en verschillen in de mart zijn niet afgerond; hier op 6 decimalen"
_CHANGES = ("wijziging ratio (%)", "wijziging ratio (procentpunt)")
_CLIENTS, _PEOPLE = "cliënten in TWE (gemiddeld aantal)", "leefloners (gemiddeld aantal)"
_OF_FLANDERS = "ratio van de gemeente min ratio van Vlaanderen; [z] = niet te berekenen"
_mean = partial(Field, format=Format.SIX_DECIMALS)
_derived = partial(_mean, missing=NOT_APPLICABLE, derived_from=_BOTH)
_change = partial(_derived, description="tegenover het vorige jaar; [z] = niet te berekenen", looks_back=True)
_relative = partial(
    _change,
    description=f"tegenover het vorige jaar; [z] = niet te berekenen, of tegenover het opstartjaar {FIRST_YEAR}",
    relative=True,
)
_count = partial(Measure, format=Format.TWO_DECIMALS, absent=NOT_AVAILABLE)
_percentage = partial(Measure, format=Format.ONE_DECIMAL, absent=NOT_AVAILABLE)
_FIELDS = (
    Field("basis", "Basis (code)", "jaargemiddelde of enkel januari", label_set="ratio_basis"),
    _mean(
        "clients_in_twe",
        "Cliënten in TWE (gemiddeld aantal)",
        "gemiddelde van het aantal cliënten in een traject op het einde van de maand",
    ),
    _mean("leefloners", "Leefloners (gemiddeld aantal)", "gemiddelde van het aantal leefloners over dezelfde maanden"),
    _mean(
        "equivalent_leefloners",
        "Equivalent leefloners (gemiddeld aantal)",
        "gemiddelde van het aantal personen met een equivalent leefloon; [x] = niet geleverd",
    ),
    _derived("ratio_pct", "Ratio (%)", f"cliënten / leefloners; {_ROUNDED}"),
    _relative("clients_change_pct", "Wijziging cliënten (%)", derived_from=("clients_in_twe",)),
    _relative("ratio_change_pct", "Wijziging ratio (%)"),
    _change("ratio_change_pp", "Wijziging ratio (procentpunt)"),
    _derived("difference_flanders_pp", "Verschil met Vlaanderen (procentpunt)", _OF_FLANDERS),
)
_MEASURES = (
    _count(_CLIENTS, Cell("clients_in_twe")),
    _count(_PEOPLE, Cell("leefloners")),
    _count("equivalent leefloners (gemiddeld aantal)", Cell("equivalent_leefloners"), undefined=NOT_AVAILABLE),
    _percentage("ratio (%)", Cell("ratio_pct"), flanders=_RATIO),
    _percentage("wijziging cliënten (%)", Cell("clients_change_pct"), flanders=YearOnYear(Cell("clients_in_twe"))),
    _percentage("wijziging ratio (%)", Cell("ratio_change_pct"), flanders=YearOnYear(_RATIO)),
    _percentage("wijziging ratio (procentpunt)", Cell("ratio_change_pp"), flanders=YearOnYear(_RATIO, relative=False)),
    _percentage("verschil met Vlaanderen (procentpunt)", Cell("difference_flanders_pp"), in_totals=False),
)


def _statement(head: Headlines) -> list[Block]:
    mart = "mart_activation_ratio"
    clients, people = (Count(mart, name, delivered=True) for name in ("clients_in_twe", "leefloners"))
    year = head.year or 0

    def value(of: int, place: str | None) -> Piece:
        if place:
            found = head.lookup(Count(mart, "ratio_pct"), of, place)
            return head.marts.figure(numbers.percent, "som", found, absent=None, undefined=NOT_DELIVERED)
        terms = (head.lookup(clients, of), head.lookup(people, of))
        return head.marts.figure(numbers.percent, "aandeel", *terms, absent=None, undefined=NOT_DELIVERED)

    def change(of: int, place: str | None) -> Piece | None:
        if not head.complete or of <= FIRST_YEAR:
            return None
        if place:
            found = head.lookup(Count(mart, "ratio_change_pp"), of, place)
            made = head.marts.figure(numbers.points, "som", found, absent=None)
        else:
            terms = [head.lookup(count, when) for when in (of, of - 1) for count in (clients, people)]
            made = head.marts.figure(numbers.points, "verschil in procentpunt", *terms, absent=None)
        return None if made == UNDEFINED else made

    moved = change(year, None)
    moves = {
        name: made for place, name in head.cities().items() if isinstance(made := change(year, place), QuotedFigure)
    }
    fallen = sorted(name for name, made in moves.items() if made.value < 0)
    why, by_city = explained_by(head, clients, people)
    return [
        *sentence(
            clause(
                f"In {year} telde Vlaanderen gemiddeld ",
                head.count(clients, year, number_text=numbers.persons),
                " cliënten in een TWE-traject tegenover ",
                head.count(people, year, number_text=numbers.persons),
                " leefloners: een ratio van ",
                value(year, None),
            ),
            (" (", moved, f" tegenover {year - 1})") if isinstance(moved, QuotedFigure) else (),
            (".",),
        ),
        *why,
        *([text(_fallen(fallen, year - 1))] if moves and CENTRUMSTAD in head.levels else []),
        *head.table("Ratio", value, change, people, "de meeste leefloners", rounded=True),
        *by_city,
        *head.count_table("Cliënten in een TWE-traject (gemiddelde)", clients, numbers.persons, rounded=True),
    ]


def _fallen(names: Sequence[str], before: int) -> str:
    """Which centre cities have a lower ratio than the year before, of those whose change may be shown."""
    if not names:
        return f"In geen enkele centrumstad waarvan het cijfer getoond mag worden, daalde de ratio tegenover {before}."
    which = "daalde de ratio in deze centrumstad" if len(names) == 1 else "daalde de ratio in deze centrumsteden"
    return f"Tegenover {before} {which}: {listed(names)}."


RATIO = AnnexKind(
    key="ratio",
    name="Activeringsratio: cliënten in TWE tegenover leefloners",
    year_header="Jaar",
    unit="gemiddeld aantal personen, % en procentpunt",
    marts=(Mart("mart_activation_ratio", _FIELDS, keys=("basis",), options={"basis": ("year_average", "january")}),),
    tables=(Wide("Ratio", "cliënten in TWE, leefloners, ratio en wijzigingen", _MEASURES),),
    totals_note=(
        "Aantallen voor Vlaanderen, de provincies en de arrondissementen zijn de som van hun gemeenten; ratio en "
        "wijzigingen zijn uit die sommen herberekend, niet uit gemiddelden van gemeentelijke ratio's. Een gemeente "
        "waarvan voor een jaar geen leefloners aangeleverd zijn, telt dat jaar niet mee; een wijziging vergelijkt dan "
        "niet precies dezelfde gemeenten."
    ),
    charts=(
        ChartPlan("Activeringsratio in Vlaanderen", "clustered", "ratio (%)", "Ratio", ("ratio (%)",)),
        ChartPlan(
            "Cliënten in TWE en leefloners in Vlaanderen",
            "clustered",
            "gemiddeld aantal personen",
            "Ratio",
            (_CLIENTS, _PEOPLE),
        ),
    ),
    city_charts=(
        ChartPlan("Activeringsratio per centrumstad", "bars", "ratio (%)", "Ratio", ("ratio (%)",), series="years"),
    ),
    sources=("trajecten", "leefloners", "insz_wijzigingen"),
    notes=(
        Note(
            f"De ratio is geen aandeel en kan boven 100 % uitkomen: wie via {ARTICLE_60} werkt, krijgt loon en geen "
            "leefloon, en zit dus wel in de teller maar niet in de noemer.",
            ("ratio (%)",),
        ),
        Note("De teller telt cliënten van het OCMW; een cliënt telt per gemeente en maand één keer.", (_CLIENTS,)),
        Note("In een kleine gemeente doet één cliënt meer of minder de ratio sterk schommelen.", _CHANGES),
        Note(f"{capital(ROUNDED)}.", _CHANGES),
        Note(f"{START_UP}.", ("wijziging cliënten (%)", *_CHANGES)),
        Note(
            "Verschillen tussen gemeenten kunnen onder meer komen van het aantal inwoners met recht op "
            "maatschappelijke integratie en van de mate waarin een OCMW zelf op TWE inzet; het OCMW beslist daar "
            "autonoom over.",
            ("verschil met Vlaanderen (procentpunt)",),
        ),
        ONE_PERSON,
    ),
    headline=(_CLIENTS, _PEOPLE),
    ranking=Ranking(
        "de activeringsratio",
        "Ratio",
        by="wijziging ratio (procentpunt)",
        size=_PEOPLE,
        size_text="leefloners",
        floor=20,
        columns=(_PEOPLE, "ratio (%)", "wijziging ratio (procentpunt)", "wijziging ratio (%)"),
        before=("ratio (%)",),
        y_title="wijziging tegenover het jaar ervoor (procentpunt)",
    ),
    definitions=(
        (
            "Cliënten in TWE",
            "cliënten met een traject dat op de laatste dag van de maand gestart en niet beëindigd was; het gemiddelde "
            "over de maanden van het jaar waarvoor leefloners geleverd zijn (basis jaargemiddelde) of enkel januari.",
        ),
        ("Leefloners", "personen met een leefloon volgens de POD Maatschappelijke Integratie, over dezelfde maanden."),
        ("Ratio", "cliënten in TWE gedeeld door leefloners, in %."),
        (
            "Wijziging",
            "tegenover het vorige jaar van hetzelfde gebied: in procentpunt, of relatief waar (%) erbij staat.",
        ),
        (
            "Verschil met Vlaanderen",
            "ratio van de gemeente min de Vlaamse ratio (som van de cliënten gedeeld door som van de leefloners over "
            "alle gemeenten), in procentpunt.",
        ),
    ),
    overview=(
        "het aantal cliënten in een TWE-traject, het aantal leefloners, de ratio tussen beide en de wijziging "
        "ervan tegenover het vorige jaar, voor {years}"
    ),
    caveats=(
        f"De ratio is geen aandeel en kan boven 100 % uitkomen: wie via {ARTICLE_60} werkt, ontvangt loon en geen "
        "leefloon, en zit dus wel in de teller maar niet in de noemer.",
    ),
    local_caveats=("In een kleine gemeente doet één cliënt meer of minder de ratio sterk schommelen.",),
    statement=_statement,
    also_quotes=STARTED.marts,
    date_role=DateRole.MONTH,
    in_figure_book=True,
)
