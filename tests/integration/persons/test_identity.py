"""One person under several numbers, through the whole pipeline: every mart row, every stand, against the oracle."""

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from orchestration import runner
from orchestration.quality.counts import all_changes, number_changes
from orchestration.runner import RunRequest
from orchestration.store.settings import Settings
from orchestration.summary import status_text
from orchestration.warehouse import dbt
from tests.oracle import deliver, marts
from tests.support.compare import assert_door_equals, assert_publication_equals
from tests.support.deliveries import KEY, write_text

pytestmark = pytest.mark.slow
DAYS = ("2022-01-31", "2022-02-28", "2022-03-31", "2022-04-30")
PLACES = ("44021", "11002", "12041")
POSITIONS = ("NEC", "SEC", "LEEFLOON", "ZIEKTE")
ACTIONS = ("WES", "IBO", "OPLEIDING", "COACHING")


class Story:
    """People with one to four numbers, and deliveries about them in which each row takes one of these at random."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.dealt = 0
        self.people = [[self.number() for _ in range(self.rng.choice((1, 1, 2, 3, 4)))] for _ in range(60)]

    def number(self) -> str:
        self.dealt += 1
        nine = 850_101_000 + self.dealt // 400 * 1_000 + self.dealt % 400 + 500
        return f"{nine}{97 - nine % 97:02d}"

    def day(self, first: str, days: int) -> dt.date:
        return dt.date.fromisoformat(first) + dt.timedelta(days=self.rng.randrange(days))

    def facts(self) -> dict[str, list[list[object]]]:
        """Rows per source; what happens after a trajectory is under any number of its person."""
        found: dict[str, list[list[object]]] = {name: [] for name in HEADERS}
        for number, person in enumerate(self.people):
            for turn in range(self.rng.choice((1, 1, 2))):
                own, place = f"T{number}-{turn}", self.rng.choice(PLACES)
                start, end = self.day("2019-01-01", 200), self.day("2019-08-01", 400)
                ending = self.rng.choice(("UITGEVOERD", "VROEGTIJDIG"))
                found["trajecten"].append([own, self.rng.choice(person), place, start, end, ending])
                job = [f"J{own}", own, start, start + dt.timedelta(days=60)]
                found["art60_tewerkstellingen"].append(job)
                for source, kinds in (("arbeidsmarktposities", POSITIONS), ("begeleidingsacties", ACTIONS)):
                    begun = self.day("2019-06-01", 700)
                    until = begun + dt.timedelta(days=self.rng.randrange(400))
                    row = [f"{source[0]}{own}", self.rng.choice(person), self.rng.choice(kinds), begun, until]
                    found[source].append(row)
                found["transmissies"].append([f"X{own}", self.rng.choice(person), self.day("2019-09-01", 600)])
        for place in PLACES:
            found["leefloners"] += [[place, f"20{year}-{month:02d}", 9] for year in (19, 20) for month in range(1, 13)]
        return found

    def changes(self) -> list[list[list[str]]]:
        """Rows of insz_wijzigingen per delivery: chains and merges first in part, then mistakes, then put right."""
        told: list[list[list[str]]] = [[] for _ in DAYS]
        for person in self.people:
            last = person[-1]
            for place, old in enumerate(person[:-1]):
                new = person[place + 1] if self.rng.random() < 0.6 else last
                story = self.rng.random()
                first = self.rng.randrange(3)
                told[first].append([old, new, "2020-01-01", ""])
                if story < 0.15:  # undone
                    told[first + 1].append([old, "", "", "J"])
                elif story < 0.3:  # somebody else's number at first
                    told[first][-1][1] = self.rng.choice(self.people)[0] if first else new
                    told[first + 1].append([old, new, "2020-01-02", "N"])
            if len(person) > 2 and self.rng.random() < 0.5:  # a circle, for good or for a while
                told[1].append([last, person[self.rng.randrange(len(person) - 1)], "2020-01-01", ""])
                if self.rng.random() < 0.5:
                    told[3].append([last, "", "", "J"])
        return told


HEADERS = {
    "trajecten": "traject_id;klant_id;ocmw_nis;startdatum;einddatum;beeindiging",
    "art60_tewerkstellingen": "tewerkstelling_id;traject_id;startdatum;einddatum",
    "arbeidsmarktposities": "positie_id;klant_id;positie;startdatum;einddatum",
    "begeleidingsacties": "actie_id;klant_id;type;startdatum;einddatum",
    "transmissies": "transmissie_id;klant_id;transmissiedatum",
    "leefloners": "nis_code;maand;leefloners",
}


def write_story(inbox: Path, seed: int) -> list[Path]:
    story = Story(seed)
    files = [
        write_text(inbox, f"{source}_{DAYS[0]}.csv", "\n".join([header, *(";".join(map(str, row)) for row in rows)]))
        for (source, header), rows in zip(HEADERS.items(), story.facts().values(), strict=True)
    ]
    for day, rows in zip(DAYS, story.changes(), strict=True):
        text = "\n".join(["oude_insz;nieuwe_insz;ingangsdatum;verwijderd", *(";".join(row) for row in rows)])
        files.append(write_text(inbox, f"insz_wijzigingen_{day}.csv", text))
    return files


# The newest stand, and the one at which what was put right afterwards is still wrong; every stand by night.
@pytest.mark.parametrize("days", [DAYS[1:2], pytest.param(DAYS[:-1], marks=pytest.mark.nightly)], ids=len)
def test_every_mart_follows_the_numbers_at_every_stand(days: Sequence[str], settings: Settings, parsed: Path) -> None:
    shutil.copytree(parsed, dbt.target(settings.folder))
    told = deliver(write_story(settings.folder.inbox, seed=1), KEY)
    stands = []
    for day in (None, *map(dt.date.fromisoformat, days)):
        report = runner.run(settings, RunRequest(("twe-2018",), day, annexes=day is None))
        assert not report.problems
        expected = marts(told, day)
        assert_publication_equals(report.publications[0].path, expected)
        stands.append(expected["mart_outflow"])
    assert len({str(one) for one in stands}) > min(2, len(days)), "the changes change something"
    assert_door_equals(settings.folder.root, told)
    found = number_changes(settings.folder)
    assert [str(one.delivered_on) for one in found] == list(DAYS)
    circles = sum(row["rows"] for row in marts(told)["warehouse_findings"] if row["rule"] == "number_circle")
    everything = all_changes(found)
    assert everything.in_circle == circles > 0 and everything.outcomes_found > 0
    line = f"Changed person numbers: {everything.changed} in 4 deliveries, {circles} of them in a circle"
    assert line in status_text(settings)
