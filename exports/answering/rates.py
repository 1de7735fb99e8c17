"""What the answer quotes of wage subsidies, of the activation ratio, of the intake and of after-care."""

from __future__ import annotations

from exports.answering import numbers
from exports.answering.blocks import Block
from exports.answering.clauses import clause, counted, parts, said
from exports.answering.headlines import Count, Headlines
from exports.answering.lookups import NOT_DELIVERED, UNDEFINED, Piece, QuotedFigure, lookup

_SUBSIDIES = Count("mart_wage_subsidies", "subsidies")
_AMOUNT = Count("mart_wage_subsidies", "amount_eur")
_CORRECTION = Count("mart_wage_subsidies", "correction_eur")


def subsidies(head: Headlines) -> list[Block]:
    year = head.year or 0
    performed = head.options[_AMOUNT.mart]["basis"] == "performance"
    when = "Voor prestaties in" if performed else "In"
    of = "volgens prestatiejaar" if performed else "volgens betaaljaar"
    return [
        *said(
            clause(f"{when} {year} werden in Vlaanderen ", head.count(_SUBSIDIES, year), " loontoelagen uitbetaald"),
            head.against(_SUBSIDIES),
            clause(", voor een bedrag van ", head.count(_AMOUNT, year, shown=numbers.euro)),
            head.against(_AMOUNT),
            clause(", waarvan ", head.count(_CORRECTION, year, shown=numbers.euro), " aan correcties"),
            (".",),
        ),
        *head.counts(f"Uitbetaald bedrag {of}, afgerond op de euro", _AMOUNT, rank_name="het hoogste bedrag"),
        *head.counts(f"Aantal loontoelagen {of}", _SUBSIDIES),
    ]


def ratio(head: Headlines) -> list[Block]:
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
        if not head.complete:
            return None
        if place:
            found = head.lookup(Count(mart, "ratio_change_pp"), of, place)
            made = head.marts.figure(numbers.points, "som", found, absent=None)
        else:
            terms = [head.lookup(count, when) for when in (of, of - 1) for count in (clients, people)]
            made = head.marts.figure(numbers.points, "verschil in procentpunt", *terms, absent=None)
        return None if made == UNDEFINED else made

    moved = change(year, None)
    return [
        *said(
            clause(
                f"In {year} telde Vlaanderen gemiddeld ",
                head.count(clients, year, shown=numbers.mean),
                " cliënten in een TWE-traject tegenover ",
                head.count(people, year, shown=numbers.mean),
                " leefloners: een ratio van ",
                value(year, None),
            ),
            (" (", moved, f" tegenover {year - 1})") if isinstance(moved, QuotedFigure) else (),
            (".",),
        ),
        *head.table("Ratio", value, change, people, "de meeste leefloners"),
        *head.counts("Cliënten in een TWE-traject (gemiddelde)", clients, numbers.mean),
    ]


def intake(head: Headlines) -> list[Block]:
    mart, year = "mart_intake", head.year or 0
    screened, meeting, referred = (Count(mart, name) for name in ("screened", "meeting_criteria", "referred"))
    return [
        *said(
            clause(f"In {year} werden in Vlaanderen ", head.count(screened, year), " screenings geregistreerd"),
            (*head.against(screened), "."),
            clause(
                " Daarvan voldeden er ",
                *counted(head, meeting, screened, year),
                " aan de vier criteria en waren er ",
                head.count(Count(mart, "incomplete"), year),
                " onvolledig.",
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
        *head.counts("Screenings", screened),
    ]


def aftercare(head: Headlines) -> list[Block]:
    mart, year = "mart_aftercare", head.year or 0
    ended_, worked = Count(mart, "ended"), Count(mart, "with_art60")
    timely = Count(mart, "timely_work")
    months = lookup(mart, "aftercare_months", year, times="with_art60")
    average = head.marts.figure(numbers.mean, "gemiddelde", months, head.lookup(worked, year))
    forms = (
        ("werkervaringsstage (WES)", "with_wes"),
        ("individuele beroepsopleiding (IBO)", "with_ibo"),
        ("opleidingsstage", "with_opleidingsstage"),
        ("coaching", "with_coaching"),
    )
    return [
        *said(
            clause(
                "Van de ",
                head.count(ended_, year),
                f" in {year} in Vlaanderen beëindigde trajecten hadden er ",
                head.count(worked, year),
                " een tewerkstelling artikel 60 §7",
            ),
            (*head.against(worked), "."),
            clause(
                " Bij ",
                head.count(timely, year),
                " trajecten startte die binnen 2 maanden, dat is ",
                head.share(timely, ended_, year),
                " van alle beëindigde trajecten.",
            ),
            clause(" Na die tewerkstelling duurde de begeleiding gemiddeld nog ", average, " maanden."),
        ),
        *parts(head, "Begeleiding in die periode", [(label, Count(mart, name)) for label, name in forms], worked),
        *head.counts("Beëindigde trajecten met een tewerkstelling artikel 60 §7", worked),
    ]
