"""Comparison of two stands: every difference and nothing else, causes narrowed to what a delivery touches."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from expectations import contract
from exports import FigureId, PublicationError, load_questions, write_annex
from exports.annexes import KINDS
from exports.annexes.model import DateRole
from exports.comparison.compare import CODE, NUMBER, TIME, annexes_of, by_source, compare, compare_annex
from exports.comparison.displayed import FLANDERS, Key, of_figures, of_package, tidy_of_workbook
from exports.comparison.text import text
from exports.comparison.workbook import REVISION, Earlier, document, revision_sheet
from exports.figures.collect import collect
from exports.figures.reading import PublicationReader
from exports.xlsx.workbook import render_bytes, write
from orchestration.compare import write_workbook
from orchestration.ingest import storage
from orchestration.ingest.ledger import Entry
from orchestration.releases.attribution import attribute_changes
from orchestration.store.paths import DataFolder
from tests.checklist.rules import OF_ANY_WORKBOOK, violations
from tests.exports.tiny_publication import ROWS, cells, make_publication

QUESTIONS = load_questions()
_STARTED = ROWS["mart_started_duration"]
LATER = {
    "mart_started_duration": [*_STARTED[:3], (2023, "11002", 24, 5), *_STARTED[4:]],
    "mart_wage_subsidies": [
        (2022, "11002", "performance", 12, "14999.99", "-100.16"),
        *ROWS["mart_wage_subsidies"][1:],
    ],
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("pair")
    old = make_publication(folder / "old")
    new = make_publication(folder / "new", LATER, as_of=dt.date(2025, 3, 31), code_version="1.2.4")
    with duckdb.connect() as con:
        path = new / "deliveries.parquet"
        con.execute(f"create table d as from '{path}'")
        con.execute(
            "insert into d values ('trajecten_2025-01-10.csv', 'trajecten', '2025-01-10', 'accepted', '', "
            f"'{'9f' * 32}', 3, 3, 0, 0)"
        )
        con.execute(f"copy d to '{path}'")
    return old, new


def euros(old: str, new: str) -> tuple[Decimal, Decimal, Decimal]:
    return Decimal(old), Decimal(new), Decimal("-0.11")


def test_every_difference_and_nothing_else(pair):
    made = compare(*pair, annexes_of(None))
    found = {(change.annex, change.key): (change.old, change.new, change.difference) for change in made.changes}
    three = "bijlage 3"
    assert found == {
        ("bijlage 1", Key("Vlaanderen", "24 maanden", FLANDERS, 2023)): (3, 5, 2),
        ("bijlage 1", Key("Vlaanderen", "Totaal", FLANDERS, 2023)): (9, 11, 2),
        ("bijlage 1", Key("Opgestart", "24 maanden", "11002", 2023)): (3, 5, 2),
        ("bijlage 1", Key("Opgestart", "totaal", "11002", 2023)): (4, 6, 2),
        (three, Key("Vlaanderen", "Bedrag (euro)", FLANDERS, 2022)): euros("18000.30", "18000.19"),
        (three, Key("Vlaanderen", "Waarvan correcties (euro)", FLANDERS, 2022)): euros("-100.05", "-100.16"),
        (three, Key("Loontoelagen", "bedrag (euro)", "11002", 2022)): euros("15000.10", "14999.99"),
        (three, Key("Loontoelagen", "waarvan correcties (euro)", "11002", 2022)): euros("-100.05", "-100.16"),
    }
    assert [item.file_name for item in made.deliveries] == ["trajecten_2025-01-10.csv"]
    causes = {change.annex: change.causes for change in made.changes}
    assert causes == {"bijlage 1": ("trajecten_2025-01-10.csv",), three: ()}, "only sources that the annex draws on"


def test_only_the_years_of_a_question(pair):
    assert not compare(*pair, annexes_of(QUESTIONS["twe-2018"])).changes
    names = {change.annex for change in compare(*pair, annexes_of(QUESTIONS["twe-2024"])).changes}
    assert names == {"twe-2024 bijlage 1", "twe-2024 bijlage 3"}


def test_two_geographies_are_refused(pair, tmp_path):
    other = make_publication(tmp_path, geography_date=dt.date(2019, 1, 1))
    with pytest.raises(PublicationError, match="choose one geography date"):
        compare(other, pair[1], annexes_of(None))


def test_terminal_text_and_workbook(pair):
    made = compare(*pair, annexes_of(None))
    shown = text(made, limit=0)
    assert "8 of" in shown and "SYNTHETIC" in shown and "The code differs too: 1.2.3 and 1.2.4." in shown
    assert "Vlaanderen    2023  Totaal    9  11          +2        2  1" in shown
    assert "... and 1 more municipalities and years" in shown
    lines = [line for line in text(made).splitlines() if line.startswith("  Antwerpen")]
    assert len(lines) == 2 and "-0.11" in lines[1]
    assert render_bytes(document(made)) == render_bytes(document(compare(*pair, annexes_of(None))))


def test_the_workbook_says_that_it_is_confidential_and_is_for_its_maker_alone(pair, tmp_path):
    path = write_workbook(compare(pair[0], pair[0], annexes_of(None)), tmp_path / "c.xlsx")
    assert path == tmp_path / "VERTROUWELIJK_c.xlsx" and path.stat().st_mode & 0o777 == 0o600
    assert all(
        "VERTROUWELIJK" in f"{sheet['A1'].value} {sheet['A2'].value}" for sheet in load_workbook(path).worksheets
    )


def test_nothing_changed_is_said(pair, tmp_path):
    made = compare(pair[0], pair[0], annexes_of(None))
    assert "Nothing changed." in text(made)
    path = write(document(made), tmp_path / "c_VERTROUWELIJK.xlsx")
    assert load_workbook(path).sheetnames == ["Inhoud", "Wijzigingen", "Leveringen"]
    assert violations(path, OF_ANY_WORKBOOK) == []


def test_the_workbook_of_a_comparison_keeps_to_the_checklist(pair, tmp_path):
    made = compare(*pair, annexes_of(None))
    gone = replace(made.changes[-1], new=None, difference="[z]")
    path = write(document(replace(made, changes=(*made.changes, gone))), tmp_path / "c_VERTROUWELIJK.xlsx")
    assert violations(path, OF_ANY_WORKBOOK) == []
    rows = cells(path, "Wijzigingen")
    assert (rows[0]["NIS-code"], rows[0]["Gemeente"]) == ("[z]", "Vlaanderen")
    assert rows[-1]["Is (in de eenheid van het cijfer)"] == "[z]"


def hides(identity: FigureId) -> bool:
    return identity.place in ("44021", "vlaanderen") and identity.year == 2023


@pytest.mark.parametrize(("question", "number"), [(q.id, a.number) for q in QUESTIONS.values() for a in q.annexes])
@pytest.mark.parametrize(("edition", "hidden"), [("publiek", None), ("publiek", hides), ("volledig", hides)])
def test_a_finished_workbook_reads_back_as_what_it_shows(pair, tmp_path, question, number, edition, hidden):
    annex = QUESTIONS[question].annex(number)
    made = write_annex(pair[0], QUESTIONS[question], annex, tmp_path, (2022, 2023), edition=edition, hidden=hidden)
    with PublicationReader(pair[0]) as publication:
        collected = collect(publication, annex.kind, (2022, 2023), annex.options)
    figures = of_figures(collected, hidden if edition == "publiek" else None)
    assert ("[c]" in figures.values()) == (edition == "publiek" and hidden is not None)
    read = of_package(made.package)
    assert read.keys() == figures.keys()
    for key, value in figures.items():
        assert read[key] == (value if isinstance(value, str) else Decimal(str(value))), key
    for mart, (names, rows) in tidy_of_workbook(made.path, annex.kind).items():
        keys = next(item for item in annex.kind.marts if item.name == mart).keys
        assert {"year", "nis_code", *keys} <= set(names)
        assert all(row[0] in ("2022", "2023") for row in rows)


def test_revision_sheet_tells_what_changed_since_the_answer(pair, tmp_path):
    annex = QUESTIONS["twe-2024"].annex("1")
    before = of_package(write_annex(pair[0], QUESTIONS["twe-2024"], annex, tmp_path, (2022,)).package)
    before[Key("Opgestart", "totaal", "44021", 2022)] = "[c]"
    earlier = Earlier("Vraag, bijlage 1", dt.date(2024, 4, 2), dt.date(2024, 3, 31), dt.date(2024, 3, 31), before)
    with PublicationReader(pair[1]) as publication:
        shown = of_figures(collect(publication, annex.kind, (2022, 2023), {}))
        sheet = revision_sheet(publication, annex, shown, earlier, by_source([]))
    assert sheet.table and [row[:8] for row in sheet.table.rows] == [
        ("44021", "Gent", 2022, "Opgestart", "totaal", "[c]", 2, "[z]")
    ]
    words = "\n".join(line.text for line in sheet.lines)
    assert "1 van de" in words and "vrijgegeven op 2 april 2024" in words and "staan hier niet: 2023" in words
    assert "SYNTHETISCHE" in words and "enkel in de volledige uitgave" in words
    assert "Oorzaken" not in [column.header for column in sheet.table.columns]
    for edition in ("publiek", "volledig"):
        with PublicationReader(pair[1]) as publication:
            gone = {key: value for key, value in shown.items() if key != Key("Opgestart", "totaal", "11002", 2022)}
            sheet = revision_sheet(publication, annex, gone, earlier, by_source([]), edition)
        result = write_annex(
            pair[0], QUESTIONS["twe-2024"], annex, tmp_path, (2022,), edition=edition, extra_sheets=(sheet,)
        )
        assert violations(result.path) == [], edition
        was, now = "Was (in de eenheid van het cijfer)", "Is (in de eenheid van het cijfer)"
        rows = [(row["NIS-code"], row[was], row[now]) for row in cells(result.path, REVISION)]
        assert rows == [("11002", 6, "[z]"), ("44021", "[c]", 2)][: 2 if edition == "publiek" else 1]


def test_revision_under_another_geography_compares_codes_that_stand_in_both(pair):
    annex = QUESTIONS["twe-2024"].annex("1")
    before = {Key("Opgestart", "totaal", code, 2022): 1 for code in ("11002", "11007")}
    earlier = Earlier("x", dt.date(2018, 1, 1), dt.date(2018, 1, 1), dt.date(2018, 1, 1), before)
    with PublicationReader(pair[1]) as publication:
        shown = {Key("Opgestart", "totaal", "11002", 2022): 6}
        sheet = revision_sheet(publication, annex, shown, earlier, by_source([]))
    assert sheet.table and [row[0] for row in sheet.table.rows] == ["11002"]


def test_a_figure_on_one_side_only_is_a_change():
    key = Key("Opgestart", "totaal", "11002", 2022)
    (made,) = compare_annex("1", KINDS["1"], {}, {key: 1}, {}, by_source([]))
    assert (made.old, made.new, made.difference) == (None, 1, "[z]")
    assert not compare_annex("1", KINDS["1"], {key: Decimal("1.0")}, {key: 1}, {}, by_source([]))


# --- which deliveries touch what


class Lake:
    """A lake in a folder: deliveries of rows given by name, the rest empty."""

    def __init__(self, root: Path) -> None:
        self.data = DataFolder(root)
        self.contracts = {name: contract.load(name) for name in contract.sources()}
        storage.ensure_empty(self.data.lake, self.contracts.values())
        self.entries: list[Entry] = []

    def deliver(self, source: str, day: str, *rows: dict[str, object]) -> Entry:
        name = f"{source}_{day}.csv"
        entry = Entry(
            delivery_id=f"{source}_{day}",
            file_name=name,
            source=source,
            delivered_on=dt.date.fromisoformat(day),
            status="accepted",
            message="",
            sha256=name,
            suite_version="",
            run_id="",
            loaded_at=dt.datetime(2025, 1, 1),
        )
        folder = self.data.lake / source
        with duckdb.connect() as con:
            con.execute(f"create table t as from '{folder / '_none.parquet'}' limit 0")
            for number, row in enumerate(rows, 2):
                facts = {
                    "verwijderd": False,
                    "_delivery_id": entry.delivery_id,
                    "_file_name": name,
                    "_delivered_on": entry.delivered_on,
                    "_row": number,
                } | row
                marks = ", ".join(f"${key}" for key in facts)
                con.execute(f"insert into t ({', '.join(facts)}) values ({marks})", facts)
            con.execute(f"copy t to '{folder / (entry.delivery_id + '.parquet')}' (format parquet)")
        self.entries.append(entry)
        return entry

    def trace(self, old_until: str, until: str = "2025-06-30", other_code: bool = False):
        clock = (dt.date.fromisoformat(old_until), dt.date.fromisoformat(until))
        old = [entry for entry in self.entries if entry.delivered_on <= clock[0]]
        return attribute_changes(self.data, self.contracts, old, self.entries, clock, dt.date(2025, 1, 1), other_code)


def row(key: str, nis: str = "44021", start: str = "2022-03-01", **more: object) -> dict[str, object]:
    return {"traject_id": key, "client_key": f"c{key}", "ocmw_nis": nis, "startdatum": start, **more}


@pytest.fixture
def lake(tmp_path) -> Lake:
    made = Lake(tmp_path)
    made.deliver(
        "trajecten",
        "2024-01-31",
        row("a"),
        row("b", "11002", "2021-01-01", einddatum="2022-06-30"),
        row("gone", "11007", "2020-05-05"),
    )
    return made


def test_changed_rows_touch_the_place_and_year_of_both_versions(lake):
    lake.deliver("trajecten", "2025-01-31", row("a"), row("b", "44021", "2021-01-01", einddatum="2023-01-31"))
    made = lake.trace("2024-12-31")
    name = ["trajecten_2025-01-31.csv"]
    one, four, five = KINDS["1"], KINDS["4"], KINDS["5"]
    assert (
        made.causes(one, "11002", 2021) == made.causes(one, "44021", 2021) == made.causes(one, FLANDERS, 2021) == name
    )
    assert made.causes(four, "11002", 2022) == made.causes(four, "44021", 2023) == name
    assert made.causes(five, "44021", 2024) == [*name, TIME]
    assert made.causes(one, "44021", 2022) == [], "row a is only repeated"


def test_withdrawn_rows_touch_where_they_were_and_codes_resolve(lake):
    withdrawn = {"traject_id": "gone", "verwijderd": True}
    lake.deliver("trajecten", "2025-01-31", withdrawn)
    made = lake.trace("2024-12-31")
    assert made.causes(KINDS["1"], "11002", 2020) == ["trajecten_2025-01-31.csv"], "Borsbeek is Antwerpen by 2025"


def test_sources_without_a_place_count_where_the_trajectory_counts(lake):
    lake.deliver(
        "arbeidsmarktposities",
        "2025-02-01",
        {"positie_id": "p", "client_key": "cb", "positie": "NEC", "startdatum": "2022-07-01"},
    )
    lake.deliver("klantprofielen", "2025-02-02", {"traject_id": "a", "geslacht": "V"})
    lake.deliver(
        "loontoelagen",
        "2025-02-03",
        {
            "betaling_id": "l",
            "traject_id": "?",
            "ocmw_nis": "73109",
            "prestatiemaand": "2023-12-01",
            "betaaldatum": "2024-01-15",
            "soort": "BETALING",
            "bedrag": "10.00",
        },
    )
    made = lake.trace("2024-12-31", other_code=True)
    assert made.causes(KINDS["5"], "11002", 2023) == ["arbeidsmarktposities_2025-02-01.csv", CODE]
    assert made.causes(KINDS["2"], "44021", 2022) == ["klantprofielen_2025-02-02.csv", CODE]
    assert made.causes(KINDS["3"], "73109", 2023) == made.causes(KINDS["3"], "73109", 2024)
    assert made.causes(KINDS["3"], "73109", 2023) == ["loontoelagen_2025-02-03.csv", CODE]


def test_untouched_municipalities_follow_flanders_and_time_alone_is_a_cause(lake):
    assert lake.trace("2025-01-01", "2025-06-30").causes(KINDS["6"], "11002", 2025) == [TIME]
    assert lake.trace("2025-01-01", "2025-06-30").causes(KINDS["1"], "11002", 2025) == []
    lake.deliver("leefloners", "2025-02-01", {"nis_code": "73109", "maand": "2023-01-01", "leefloners": 5})
    made = lake.trace("2024-12-31")
    name = ["leefloners_2025-02-01.csv"]
    assert made.causes(KINDS["ratio"], "73109", 2024) == name, "the change against the year before moves too"
    assert made.causes(KINDS["ratio"], "11001", 2023) == name, "the difference with Flanders moves everywhere"


def change(old: str, new: str | None, day: str = "2024-01-01", **more: object) -> dict[str, object]:
    return {"oude_insz_key": old, "nieuwe_insz_key": new, "ingangsdatum": day, **more}


def test_a_changed_number_touches_the_trajectories_of_its_person(lake):
    lake.deliver("insz_wijzigingen", "2025-03-01", change("cb", "cx"), change("cx", "cy"), change("nobody", "else"))
    made = lake.trace("2024-12-31")
    causes = ["insz_wijzigingen_2025-03-01.csv", NUMBER]
    for kind in ("5", "6"):
        assert made.causes(KINDS[kind], "11002", 2023) == causes, "measured in 2023"
        assert made.causes(KINDS[kind], "11002", 2022) == []
    assert made.causes(KINDS["aftercare"], "11002", 2022) == made.causes(KINDS["ratio"], "11002", 2021) == causes
    assert made.causes(KINDS["1"], "11002", 2021) == [], "who the client is says nothing of its start"
    assert made.causes(KINDS["5"], "11007", 2023) == causes, "as Flanders; nothing of its own"


def test_what_came_under_another_number_counts_where_the_trajectory_is(lake):
    lake.deliver("insz_wijzigingen", "2024-03-01", change("cb", "cx"))
    lake.deliver("transmissies", "2025-02-01", {"transmissie_id": "x", "client_key": "cx"})
    assert lake.trace("2024-12-31").causes(KINDS["6"], "11002", 2023) == ["transmissies_2025-02-01.csv"]


def test_an_undone_change_is_a_cause_and_another_day_of_it_is_none(lake):
    lake.deliver("insz_wijzigingen", "2024-03-01", change("cb", "cx"), change("ca", "cz"))
    undone = change("cb", None, None, verwijderd=True)  # type: ignore[arg-type]
    lake.deliver("insz_wijzigingen", "2025-03-01", undone, change("ca", "cz", "2024-02-02"))
    made = lake.trace("2024-12-31")
    assert made.causes(KINDS["5"], "11002", 2023) == ["insz_wijzigingen_2025-03-01.csv", NUMBER]
    assert made.causes(KINDS["ratio"], "44021", 2022) == made.causes(KINDS["ratio"], FLANDERS, 2022)
    assert ("insz_wijzigingen", DateRole.MONTH, "44021", 2022) not in made._touched


def test_the_withdrawal_of_a_change_that_was_never_known_is_no_cause(lake):
    withdrawn = change("cb", None, None, verwijderd=True)  # type: ignore[arg-type]
    lake.deliver("insz_wijzigingen", "2025-03-01", withdrawn)
    assert lake.trace("2024-12-31").causes(KINDS["5"], "11002", 2023) == []
    lake.deliver("insz_wijzigingen", "2025-04-01", change("cb", "cx"))
    causes = lake.trace("2024-12-31").causes(KINDS["5"], "11002", 2023)
    assert causes == ["insz_wijzigingen_2025-04-01.csv", NUMBER], "until it comes back"
