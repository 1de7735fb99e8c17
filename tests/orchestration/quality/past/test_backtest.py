"""What today's rules would have done to yesterday's rows, and the steward's own examples of changing one."""

import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from expectations import contract
from expectations.contract import FOLDER, Rule, SourceContract
from orchestration.ingest.inbox import parse_name
from orchestration.ingest.readers import UNREADABLE
from orchestration.quality import cases, current_rules, listing
from orchestration.quality.checks import checking
from orchestration.quality.checks.files import Places
from orchestration.quality.past import backtest
from orchestration.store.paths import PROJECT, SEEDS, DataFolder
from tests.hostile import write_inbox
from tests.support.deliveries import INSZ, load, write

GUIDE = PROJECT / "docs" / "data-steward.md"
Changed = Callable[[str, str, str], SourceContract]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A copy of everything that a steward may change."""
    shutil.copytree(FOLDER, tmp_path / "expectations", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(SEEDS, tmp_path / "dbt" / "seeds")
    contract.load.cache_clear()
    return Places(tmp_path / "expectations", tmp_path / "dbt" / "seeds")


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{path.name} no longer holds the example's lines once"
    path.write_text(text.replace(before, after), encoding="utf-8")


def told(data: DataFolder, places: Places, source: str) -> list[tuple[str, str, tuple[int, ...]]]:
    """What would change, after the checks found the files sound."""
    assert checking.mistakes((*checking.CHEAP, *checking.THOROUGH), places) == []
    judged = backtest.backtest(data, contract.load(source, places.expectations, places.seeds))
    return [(c.effect, c.rule, c.rows) for c in judged.changes]


@pytest.mark.slow
def test_unchanged_rules_give_every_row_of_a_hostile_inbox_the_outcome_that_it_has(data: DataFolder) -> None:
    inbox = write_inbox(data.inbox, seed=1)
    by_source: dict[str, list[Path]] = defaultdict(list)
    for name in sorted(inbox.good, key=lambda name: (parse_name(name, contract.sources())[1], name)):
        by_source[parse_name(name, contract.sources())[0]].append(data.inbox / name)
    for source, paths in by_source.items():
        done = load(data, *paths)
        judged = backtest.backtest(data, contract.load(source))
        assert judged.rows == done.total("rows_read") > 0
        assert judged.changes == []
        assert (judged.newly_quarantined, judged.newly_loaded) == (0, 0)


def test_a_source_that_was_never_delivered_has_no_past(data: DataFolder) -> None:
    judged = backtest.backtest(data, contract.load("transmissies"))
    assert (judged.rows, judged.changes) == (0, [])


@pytest.mark.slow
def test_a_key_that_could_not_be_read_stays_unreadable(data: DataFolder) -> None:
    load(data, write(data.inbox, "klantprofielen_2024-01-31.csv", f"traject_id | leeftijd\n{UNREADABLE}#N/A | 30"))
    judged = backtest.backtest(data, contract.load("klantprofielen"))
    assert (judged.rows, judged.changes) == (1, [])


def examples() -> dict[str, list[str]]:
    """Heading of the steward's guide -> its code blocks."""
    text = GUIDE.read_text(encoding="utf-8").split("## Changing a rule")[1].split("\n## ")[0]
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    return {
        heading: [
            block.strip("\n") for block in re.findall(r"^```\w*\n(.*?)^```", body, flags=re.DOTALL | re.MULTILINE)
        ]
        for heading, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def before_after(heading: str) -> tuple[str, str]:
    before, after = re.split(r"^(?:# )?after\n", examples()[heading][0], flags=re.MULTILINE)
    return re.sub(r"^(?:# )?before\n", "", before), after + "\n"


@pytest.mark.slow
def test_the_example_of_a_bound_lets_the_past_row_in(data: DataFolder, places: Places) -> None:
    load(data, write(data.inbox, "klantprofielen_2024-01-31.csv", "traject_id | leeftijd\nT1 | 14\nT2 | 13\nT3 | 30"))
    change(places.expectations / "klantprofielen.yml", *before_after("A bound"))
    assert told(data, places, "klantprofielen") == [("let in", "invalid_leeftijd", (2,))]


@pytest.mark.slow
def test_the_example_of_a_severity_refuses_what_was_loaded_with_a_warning(data: DataFolder, places: Places) -> None:
    head = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
    rows = f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | 2023-01-01 | UITGEVOERD\nT2 | {INSZ[1]} | 11001 | 2020-01-01 | |"
    load(data, write(data.inbox, "trajecten_2024-01-31.csv", f"{head}\n{rows}"))
    change(places.expectations / "trajecten.yml", *before_after("A severity"))
    assert told(data, places, "trajecten") == [("quarantined", "over_24_months", (2,))]


@pytest.mark.slow
def test_the_example_of_a_new_rule_warns_about_past_rows(data: DataFolder, places: Places) -> None:
    head = "betaling_id | traject_id | ocmw_nis | prestatiemaand | betaaldatum | soort | bedrag"
    rows = "\n".join(f"B{n} | T1 | 11001 | 2020-01 | 2020-02-01 | BETALING | {n}000,50" for n in (4, 5, 6))
    load(data, write(data.inbox, "loontoelagen_2024-01-31.csv", f"{head}\n{rows}"))
    path = places.expectations / "loontoelagen.yml"
    path.write_text(path.read_text(encoding="utf-8") + examples()["A new rule"][0] + "\n", encoding="utf-8")
    assert told(data, places, "loontoelagen") == [("warned", "amount_over_5000", (3, 4))]


@pytest.mark.slow
def test_the_example_of_a_code_lets_the_past_row_in(data: DataFolder, places: Places) -> None:
    head = "positie_id | klant_id | positie | startdatum"
    rows = f"P1 | {INSZ[0]} | buitenland | 2020-01-01\nP2 | {INSZ[0]} | nec | 2020-01-01"
    load(data, write(data.inbox, "arbeidsmarktposities_2024-01-31.csv", f"{head}\n{rows}"))
    change(places.seeds / "code_lists.csv", *before_after("A code"))
    assert told(data, places, "arbeidsmarktposities") == [("let in", "invalid_positie", (2,))]


def test_the_example_of_a_class_is_sound_only_as_a_whole(data: DataFolder, places: Places, tmp_path: Path) -> None:
    """With the classes of the disclosure policy that held what was divided."""
    places = replace(places, policy=Path(shutil.copy(places.policy, tmp_path / "policy.yml")))
    change(places.seeds / "class_sets.csv", *before_after("A class"))
    assert [item.file_name for item in checking.mistakes(checking.CHEAP, places)] == ["policy.yml", "policy.yml"]
    change(places.policy, "[25-39, unknown]", "[25-29, 30-39, unknown]")
    change(places.policy, "[<25, 25-39, unknown]", "[<25, 25-29, 30-39, unknown]")
    assert checking.mistakes(checking.CHEAP, places) == []


def test_the_example_of_a_merger_is_sound_only_as_a_whole(data: DataFolder, places: Places) -> None:
    codes, mergers = examples()["A municipality"]
    path = places.seeds / "municipalities.csv"
    closed = "|".join(line.split(",")[0] for line in codes.splitlines() if line.split(",")[3])
    kept = re.sub(rf"^(?:{closed}),.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    path.write_text(f"{kept}{codes}\n", encoding="utf-8")
    assert {p.what.split(" to ")[0] for p in checking.mistakes(checking.CHEAP, places)} == {
        f"add the row {line}" for line in mergers.splitlines()
    }
    with (places.seeds / "municipality_merges.csv").open("a", encoding="utf-8") as file:
        file.write(f"{mergers}\n")
    assert checking.mistakes(checking.CHEAP, places) == []


def test_a_rule_on_the_insz_is_told_as_not_judged(data: DataFolder, places: Places) -> None:
    load(
        data,
        write(
            data.inbox,
            "transmissies_2024-01-31.csv",
            f"transmissie_id | klant_id | transmissiedatum\nX1 | {INSZ[0]} | 2020-01-01",
        ),
    )
    path = places.expectations / "transmissies.yml"
    rule = """rules:
  - name: bis_number
    on_fail: warn
    expect: expect_column_values_to_not_match_regex
    column: klant_id__text
    regex: ^..[24]
    meaning: Het is een bisnummer.
    remedy: Kijk het na.
"""
    path.write_text(path.read_text(encoding="utf-8") + rule, encoding="utf-8")
    judged = backtest.backtest(data, contract.load("transmissies", places.expectations, places.seeds))
    assert (judged.left_out, judged.changes) == (["bis_number", "implausible_klant_id", "person_number_as_key"], [])
    assert (
        "Not run, because the INSZ is gone: bis_number, implausible_klant_id, person_number_as_key."
        in backtest.text([judged])
    )


def test_open_rows_that_todays_rules_let_through_are_marked(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of the day of delivery were stricter: ages from 20, at most 12 months a trajectory, no sector X."""
    now = {name: contract.load(name) for name in ("klantprofielen", "trajecten")}
    profiles, trajectories = now.values()
    old = tuple(
        replace(r, kwargs={**r.kwargs, "min_value": 20}) if r.kwargs.get("min_value") == 15 else r
        for r in profiles.rules
    )
    gone = Rule(
        "no_x", "reject", "expect_column_values_to_not_be_in_set", {"column": "geslacht", "value_set": ["X"]}, "live"
    )
    former = {
        "klantprofielen": replace(profiles, rules=(*old, gone), version="former"),
        "trajecten": replace(
            trajectories,
            version="former",
            rules=tuple(
                replace(r, kwargs={**r.kwargs, "max_value": 12}) if r.name == "over_24_months" else r
                for r in trajectories.rules
            ),
        ),
    }
    with monkeypatch.context() as patch:
        patch.setattr(contract, "load", lambda name, *_: former.get(name) or now[name])
        rows = "T1 | 19 | V\nT2 | 30 | X\nT3 | 19 | Y\nT4 | 12 | V\nT5 | 12 | X"
        load(data, write(data.inbox, "klantprofielen_2024-01-31.csv", f"traject_id | leeftijd | geslacht\n{rows}"))
        head = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
        rows = "\n".join(
            f"T{n} | {INSZ[n]} | 11001 | 2020-01-01 | {end}-01-01 | UITGEVOERD" for n, end in enumerate((2022, 2023))
        )
        load(data, write(data.inbox, "trajecten_2024-01-31.csv", f"{head}\n{rows}"))
    found = current_rules.marked(data, cases.read(data))
    assert {(c.source[0], c.row_number): (c.gone, current_rules.passes(c)) for c in found} == {
        ("k", 2): (("invalid_leeftijd",), True),
        ("k", 3): (("no_x",), True),
        ("k", 4): (("invalid_leeftijd",), False),  # its other rule holds still
        ("k", 5): ((), False),
        ("k", 6): (("no_x",), False),
        ("t", 2): (("over_24_months",), True),
        ("t", 3): ((), False),
    }
    by_row = {(c.source[0], c.row_number): c for c in found}
    changed = "De regel is intussen gewijzigd."
    assert current_rules.text_of(by_row["k", 2], "invalid_leeftijd") == (changed, "Lever de rij opnieuw zoals ze was.")
    assert current_rules.text_of(by_row["t", 2], "over_24_months") == (changed, "Niets te doen: de rij is geladen.")
    assert current_rules.text_of(by_row["k", 6], "no_x") == (changed, "Voor deze regel is niets te doen.")
    assert "15 tot en met 99" in current_rules.text_of(by_row["k", 6], "invalid_leeftijd")[0]
    said = listing.text(found, listing.CaseFilter(), listing.recipients(data))
    assert (
        "2 quarantined rows would be loaded by today's rules; have them delivered again as they were: klantprofielen "
        in said
    )
    assert "1 row with a warning would get none by today's rules" in said


def test_the_past_is_told_with_row_numbers_on_request_only(data: DataFolder, places: Places) -> None:
    load(data, write(data.inbox, "klantprofielen_2024-01-31.csv", "traject_id | leeftijd\nT1 | 14\nT2 | 20\nT3 | 14"))
    change(places.expectations / "klantprofielen.yml", *before_after("A bound"))
    judged = backtest.backtest(data, contract.load("klantprofielen", places.expectations, places.seeds))
    assert "rows 2, 4" not in backtest.text([judged])
    assert "rows 2, 4" in backtest.text([judged], with_rows=True)
    assert "0 loaded rows would be quarantined, 2 quarantined rows would be loaded" in backtest.text([judged])
