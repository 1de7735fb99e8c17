"""The demo: same bytes, published totals, every rule broken as often as promised, synthetic wherever it shows."""

import csv
import hashlib
import re
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml

from orchestration.demo import DemoSummary, InboxInUseError, write_demo
from orchestration.demo.arrays import add_months, day, year_of
from orchestration.demo.delivery_format import ACROSS_COLUMNS, SOURCES, key_columns, rules
from orchestration.demo.irregularities import UNKNOWN_TRAJECTORY_SOURCES
from orchestration.demo.rows import BUILDERS
from orchestration.demo.schedule import schedule
from orchestration.demo.trajectories import WARNINGS
from orchestration.demo.world import World, draw_world
from tests.oracle import Ledger, deliver
from tests.oracle.snapshot import current_rows, default_as_of

pytestmark = pytest.mark.slow  # every test loads deliveries

PROJECT = Path(__file__).resolve().parents[3]
LAST_YEAR = 2021
IN_WAREHOUSE = {"unknown_trajectory", "overlapping_trajectory"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return write_demo(tmp_path_factory.mktemp("demo"), 300, seed=1, last_year=LAST_YEAR)


@pytest.fixture(scope="module")
def loaded(small: DemoSummary) -> Ledger:
    return deliver(small.files, b"demo")


@pytest.fixture(scope="module")
def world() -> World:
    return draw_world(6_000, seed=5, last_year=2025)


def digests(summary: DemoSummary) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in summary.files}


@pytest.mark.slow
def test_same_seed_same_bytes(small: DemoSummary, tmp_path: Path) -> None:
    assert digests(write_demo(tmp_path, 300, seed=1, last_year=LAST_YEAR)) == digests(small)


@pytest.mark.slow
def test_other_seed_other_content(small: DemoSummary, tmp_path: Path) -> None:
    other = digests(write_demo(tmp_path, 300, seed=2, last_year=LAST_YEAR))
    same = {name for name, digest in digests(small).items() if other.get(name) == digest}
    assert not same


def test_every_file_is_a_delivery_that_says_synthetic(small: DemoSummary) -> None:
    name = re.compile(rf"({'|'.join(SOURCES)})_\d{{4}}-\d\d-\d\d_synthetisch[A-Za-z0-9-]*\.(csv|xlsx|parquet)")
    assert sorted(small.inbox.iterdir()) == sorted(small.files)
    assert all(name.fullmatch(path.name) for path in small.files)
    assert {path.suffix for path in small.files} == {".csv", ".xlsx", ".parquet"}
    assert {path.name.split("_2")[0] for path in small.files} == set(SOURCES)
    assert "synthetic" in str(small)


def test_workbooks_and_parquet_say_synthetic_inside(small: DemoSummary) -> None:
    for path in small.files:
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                assert b"ynthetisch" in book.read("docProps/core.xml")
        if path.suffix == ".parquet":
            found = duckdb.sql(f"select key from parquet_kv_metadata('{path}')").fetchall()
            assert (b"synthetisch",) in found


def test_ingest_finds_exactly_what_was_planted(small: DemoSummary, loaded: Ledger) -> None:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for delivery in loaded.deliveries:
        assert delivery.status == "accepted", delivery.file_name
        for (rule, _), rows in delivery.reasons.items():
            found[delivery.source][rule] += rows
    assert not loaded.not_deliveries and not loaded.already_loaded
    for source, planted in small.planted.items():
        on_ingest = {rule: rows for rule, rows in planted.items() if rule not in IN_WAREHOUSE}
        assert on_ingest == dict(found[source]), source
    assert small.rows == {
        source: sum(each.rows_read for each in loaded.deliveries if each.source == source) for source in SOURCES
    }


def test_every_rule_is_planted(small: DemoSummary) -> None:
    for source, planted in small.planted.items():
        assert {rule.name for rule in rules(source)} <= set(planted), source
    assert set(WARNINGS.values()) | {"overlapping_trajectory"} <= set(small.planted["trajecten"])
    assert all("unknown_trajectory" in small.planted[source] for source in UNKNOWN_TRAJECTORY_SOURCES)


def test_the_last_state_is_whole_again(small: DemoSummary, loaded: Ledger) -> None:
    """Broken rows, corrections, withdrawals and come-backs leave exactly the trajectories that were asked for."""
    as_of = default_as_of(loaded)
    assert as_of is not None and as_of.year == LAST_YEAR + 1
    trajectories = current_rows(loaded, "trajecten", as_of)
    assert len(trajectories) == small.trajectories
    known = {row["traject_id"] for row in trajectories}
    for source in UNKNOWN_TRAJECTORY_SOURCES:
        strays = [row for row in current_rows(loaded, source, as_of) if row["traject_id"] not in known]
        assert len(strays) == small.planted[source]["unknown_trajectory"]
    for year in (2017, 2018):
        ends = [(row["startdatum"].year, row["einddatum"]) for row in trajectories]
        assert small.running[year] == sum(start <= year and (not end or end.year >= year) for start, end in ends)


def test_deliveries_change_over_time(loaded: Ledger) -> None:
    """Some keys are delivered again, some withdrawn, and some of the withdrawn come back."""
    seen: dict[str, list[bool]] = defaultdict(list)
    for delivery in sorted(loaded.accepted, key=lambda each: (each.delivered_on, each.file_name)):
        if delivery.source == "trajecten":
            for row in delivery.rows:
                seen[str(row.values["traject_id"])].append(row.verwijderd)
    assert any(len(story) > 1 and not any(story) for story in seen.values())
    assert any(story[-1] for story in seen.values())
    assert any(True in story and not story[-1] for story in seen.values())


def test_overlaps_are_as_planted(small: DemoSummary, loaded: Ledger) -> None:
    as_of = default_as_of(loaded)
    assert as_of is not None
    clients = defaultdict(list)
    for row in current_rows(loaded, "trajecten", as_of):
        clients[row["client_key"]].append(row)
    overlapping = 0
    for rows in clients.values():
        for one in rows:
            overlapping += any(
                one is not other
                and (not other["einddatum"] or one["startdatum"] <= other["einddatum"])
                and (not one["einddatum"] or other["startdatum"] <= one["einddatum"])
                for other in rows
            )
    assert overlapping == small.planted["trajecten"]["overlapping_trajectory"]


def test_published_totals_are_reached(world: World) -> None:
    drawn = world.trajectories
    assert len(drawn) == 6_000
    assert drawn.running_in(2017) == 485
    assert drawn.running_in(2018) == 858
    running = (drawn.start < day(2019)) & (drawn.end >= day(2018))
    provinces = Counter(world.geography.provinces[drawn.unit[running]].tolist())
    assert provinces["Antwerpen"] / 858 == pytest.approx(4_131 / 8_581, abs=0.02)
    assert provinces["Oost-Vlaanderen"] / 858 == pytest.approx(1_707 / 8_581, abs=0.02)
    timely = (drawn.start < day(2025)) & (drawn.end >= day(2024)) & world.jobs.timely
    assert timely.sum() == pytest.approx(922, rel=0.06)
    sizes = np.bincount(drawn.unit, minlength=world.geography.units)
    assert sizes.max() > 1_000 and np.quantile(sizes, 0.25) < 5


@pytest.mark.parametrize("count", [50, 300, 60_000])
def test_totals_scale(count: int) -> None:
    drawn = draw_world(count, seed=3, last_year=2025).trajectories
    assert (drawn.running_in(2017), drawn.running_in(2018)) == (
        round(4_851 * count / 60_000),
        round(8_581 * count / 60_000),
    )


def test_leefloners_follow_the_published_path(world: World) -> None:
    columns = BUILDERS["leefloners"](world).columns
    for year, persons, municipalities in ((2018, 3_774, 308), (2019, 3_818, 300)):
        january = columns["maand"] == (year - 1970) * 12
        assert columns["leefloners"][january].sum() == persons
        assert january.sum() == municipalities
    assert len(set(columns["maand"].tolist())) == 9 * 12


def test_trajectories_are_possible(world: World) -> None:
    """Codes valid on the start date, at most 24 months, one at a time; but for the rows planted on purpose."""
    drawn, plain = world.trajectories, world.trajectories.warning == 0
    assert (drawn.end >= drawn.start).all()
    assert (drawn.end < add_months(drawn.start, 25) - 1)[plain].all()
    assert (year_of(drawn.start) >= 2017).all() and (year_of(drawn.start) <= 2025).all()
    assert (drawn.nis == world.geography.code(drawn.unit, drawn.start))[plain].all()
    repeats = np.bincount(world.links.client)
    assert 0.07 < (repeats > 1).mean() < 0.15


def test_persons_have_valid_unique_numbers(world: World) -> None:
    numbers = world.people.insz
    nine, check = numbers // 100, numbers % 100
    century = np.where(year_of(world.people.birth) >= 2000, 2_000_000_000, 0)
    assert (check == 97 - (nine + century) % 97).all()
    assert len(set(numbers.tolist())) == len(numbers)
    assert (year_of(world.people.birth) >= 2000).any()
    assert (numbers // 10_000_000 % 100 > 12).any()  # bis numbers
    assert (nine % 1_000 > 900).all()  # day counters that no real person comes near


def test_three_in_a_hundred_clients_get_another_number_on_the_way(world: World) -> None:
    """The former one until that day, the present one from then on; the source says so, with the year's deliveries."""
    changes, people, drawn = world.changes, world.people, world.trajectories
    assert len(changes.person) == round(0.03 * world.links.clients)
    nine, check = changes.before // 100, changes.before % 100
    century = np.where(year_of(people.birth[changes.person]) >= 2000, 2_000_000_000, 0)
    assert (check == 97 - (nine + century) % 97).all()
    assert ((nine // 100_000 % 100 > 40) & (nine // 100_000 % 100 < 53)).all(), "a bis number first"
    assert not set(changes.before.tolist()) & set(people.insz.tolist())
    former = dict(zip(changes.person.tolist(), changes.before.tolist(), strict=True))
    days = dict(zip(changes.person.tolist(), changes.day.tolist(), strict=True))
    seen: Counter[bool] = Counter()
    for source, began in (("trajecten", "startdatum"), ("arbeidsmarktposities", "startdatum")):
        columns = BUILDERS[source](world).columns
        present = {int(people.insz[person]): person for person in former}
        for insz, day_ in zip(columns["klant_id"].tolist(), columns[began].tolist(), strict=True):
            if insz in present:
                assert day_ >= days[present[insz]]
                seen[True] += 1
            elif insz in former.values():
                seen[False] += 1
    assert min(seen.values()) > 30
    for person, day_ in days.items():
        own = np.flatnonzero(world.links.client == person)[0]
        assert drawn.start[own] < day_ < drawn.end[own], "in the middle of a trajectory"
    told = BUILDERS["insz_wijzigingen"](world).columns
    assert set(zip(told["oude_insz"].tolist(), told["nieuwe_insz"].tolist(), strict=True)) == {
        (former[person], int(people.insz[person])) for person in former
    }


def test_most_jobs_start_in_time_and_are_paid_every_month(world: World) -> None:
    drawn, jobs = world.trajectories, world.jobs
    _, first = np.unique(jobs.trajectory, return_index=True)
    trajectory = jobs.trajectory[first]
    in_time = jobs.start[first] <= add_months(drawn.start[trajectory], 2)
    assert (in_time == jobs.timely[trajectory]).all()
    assert in_time.sum() > 0.6 * len(drawn)
    money = BUILDERS["loontoelagen"](world).columns
    payments = money["soort"] == 0
    assert (money["bedrag"][payments] > 0).all() and (money["bedrag"] != 0).all()
    assert (~payments).mean() == pytest.approx(0.03, abs=0.015)
    assert np.median(money["bedrag"][payments]) == pytest.approx(105_000, rel=0.15)


def test_the_columns_are_those_of_the_contracts() -> None:
    """The demo restates the format on purpose; this holds the two together."""
    with (PROJECT / "dbt_project" / "seeds" / "code_lists.csv").open(encoding="utf-8", newline="") as file:
        codes: dict[str, list[str]] = defaultdict(list)
        for row in csv.DictReader(file):
            codes[row["code_list"]] += [row["source_code"]] if row["source_code"] else []
    for source, columns in SOURCES.items():
        contract = yaml.safe_load((PROJECT / "expectations" / f"{source}.yml").read_text(encoding="utf-8"))
        assert [column.name for column in columns] == list(contract["columns"])
        assert list(key_columns(source)) == contract["key"]
        for column in columns:
            given = contract["columns"][column.name]
            assert column.required == bool(given.get("required")), (source, column.name)
            assert set(column.codes) == set(codes[given["code_list"]] if "code_list" in given else [])
        rejects = {rule["name"] for rule in contract.get("rules", []) if rule["on_fail"] == "reject"}
        assert rejects == set(ACROSS_COLUMNS.get(source, ()))


def test_number_of_deliveries_is_modest() -> None:
    assert 60 <= sum(len(schedule(source, 2025).deliveries) for source in SOURCES) <= 120


@pytest.mark.slow
def test_writing_again_changes_nothing(small: DemoSummary) -> None:
    before = digests(small)
    assert digests(write_demo(small.inbox, 300, seed=1, last_year=LAST_YEAR)) == before


@pytest.mark.slow
def test_refuses_to_replace_or_to_mix(small: DemoSummary, tmp_path: Path) -> None:
    before = digests(small)
    with pytest.raises(InboxInUseError, match="other content"):
        write_demo(small.inbox, 50, seed=9, last_year=LAST_YEAR)
    assert digests(small) == before
    assert sorted(small.inbox.iterdir()) == sorted(small.files)
    (tmp_path / "trajecten_2024-01-31.csv").write_text("traject_id\n", encoding="utf-8")
    with pytest.raises(InboxInUseError, match="not synthetic"):
        write_demo(tmp_path, 50, seed=1, last_year=LAST_YEAR)


@pytest.mark.parametrize(
    ("trajectories", "seed", "last_year"), [(49, 1, 2025), (500_001, 1, 2025), (300, -1, 2025), (300, 1, 2019)]
)
def test_refuses_numbers_out_of_range(tmp_path: Path, trajectories: int, seed: int, last_year: int) -> None:
    with pytest.raises(ValueError):
        write_demo(tmp_path / "inbox", trajectories, seed, last_year)
    assert not (tmp_path / "inbox").exists()


@pytest.mark.slow
def test_the_smallest_demo_works(tmp_path: Path) -> None:
    summary = write_demo(tmp_path, 50, seed=7, last_year=2020)
    assert deliver(summary.files, b"demo").accepted
    assert summary.running[2017] == 4 and summary.running[2018] == 7
