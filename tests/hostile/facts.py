"""New rows of every source, drawn close to the edges of the definitions. Values are typed, not yet written."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from ..oracle.calendar import add_months, last_day
from ..oracle.sources import ACTIONS, INTAKE_CRITERIA, POSITIONS
from .values import near, some_day
from .world import NIS_POOL, Fact, World

NUMBERS = {"leeftijd": (15, 18, 24, 25, 39, 40, 54, 55, 99), "duur": (0, 11, 12, 23, 24, 59, 60, 720)}


def trajectory(world: World) -> Fact:
    if world.waiting:
        return dict(world.waiting.pop(world.rng.randrange(len(world.waiting))))
    row = world.trajectory()
    world.plan.append(row)
    return dict(row)


def maybe(world: World, value: object, share: float = 0.85) -> object:
    return value if world.rng.random() < share else None


def yes_no(world: World, share: float = 0.85) -> object:
    return maybe(world, world.rng.random() < 0.7, share)


def profile(world: World) -> Fact:
    rng = world.rng
    return {
        "traject_id": world.trajectory_id(),
        "geslacht": maybe(world, rng.choice("MVX")),
        "leeftijd": maybe(world, rng.choice((*NUMBERS["leeftijd"], rng.randint(15, 99)))),
        "werkloosheidsduur_maanden": maybe(world, rng.choice((*NUMBERS["duur"], rng.randint(0, 90)))),
        "kortgeschoold": yes_no(world),
        "migratieachtergrond": yes_no(world),
    }


def job(world: World) -> Fact:
    rng = world.rng
    of = world.some_trajectory()
    timely = near(rng, add_months(of["startdatum"], 2))
    start = timely if rng.random() < 0.5 else some_day(rng, of["startdatum"], of["startdatum"] + timedelta(days=200))
    ends = [None, start + timedelta(days=rng.randint(0, 500)), start]
    if of["einddatum"]:
        ends += [near(rng, of["einddatum"]), near(rng, add_months(of["einddatum"], -rng.randint(1, 6)))] * 2
    end = rng.choice(ends)
    return {
        "tewerkstelling_id": world.new_id("W"),
        "traject_id": of["traject_id"] if rng.random() < 0.93 else world.trajectory_id(),
        "startdatum": start,
        "einddatum": max(end, start) if end else None,
        "sector": maybe(world, rng.choice(("PRIVE", "SOCIALE_ECONOMIE", "LOKAAL_BESTUUR", "ANDERE"))),
    }


def spell(world: World) -> tuple[str, date, date | None]:
    """Client, start and end of something around the end or the meetdatum of a trajectory."""
    rng = world.rng
    of = world.ended_trajectory()
    end = of["einddatum"] or of["startdatum"]
    moments = (end, end + timedelta(days=1), add_months(end, 12), add_months(end, 12), add_months(end, -3))
    moment = near(rng, rng.choice(moments))
    other = some_day(rng, date(2017, 1, 1), world.options.last)
    start, stop = sorted((moment, rng.choice((other, moment, near(rng, moment, 40)))))
    return world.any_number(of["klant_id"]), start, stop if rng.random() < 0.7 else None


def action(world: World) -> Fact:
    client, start, end = spell(world)
    return {
        "actie_id": world.new_id("A"),
        "klant_id": client,
        "type": world.rng.choice(ACTIONS),
        "startdatum": start,
        "einddatum": end,
    }


def position(world: World) -> Fact:
    client, start, end = spell(world)
    return {
        "positie_id": world.new_id("P"),
        "klant_id": client,
        "positie": world.rng.choice(POSITIONS),
        "startdatum": start,
        "einddatum": end,
    }


def transmission(world: World) -> Fact:
    client, start, _ = spell(world)
    return {"transmissie_id": world.new_id("X"), "klant_id": client, "transmissiedatum": start}


def payment(world: World) -> Fact:
    """A payment, or a correction of one: often to a net of exactly zero, or below."""
    rng = world.rng
    earlier = [row for row in world.delivered["loontoelagen"].values() if row.get("bedrag")]
    if earlier and rng.random() < 0.35:
        of = rng.choice(earlier)
        change = rng.choice((-of["bedrag"], -of["bedrag"] - 1, Decimal("-0.01"), Decimal("10.00")))
        month, kind, amount = of["prestatiemaand"], "CORRECTIE", change or Decimal("0.01")
        trajectory_id, code = of["traject_id"], of["ocmw_nis"]
    else:
        chosen = world.some_trajectory()
        day = some_day(rng, chosen["startdatum"], chosen["startdatum"] + timedelta(days=300))
        month, kind = f"{day:%Y-%m}", "BETALING"
        amount = Decimal(rng.choice((1, rng.randint(1, 200000), 99999999, 10**12 - 1))) / 100
        amount = amount if rng.random() < 0.9 else Decimal("445")
        trajectory_id, code = chosen["traject_id"], chosen["ocmw_nis"]
    if rng.random() < 0.08:
        trajectory_id = world.trajectory_id()
    first = date.fromisoformat(f"{month}-01")
    limit = add_months(last_day(first), 120)
    late = first + timedelta(days=rng.randint(0, 420))
    return {
        "betaling_id": world.new_id("B"),
        "traject_id": trajectory_id,
        "ocmw_nis": code if rng.random() < 0.85 else rng.choice(NIS_POOL),
        "prestatiemaand": month,
        "betaaldatum": rng.choice((first, last_day(first), late, late, late, late, limit)),
        "soort": kind,
        "bedrag": amount,
    }


def beneficiaries(world: World) -> Fact:
    """Few years, so that months of the same municipality follow each other; January often; zeros too."""
    rng = world.rng
    count = rng.choice((0, 0, 1, 2, rng.randint(1, 60), rng.randint(1, 60)))
    year = rng.choice((2019, 2020, 2021, 2024, 2025))
    return {
        "nis_code": rng.choice(NIS_POOL),
        "maand": f"{year}-{rng.choice((1, 1, 1, *range(1, 13))):02d}",
        "leefloners": count,
        "equivalent_leefloners": maybe(world, rng.randint(0, 9), 0.6),
    }


def screening(world: World) -> Fact:
    rng = world.rng
    return {
        "screening_id": world.new_id("S"),
        "klant_id": world.some_client(),
        "ocmw_nis": rng.choice(NIS_POOL),
        "screeningsdatum": some_day(rng, date(2018, 6, 1), world.options.last),
        "besluit": rng.choice(("TOEGELEID", "TOEGELEID", "NIET_TOEGELEID")),
        **{name: yes_no(world, 0.93) for name in INTAKE_CRITERIA},
    }


def number_change(world: World) -> Fact:
    """A change that belongs to somebody, or one of a number that nobody else knows; seldom a wrong one."""
    rng = world.rng
    told = [row for row in world.delivered["insz_wijzigingen"].values() if isinstance(row["nieuwe_insz"], str)]
    if told and rng.random() < 0.1:  # and back again
        back = rng.choice(told)
        old, new = back["nieuwe_insz"], back["oude_insz"]
    elif world.changes and rng.random() < 0.9:
        old, new = world.changes.pop(rng.randrange(len(world.changes)))
    else:
        old = world.some_client() if rng.random() < 0.15 else world.person()
        new = world.some_client() if rng.random() < 0.3 else world.person()
    return {
        "oude_insz": old,
        "nieuwe_insz": new if new != old else world.person(),
        "ingangsdatum": some_day(rng, date(2017, 1, 1), world.options.last + timedelta(days=400)),
    }


NEW_ROW: dict[str, Callable[[World], Fact]] = {
    "trajecten": trajectory,
    "klantprofielen": profile,
    "art60_tewerkstellingen": job,
    "begeleidingsacties": action,
    "loontoelagen": payment,
    "arbeidsmarktposities": position,
    "transmissies": transmission,
    "leefloners": beneficiaries,
    "screenings": screening,
    "insz_wijzigingen": number_change,
}
