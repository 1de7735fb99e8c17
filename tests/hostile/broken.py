"""Files that are refused, files that come twice, and files that are no deliveries."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copyfile

from ..oracle.persons import masked
from ..oracle.sources import SOURCES
from .facts import NEW_ROW
from .files import save_parquet, workbook
from .values import as_text
from .world import World

NO_DELIVERIES = (
    "README.txt",
    "Trajecten_2023-01-01.csv",
    "trajecten_2023-02-30.csv",
    "trajecten_2023-1-1.csv",
    "trajecten_2023-01-01_.csv",
    "trajecten_2023-01-01_a_b.csv",
    "trajecten_2023-01-01_a b.csv",
    "trajecten_2023-01-01.CSV",
    "trajecten_2023-01-01.csv.tmp",
    "onbekend_2023-01-01.csv",
    "trajecten.csv",
    "trajecten_20230101.csv",
    ".trajecten_2023-01-01.csv",
    "~$trajecten_2023-01-01.xlsx",
    "trajecten_2023-01-01.xls",
    "trajecten_2023-01-01_é.csv",
    "leefloners-2023-01-01.csv",
    "trajecten_2023-01-01.csv ",
)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016)  # how old and encrypted workbooks begin


def plain(world: World, source: str, count: int = 3) -> list[list[str]]:
    """A header and a few good rows, all text."""
    columns = SOURCES[source].columns
    rows = []
    for _ in range(count):
        row = world.trajectory() if source == "trajecten" else NEW_ROW[source](world)
        rows.append([as_text(world.rng, row[column.name], column.kind).strip() for column in columns])
    return [[column.name for column in columns], *rows]


def csv_bytes(rows: list[list[str]], separator: str = ";") -> bytes:
    return "".join(
        separator.join('"' + field.replace('"', '""') + '"' for field in row) + "\n" for row in rows
    ).encode()


def contents(world: World) -> Iterator[tuple[str, str, str, bytes]]:
    """(kind, source, suffix, bytes) of every file that is refused as a whole."""
    trajectories, screenings = plain(world, "trajecten"), plain(world, "screenings")
    yield "missing_column", "trajecten", "csv", csv_bytes([row[:3] + row[4:] for row in trajectories])
    yield "missing_column_xlsx", "screenings", "xlsx", workbook([row[1:] for row in screenings])
    yield "empty_file", "transmissies", "csv", b""
    yield "only_a_bom", "leefloners", "csv", b"\xef\xbb\xbf"
    yield "header_only", "transmissies", "csv", csv_bytes(plain(world, "transmissies")[:1])
    yield "header_only_xlsx", "leefloners", "xlsx", workbook(plain(world, "leefloners")[:1])
    blank = [["" for _ in trajectories[0]], ["  " for _ in trajectories[0]]]
    yield "blank_rows_only", "trajecten", "csv", csv_bytes([trajectories[0], *blank])
    yield "column_twice", "trajecten", "csv", csv_bytes([[*row, row[0]] for row in trajectories])
    twice = [[" STARTDATUM ", *trajectories[0]], *([row[3], *row] for row in trajectories[1:])]
    yield "column_twice_other_case", "trajecten", "xlsx", workbook(twice)
    yield "unreadable_workbook", "klantprofielen", "xlsx", b"PK\x03\x04 dit is geen werkboek"
    yield "truncated_workbook", "screenings", "xlsx", workbook(screenings)[:900]
    yield "unreadable_parquet", "loontoelagen", "parquet", b"PAR1 dit ook niet PAR1"
    yield "empty_parquet_file", "loontoelagen", "parquet", b""
    yield "undecodable", "trajecten", "csv", csv_bytes(trajectories) + b"\x81\x8d;\xe9\n"
    yield "header_in_row_2", "trajecten", "xlsx", workbook([[None], *trajectories])
    yield "blank_first_line", "trajecten", "csv", b"\n" + csv_bytes(trajectories)
    yield "header_in_row_3", "screenings", "csv", b"Screenings\n\n" + csv_bytes(screenings)
    yield "header_in_row_3_xlsx", "screenings", "xlsx", workbook([["Screenings"], [], *screenings])
    yield "other_sheet", "trajecten", "xlsx", workbook([["Lees eerst dit"]], trajectories)
    yield "tab", "trajecten", "csv", csv_bytes(trajectories, "\t")
    yield "pipe", "screenings", "csv", csv_bytes(screenings, "|")
    yield "another_separator_named", "screenings", "csv", b"sep=,\n" + csv_bytes(screenings)
    yield "html", "trajecten", "csv", html(trajectories)
    yield "html_as_workbook", "trajecten", "xlsx", html(trajectories)
    yield "old_workbook", "screenings", "xlsx", OLE
    yield "old_workbook_as_csv", "screenings", "csv", OLE
    yield "without_header", "trajecten", "csv", csv_bytes(trajectories[1:])
    yield from open_quotes(world)


def html(rows: list[list[str]]) -> bytes:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table></body></html>".encode()


def open_quotes(world: World) -> Iterator[tuple[str, str, str, bytes]]:
    """Quotes that do not close, in every place where one can stand, and line breaks where none can be."""
    header, *rows = (";".join(row) for row in plain(world, "transmissies", 4))
    start, end = rows[0].rsplit(";", 1)
    lines = {
        "quote_never_closed": [header, f'{start};"{end}', *rows[1:]],
        "quote_never_closed_in_key": [header, rows[1], f'"{rows[0]}', *rows[2:]],
        "quote_at_the_end": [header, *rows[1:], f'{start};"{end}'],
        "quote_closed_later": [header, f'{start};"{end}', rows[1], f'{rows[2]}"', rows[3]],
        "line_break_in_a_column": [header, f'{start};"{end}\n"', *rows[1:]],
        "note_never_closed": [
            f"{header};nota",
            f"{rows[1]};",
            f'{rows[0]};"lange nota',
            *(f"{row};" for row in rows[2:]),
        ],
        "note_swallows_rows": [f"{header};nota", f'{rows[0]};"lang', f"{rows[1]};", f'{rows[2]};kort"', f"{rows[3]};"],
        "note_first_swallows_rows": [f"nota;{header}", f'"lang;{rows[0]}', f";{rows[1]}", f'kort";{rows[2]}'],
    }
    for number, (kind, texts) in enumerate(lines.items()):
        text = ("\r\n", "\n")[number % 2].join(texts) + ("" if kind == "quote_at_the_end" else "\n")
        yield kind, "transmissies", "csv", text.encode()
        yield f"{kind}_after_sep", "transmissies", "csv", b"sep=;\n" + text.encode()


def write_refused(world: World, folder: Path, day: date) -> dict[str, str]:
    """Write one file of each refused kind; kind -> file name."""
    names = {}
    for kind, source, suffix, content in contents(world):
        names[kind] = f"{source}_{day}_{kind.replace('_', '-')}.{suffix}"
        (folder / names[kind]).write_bytes(content)
    names["no_rows_parquet"] = f"trajecten_{day}_geen-rijen.parquet"
    header = [column.name for column in SOURCES["trajecten"].columns]
    save_parquet(folder / names["no_rows_parquet"], header, ["VARCHAR"] * len(header), [])
    names["column_twice_parquet"] = f"transmissies_{day}_dubbele-kolom.parquet"
    rows = plain(world, "transmissies")
    doubled = [*rows[0], " KLANT_ID"]
    save_parquet(folder / names["column_twice_parquet"], doubled, ["VARCHAR"] * 4, [[*row, row[1]] for row in rows[1:]])
    names["nested_parquet"] = f"transmissies_{day}_genest.parquet"
    nested = [[{"id": row[0]}, *row[1:]] for row in rows[1:]]
    save_parquet(folder / names["nested_parquet"], rows[0], ["STRUCT(id VARCHAR)", "VARCHAR", "VARCHAR"], nested)
    for kind, label in (("person_in_label", "{}"), ("person_within_label", "OCMW-{}-b")):
        name = f"screenings_{day}_{label.format(world.person())}.csv"
        (folder / name).write_bytes(csv_bytes(plain(world, "screenings")))
        names[kind] = masked(name)  # as people see it
    return names


def write_misnamed(world: World, folder: Path) -> list[str]:
    """Good content under names that are no delivery's, and a folder."""
    content = csv_bytes(plain(world, "trajecten"))
    for name in NO_DELIVERIES:
        (folder / name).write_bytes(content)
    (folder / "archief").mkdir(exist_ok=True)
    (folder / "archief" / "trajecten_2023-01-01.csv").write_bytes(content)
    return [*NO_DELIVERIES, "archief"]


def write_copies(world: World, folder: Path, names: list[str]) -> dict[str, str]:
    """The same content under another label, and under another day (earlier ones win by order of processing)."""
    copies = {}
    for name in world.rng.sample(names, min(2, len(names))):
        stem, suffix = name.rsplit(".", 1)
        copies[name] = f"{stem}-nog-eens.{suffix}" if stem.count("_") > stem.startswith("art60") + 1 else ""
        copies[name] = copies[name] or f"{stem}_nog-eens.{suffix}"
        copyfile(folder / name, folder / copies[name])
    return copies
