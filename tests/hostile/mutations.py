"""How a good row goes wrong: one way or more for every rule of the contract that looks at one row."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from ..oracle.calendar import add_months, last_day
from ..oracle.sources import SOURCES, Column
from .values import ERRORS, IMPOSSIBLE, ErrorCell, Formula, Raw, insz, odd_insz
from .world import Fact, World

BAD: dict[str, tuple] = {
    "text": (Raw("y" * 37), Raw("é" * 40), Raw("n" * 300)),
    "date": (
        Raw("2020-13-01"), Raw("31/02/2020"), Raw("2021-02-29"), Raw("1/2/20"), Raw("2020/01/02"),
        Raw("20200102"), Raw("01-02-2020"), Raw("2020-1-2"), Raw("vandaag"), Raw("2020-01-01 12:00"),
        Raw("2020-01-01T12:00:00"), Raw("2020-01-01 00:00:01"), Raw("1.2.2020"), Raw("2020-02"), Raw("0/1/2020"),
        Raw("0000-00-00"), Raw("02/29/2020"), datetime(2020, 3, 4, 12, 30), datetime(2021, 1, 1, 0, 0, 1),
    ),
    "month": (
        Raw("2020-13"), Raw("2020-00"), Raw("13/2020"), Raw("0/2020"), Raw("2020-1"), Raw("202001"), Raw("2020-01-01"),
        Raw("1/20"), date(2020, 1, 2), datetime(2020, 1, 1, 12), datetime(2020, 1, 31),
    ),
    "integer": (Raw("-1"), Raw("3.5"), Raw("1e2"), Raw("12x"), Raw("+3"), Raw("99999999999"), Raw("\uff13\uff10"), -5),
    "amount": (
        Raw("1.000,00"), Raw("12.345"), Raw("1,2,3"), Raw("€ 12"), Raw("12 euro"), Raw(".5"), Raw("12."),
        Raw("1e3"), Raw("--5"), Raw("10 000"), Raw("10000000000.00"), Raw("NaN"), Raw("1_000"),
    ),
    "yesno": (Raw("X"), Raw("yes"), Raw("2"), Raw("vrai"), Raw("J/N"), Raw("J N")),
    "code": (Raw("FOO"), Raw("MAN"), Raw("N E C"), Raw("1")),
    "nis": (Raw("99999"), Raw("21004"), Raw("1100"), Raw("110021"), Raw("11002.0"), Raw("Gent"), Raw("62063")),
    "insz": (
        Raw("1234567890"), Raw("123456789012"), Raw("93.05.18-223.6a"), Raw("00000000000"), Raw("onbekend"), 12345, 0,
    ),
}  # fmt: skip
EDGE_OF_RANGE = {
    "leeftijd": (14, 100),
    "werkloosheidsduur_maanden": (721, 9999),
    "startdatum": (date(2016, 12, 31),),
}

Change = Callable[[World, Fact], Fact]


def make_missing(column: Column) -> Change:
    return lambda world, row: {column.name: None}


def make_invalid(column: Column, is_key: bool = False) -> Change:
    def change(world: World, row: Fact) -> Fact:
        ways = [*BAD[column.kind], *[ErrorCell(world.rng.choice(ERRORS))] * 2]
        if not is_key:
            ways.append(Formula("1+1"))  # without a result
        if column.kind == "insz" and isinstance(row[column.name], str):
            ways.append(wrong_checksum(world.rng, row[column.name]))
        if column.low is not None and column.name in EDGE_OF_RANGE:
            ways += EDGE_OF_RANGE[column.name] * 3
        return {column.name: world.rng.choice(ways)}

    return change


def wrong_checksum(rng: Random, digits: str) -> Raw:
    return Raw(f"{digits[:9]}{(int(digits[9:]) + rng.randint(1, 90)) % 100:02d}")


def make_implausible(column: Column) -> Change:
    """A number of nobody: a date that cannot be, or one after all deliveries."""

    def change(world: World, row: Fact) -> Fact:
        unborn = insz(world.rng, date(world.options.last.year + world.rng.randint(1, 9), 5, 9))
        return {column.name: world.rng.choice((odd_insz(world.rng, IMPOSSIBLE), unborn))}

    return change


def make_person(column: Column) -> Change:
    return lambda world, row: {column.name: world.person()}


def days(number: int) -> timedelta:
    return timedelta(days=number)


def end_before_start(world: World, row: Fact) -> Fact:
    change = {"einddatum": row["startdatum"] - days(world.rng.choice((1, 30)))}
    return change | ({"beeindiging": "UITGEVOERD"} if "beeindiging" in row else {})


def late(world: World, row: Fact, column: str) -> Fact:
    """Just at or just over 24 completed months: a warning from 25 on."""
    months = world.rng.choice((25, 25, 25, 24, 40))
    end = add_months(row["startdatum"], months) - days(world.rng.choice((1, 1, 0, 2)))
    return {column: end} | ({"beeindiging": "VROEGTIJDIG"} if column == "einddatum" else {})


def first_of(row: Fact) -> date:
    return date.fromisoformat(f"{row['prestatiemaand']}-01")


SPECIAL: dict[str, dict[str, Change]] = {
    "trajecten": {
        "expected_end_before_start": lambda w, r: {"vermoedelijke_einddatum": r["startdatum"] - days(1)},
        "expected_over_24_months": lambda w, r: late(w, r, "vermoedelijke_einddatum"),
        "end_before_start": end_before_start,
        "over_24_months": lambda w, r: late(w, r, "einddatum"),
        "ending_without_end_date": lambda w, r: {"einddatum": None, "beeindiging": "UITGEVOERD"},
        "end_date_without_ending": lambda w, r: {"einddatum": r["startdatum"], "beeindiging": None},
        "starts_after_delivery": lambda w, r: {
            "startdatum": w.options.last + days(9), "vermoedelijke_einddatum": date(9999, 12, 31),
            "einddatum": None, "beeindiging": None,
        },
        "nis_not_valid_on_date": lambda w, r: {"ocmw_nis": w.rng.choice(("44011", "46030", "73110", "11007"))},
        "foreign_ending": lambda w, r: {"einddatum": None, "beeindiging": Raw("FOO")},
        "ending_with_bad_date": lambda w, r: {"einddatum": Raw("32/01/2020"), "beeindiging": "UITGEVOERD"},
        "everything_before_2017": lambda w, r: {
            "startdatum": date(2016, 12, 31), "einddatum": date(2016, 1, 1), "beeindiging": "UITGEVOERD",
        },
    },
    "insz_wijzigingen": {"same_number": lambda w, r: {"nieuwe_insz": r["oude_insz"]}},
    "art60_tewerkstellingen": {"end_before_start": end_before_start},
    "begeleidingsacties": {"end_before_start": end_before_start},
    "arbeidsmarktposities": {"end_before_start": end_before_start},
    "loontoelagen": {
        "amount_not_positive": lambda w, r: {
            "soort": "BETALING", "bedrag": w.rng.choice((Decimal(0), Decimal("-0.01"), Decimal(-445))),
        },
        "amount_zero": lambda w, r: {"soort": "CORRECTIE", "bedrag": w.rng.choice((Decimal(0), Raw("-0,00")))},
        "paid_before_performance": lambda w, r: {"betaaldatum": first_of(r) - days(1)},
        "correction_after_10_years": lambda w, r: {
            "betaaldatum": add_months(last_day(first_of(r)), 120) + days(1)
        },
        "february_plus_10_years": lambda w, r: {
            "prestatiemaand": "2020-02", "betaaldatum": date(2030, 2, 28) + days(w.rng.randint(0, 1)),
        },
    },
}  # fmt: skip


def ways_to_break(source: str) -> dict[str, Change]:
    """name -> change, for every rule of the source that one row can break (and a few near misses)."""
    ways: dict[str, Change] = {"invalid_verwijderd": lambda w, r: {"verwijderd": w.rng.choice(BAD["yesno"])}}
    for column in SOURCES[source].columns:
        if column.required:
            ways[f"missing_{column.name}"] = make_missing(column)
        ways[f"invalid_{column.name}"] = make_invalid(column, column.name in SOURCES[source].key)
        if column.kind == "insz":
            ways[f"implausible_{column.name}"] = make_implausible(column)
        if column.is_identification:
            ways[f"person_as_{column.name}"] = make_person(column)
    return ways | SPECIAL.get(source, {})


class Deck:
    """Deals the ways to break a row of a source one by one, reshuffled when all had their turn."""

    def __init__(self, source: str, rng: Random) -> None:
        self.source, self.rng = source, rng
        self.ways = ways_to_break(source)
        self.left: list[str] = []

    def break_row(self, world: World, row: Fact) -> Fact:
        if not self.left:
            self.left = list(self.ways)
            self.rng.shuffle(self.left)
        broken = row | self.ways[self.left.pop()](world, row)
        if self.rng.random() < 0.15:  # a second thing wrong in the same row
            column = self.rng.choice(SOURCES[self.source].columns)
            broken |= make_invalid(column, column.name in SOURCES[self.source].key)(world, broken)
        return broken
