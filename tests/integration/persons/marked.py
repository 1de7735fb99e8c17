"""An inbox in which every place that can hold a person holds a marked one: a number of nobody, a made-up name."""

import csv
import io
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
from openpyxl.comments import Comment

from tests.hostile.broken import csv_bytes, plain
from tests.hostile.files import save_parquet
from tests.hostile.world import Options, World
from tests.oracle.sources import SOURCES
from tests.support.search import name

DAYS = ("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30")
SPELLINGS = (
    "{0}{1}{2}{3}{4}",
    "{0}.{1}.{2}-{3}.{4}",
    "{0} {1} {2} {3} {4}",
    "{0}/{1}/{2}-{3}-{4}",
    "zie {0}{1}{2}{3}{4}",
    "zie {0}.{1}.{2}-{3}.{4}, klopt",
    "2024{0}{1}{2}{3}{4}",
    "{0}{1}{2}\u00a0{3}\u200b{4}",
    "{0}_{1}_{2}_{3}_{4}",
    "{0}\u2011{1}\u2011{2}\u2011{3}\u2011{4}",
    "({0}{1}{2}) {3}-{4}",
    "{0}.{1}.{2}-{3}-{4}J",
)  # how people write a number, alone and within a text


@dataclass
class Marked:
    """numbers: of every person in the inbox. nowhere: names that are never kept. kept: names in columns of a contract,
    which the lake and the quarantine keep as they were given."""

    folder: Path
    world: World
    nowhere: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    _dealt: Any = field(default_factory=count)

    def number(self) -> str:
        nine = 610_203_000 + next(self._dealt) % 900 + 1
        digits = f"{nine}{97 - nine % 97:02d}"
        self.numbers.add(digits)
        return digits

    def spelled(self, how: int) -> str:
        n = self.number()
        text = SPELLINGS[how % len(SPELLINGS)].format(n[:2], n[2:4], n[4:6], n[6:9], n[9:])
        if how % 5 == 4:  # digits of another script
            text = "".join(chr(0xFF10 + ord(c) - 48) if c.isdecimal() and c.isascii() else c for c in text)
        return text

    def name(self, of: set[str]) -> str:
        of.add(given := name(next(self._dealt)))
        return given

    def write(self, file_name: str, content: bytes) -> Path:
        (self.folder / file_name).write_bytes(content)
        return self.folder / file_name


def write_marked(folder: Path, seed: int = 1) -> Marked:
    folder.mkdir(parents=True, exist_ok=True)
    world = World(Random(seed), Options(clients=20, trajectories=40))
    world.populate()
    made = Marked(folder, world)
    for source in SOURCES:
        rows = marked_rows(made, source)
        made.write(f"{source}_{DAYS[0]}_a.csv", csv_bytes(rows))
        made.write(f"{source}_{DAYS[1]}_b.xlsx", book(made, marked_rows(made, source)))
        whole = [row for row in marked_rows(made, source) if len(row) == len(rows[0])]
        path = folder / f"{source}_{DAYS[2]}_c.parquet"
        save_parquet(path, whole[0], ["VARCHAR"] * len(whole[0]), whole[1:])
    refused(made)
    strange(made)
    made.numbers |= set(world.clients) | set(world.numbers) | {n for chain in world.numbers.values() for n in chain}
    return made


def marked_rows(made: Marked, source: str) -> list[list[str]]:
    """Good rows; then for every column a number and a name in it, alone and within a text; then rows cut in two."""
    rng = made.world.rng
    rows = [[*row, ""] for row in plain(made.world, source, 12)]
    rows[0][-1] = "opmerking"
    for row in rows[1:]:
        row[-1] = f"{made.name(made.nowhere)} {made.spelled(rng.randrange(12))}"
    good = rows[1:]
    for place in range(len(rows[0]) - 1):
        for value in (
            made.spelled(place),
            made.spelled(place + 5),
            made.name(made.kept),
            made.spelled(rng.randrange(12)),
        ):
            row = list(rng.choice(good))
            row[place] = value
            row[-1] = made.name(made.nowhere)
            rows.append(row)
    number = made.number()
    rows.append([*good[0][:-1], number[:6], number[6:], "te veel"])
    rows.append([made.spelled(1), made.spelled(2)])
    return [[*rows[0], "verwijderd"], *([*row, ""] for row in rows[1:]), [*good[1][:-1], made.spelled(0), "J"]]


def book(made: Marked, rows: list[list[str]]) -> bytes:
    """With what stands beside the cells of the first sheet: remarks, other sheets, properties."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(row[: len(rows[0])])
    sheet.title = f"Jan {made.number()}"
    sheet["A2"].comment = Comment(f"{made.name(made.nowhere)} {made.number()}", made.name(made.nowhere))
    other = workbook.create_sheet("verborgen")
    other.append([made.name(made.nowhere), made.number(), int(made.number())])
    other.sheet_state = "hidden"
    workbook.properties.creator = made.name(made.nowhere)
    workbook.properties.description = made.number()
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def refused(made: Marked) -> None:
    """Files that are not taken, each with somebody in it where the reason might tell it."""
    for source in ("trajecten", "transmissies", "insz_wijzigingen"):
        rows = plain(made.world, source, 4)
        people = [[made.name(made.nowhere), made.spelled(n), *row[2:]] for n, row in enumerate(rows[1:])]
        files = {
            "zonder-kop.csv": csv_bytes(people),
            "kop-lager.csv": csv_bytes([[made.name(made.nowhere), made.number()], *rows]),
            "kolom-te-weinig.csv": csv_bytes([[*row[1:], made.spelled(n)] for n, row in enumerate(rows)]),
            "open.csv": csv_bytes(rows) + f'"{made.name(made.nowhere)};{made.number()}\n1;2;3\n'.encode(),
            "utf16.csv": csv_bytes([*rows, people[0]]).decode().encode("utf-16"),
            "geen-tekst.csv": csv_bytes([*rows, people[1]]) + b"\x81\x8d",
            "halve-werkmap.xlsx": book(made, [*rows, people[2]])[:4000],
            "ander-blad.xlsx": other_sheet(made, rows),
            "kapot.parquet": b"PAR1" + csv_bytes(people) + b"PAR1",
            "tekst.xlsx": csv_bytes([*rows, people[0]]),
            f"{made.number()}.csv": csv_bytes([*rows, people[0]]),
            f"ocmw-{made.number()}-b.csv": csv_bytes([*rows, people[1]]),
        }
        for file_name, content in files.items():
            made.write(f"{source}_{DAYS[3]}_{file_name}", content)
        nested = [[*row, {"naam": made.name(made.nowhere), "insz": made.number()}] for row in rows[1:]]
        kinds = ["VARCHAR"] * len(rows[0]) + ["STRUCT(naam VARCHAR, insz VARCHAR)"]
        save_parquet(made.folder / f"{source}_{DAYS[3]}_genest.parquet", [*rows[0], "wie"], kinds, nested)


def other_sheet(made: Marked, rows: list[list[str]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].append([made.name(made.nowhere), made.number()])
    other = workbook.create_sheet(f"van {made.number()}")
    for row in rows:
        other.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def strange(made: Marked) -> None:
    """A header that is partly a person's, and names of files and folders that are no delivery's."""
    rows = plain(made.world, "screenings", 3)
    rows = [[*row, "x", "x"] for row in rows]
    rows[0][-2:] = [f"klant {made.spelled(1)}", made.spelled(4)]
    made.write(f"screenings_{DAYS[3]}_kop.csv", csv_bytes(rows))
    text = io.StringIO()
    csv.writer(text).writerows(plain(made.world, "leefloners", 3))
    for odd in (f"{made.number()}.csv", f"brief {made.spelled(1)}.docx", f"trajecten_2024-01-31_{made.number()}.xls"):
        made.write(odd.replace("/", "-"), text.getvalue().encode())
    (made.folder / f"map {made.number()}").mkdir()
