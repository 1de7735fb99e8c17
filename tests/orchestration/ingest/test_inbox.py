"""What lies in the inbox: a delivery by its exact name, or reported and left alone."""

import datetime as dt
import os
import re
from pathlib import Path

import pytest

from expectations import contract
from orchestration.ingest.inbox import (
    LONGEST_NAME,
    Delivery,
    Inbox,
    digest_now,
    is_synthetic,
    parse_name,
    scan,
    under,
    with_content,
)
from orchestration.ingest.ledger import Entry
from orchestration.store.files import replaced
from tests.hostile.broken import NO_DELIVERIES

SOURCES = contract.sources()
TODAY = dt.date(2024, 12, 31)
VERSIONS = dict.fromkeys(SOURCES, "v1")


def entry(of: Delivery, status: str = "accepted", **changes: str) -> Entry:
    facts = {"file_name": of.file_name, "sha256": of.sha256, "suite_version": "v1"} | changes
    return Entry(
        delivery_id=of.delivery_id,
        source=of.source,
        delivered_on=of.delivered_on,
        status=status,
        message="",
        run_id="r",
        loaded_at=dt.datetime(2024, 1, 1),
        **facts,
    )


def look(folder: Path, *ledger: Entry) -> Inbox:
    return scan(folder, SOURCES, ledger, VERSIONS, today=TODAY, limits="1 GiB")


def names(deliveries: list[Delivery]) -> list[str]:
    return [d.file_name for d in deliveries]


def put(folder: Path, name: str, content: str = "x") -> Delivery:
    """Puts a file in the inbox and returns it as a delivery."""
    (folder / name).write_text(content)
    return next(d for d in look(folder).new if d.file_name == name)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("trajecten_2024-01-31.csv", ("trajecten", dt.date(2024, 1, 31), None)),
        ("trajecten_2024-02-29_Gent.xlsx", ("trajecten", dt.date(2024, 2, 29), "Gent")),
        (
            "art60_tewerkstellingen_2024-01-31_OCMW-9000.parquet",
            ("art60_tewerkstellingen", dt.date(2024, 1, 31), "OCMW-9000"),
        ),
        ("leefloners_2024-01-31_-.csv", ("leefloners", dt.date(2024, 1, 31), "-")),
    ],
)
def test_a_name_gives_source_day_and_label(name: str, parts: tuple) -> None:
    assert parse_name(name, SOURCES) == parts


@pytest.mark.parametrize("name", [*NO_DELIVERIES, "trajecten_2024-01-31.csv\n", "trajecten_2024-01-31_\u0661.csv"])
def test_another_name_is_no_delivery_and_says_how_to_name_it(name: str) -> None:
    with pytest.raises(ValueError, match=r"name it <source>_<YYYY-MM-DD>|the sources, in lower case") as error:
        parse_name(name, SOURCES)
    assert "\n" not in str(error.value)


def test_a_day_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match="2023-02-29 is not a day of the calendar"):
        parse_name("trajecten_2023-02-29.csv", SOURCES)


def test_a_return_workbook_says_under_which_name_it_comes_back() -> None:
    with pytest.raises(ValueError, match=r"deliver it as trajecten_YYYY-MM-DD_gent-verbeterd\.xlsx"):
        parse_name("VERTROUWELIJK_44021_gent_trajecten.xlsx", SOURCES)
    with pytest.raises(ValueError, match=r"deliver it as trajecten_YYYY-MM-DD_verbeterd\.xlsx"):
        parse_name("VERTROUWELIJK_onbekend_trajecten.xlsx", SOURCES)


def test_the_inbox_need_not_exist(tmp_path: Path) -> None:
    assert look(tmp_path / "nergens") == Inbox()


def test_new_deliveries_come_in_the_order_in_which_they_count(tmp_path: Path) -> None:
    """By day, then by name in the order of code points: capitals before small letters, 10 before 9."""
    for name in (
        "trajecten_2024-01-31_a.csv",
        "trajecten_2024-01-31_B.csv",
        "trajecten_2024-01-31_9.csv",
        "trajecten_2024-01-31_10.csv",
        "screenings_2024-02-01.csv",
        "trajecten_2024-01-31.csv",
        "transmissies_2024-01-30.csv",
    ):
        (tmp_path / name).write_text(name)
    assert names(look(tmp_path).new) == [
        "transmissies_2024-01-30.csv",
        "trajecten_2024-01-31.csv",
        "trajecten_2024-01-31_10.csv",
        "trajecten_2024-01-31_9.csv",
        "trajecten_2024-01-31_B.csv",
        "trajecten_2024-01-31_a.csv",
        "screenings_2024-02-01.csv",
    ]


def test_unrecognised_files_are_reported_by_name_and_reason(tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("lees mij")
    (tmp_path / "trajecten_2024-01-31.csv").mkdir()
    assert [name for name, _ in look(tmp_path).unrecognised] == ["README.txt", "trajecten_2024-01-31.csv"]
    assert dict(look(tmp_path).unrecognised)["trajecten_2024-01-31.csv"] == "is not a file"


def test_a_delivery_of_after_today_is_a_stranger_until_its_day(tmp_path: Path) -> None:
    for name in ("trajecten_2024-12-31.csv", "trajecten_2025-01-01.csv", "trajecten_2025-01-01_synthetisch.csv"):
        (tmp_path / name).write_text(name)
    found = look(tmp_path)
    assert names(found.new) == ["trajecten_2024-12-31.csv", "trajecten_2025-01-01_synthetisch.csv"]
    assert names(found.early) == ["trajecten_2025-01-01.csv"]
    assert found.unrecognised == [
        (
            "trajecten_2025-01-01.csv",
            "is dated after today (2024-12-31); mend the date in its name, or wait for that day",
        )
    ]
    later = scan(tmp_path, SOURCES, [], VERSIONS, today=dt.date(2025, 1, 1))
    assert len(later.new) == 3 and (later.early, later.unrecognised) == ([], [])


def test_a_delivery_of_after_today_that_was_loaded_before_stays_known(tmp_path: Path) -> None:
    (tmp_path / "trajecten_2025-01-01.csv").write_text("x")
    loaded = look(tmp_path).early[0]
    assert names(look(tmp_path, entry(loaded)).loaded) == ["trajecten_2025-01-01.csv"]


def test_a_delivery_that_was_loaded_is_known(tmp_path: Path) -> None:
    one = put(tmp_path, "trajecten_2024-01-31.csv")
    found = look(tmp_path, entry(one))
    assert (names(found.loaded), names(found.new)) == (["trajecten_2024-01-31.csv"], [])


def test_the_same_content_under_another_name_is_a_repeat(tmp_path: Path) -> None:
    one = put(tmp_path, "trajecten_2024-01-31.csv")
    put(tmp_path, "trajecten_2024-02-29.csv")
    found = look(tmp_path, entry(one))
    assert [(d.file_name, former) for d, former in found.repeats] == [
        ("trajecten_2024-02-29.csv", "trajecten_2024-01-31.csv")
    ]
    assert not found.new


def test_a_loaded_name_with_other_content_clashes_once(tmp_path: Path) -> None:
    before = put(tmp_path, "trajecten_2024-01-31.csv", "before")
    after = put(tmp_path, "trajecten_2024-01-31.csv", "after")
    assert names(look(tmp_path, entry(before)).clashes) == ["trajecten_2024-01-31.csv"]
    refused = entry(after, "rejected")
    found = look(tmp_path, entry(before), refused)
    assert (names(found.clashes), names(found.rejected_before)) == ([], ["trajecten_2024-01-31.csv"])


def test_a_file_that_was_refused_for_what_its_reading_takes_is_tried_again_under_other_limits(tmp_path: Path) -> None:
    one = put(tmp_path, "trajecten_2024-01-31.csv", "large")
    assert names(look(tmp_path, entry(one, "rejected", suite_version=under("v1", "1 GiB"))).rejected_before)
    assert names(look(tmp_path, entry(one, "rejected", suite_version=under("v1", "2 GiB"))).new)
    assert names(look(tmp_path, entry(one, "rejected", suite_version=under("v0", "1 GiB"))).new)


def test_a_refused_file_is_tried_again_when_it_or_the_rules_changed(tmp_path: Path) -> None:
    one = put(tmp_path, "trajecten_2024-01-31.csv", "broken")
    refused = entry(one, "rejected")
    assert names(look(tmp_path, refused).rejected_before) == ["trajecten_2024-01-31.csv"]
    assert names(look(tmp_path, entry(one, "rejected", suite_version="v0")).new) == ["trajecten_2024-01-31.csv"]
    put(tmp_path, "trajecten_2024-01-31.csv", "mended")
    assert names(look(tmp_path, refused).new) == ["trajecten_2024-01-31.csv"]


def test_a_refused_name_does_not_hold_back_its_content_under_another(tmp_path: Path) -> None:
    refused = entry(put(tmp_path, "trajecten_2024-01-31.csv"), "rejected")
    put(tmp_path, "trajecten_2024-02-01.csv")
    assert names(look(tmp_path, refused).new) == ["trajecten_2024-02-01.csv"]


def test_two_deliveries_never_share_an_id(tmp_path: Path) -> None:
    ids = [put(tmp_path, "trajecten_2024-01-31.csv", content).delivery_id for content in ("a", "b")]
    ids.append(put(tmp_path, "trajecten_2024-01-31_x.csv", "b").delivery_id)
    assert len(set(ids)) == 3


def test_two_formats_of_one_name_never_share_an_id(tmp_path: Path) -> None:
    ids = {put(tmp_path, f"trajecten_2024-01-31.{kind}", kind).delivery_id for kind in ("csv", "xlsx", "parquet")}
    assert len(ids) == 3


def test_a_file_that_cannot_be_read_waits_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "trajecten_2024-01-31.csv")

    def refuse(*_: object) -> None:  # root may read everything, so permissions would not do
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    found = look(tmp_path)
    assert (found.new, found.unrecognised) == ([], [])
    assert found.unreadable == [
        ("trajecten_2024-01-31.csv", "cannot be read (Permission denied); give the pipeline read access")
    ]


def test_a_link_in_a_circle_is_a_stranger(tmp_path: Path) -> None:
    (tmp_path / "trajecten_2024-01-31.csv").symlink_to(tmp_path / "trajecten_2024-01-31.csv")
    assert [name for name, _ in look(tmp_path).unrecognised] == ["trajecten_2024-01-31.csv"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_no_file_and_is_not_waited_for(tmp_path: Path) -> None:
    """Nor is one that takes the place of a file."""
    one = put(tmp_path, "trajecten_2024-01-31.csv")
    one.path.unlink()
    os.mkfifo(one.path)
    assert look(tmp_path).unrecognised == [("trajecten_2024-01-31.csv", "is not a file")]
    assert digest_now(one) is None
    with pytest.raises(OSError, match="it is not a file"):
        with_content(one.path, "trajecten", TODAY, None)


@pytest.mark.parametrize(
    "label", ["93051822361", "93-05-18-223-61", "OCMW-93051822361", "2024-930518-22361-x", "05030145657"]
)
def test_a_label_with_the_number_of_a_person_is_masked_wherever_the_name_goes(label: str, tmp_path: Path) -> None:
    one = put_named(tmp_path, f"trajecten_2024-01-31_{label}.csv")
    assert one.names_a_person
    assert "*********" in one.file_name and not re.search("9305|0503", one.file_name.replace("-", ""))
    assert one.file_name.startswith("trajecten_2024-01-31_") and one.file_name.endswith(".csv")
    assert one.delivery_id == f"{one.file_name.removesuffix('.csv')}_{one.sha256[:12]}"
    refused = entry(one, "rejected")
    assert names(look(tmp_path, refused).rejected_before) == [one.file_name]


@pytest.mark.parametrize(
    "label",
    ["93051822362", "9305182236", "93051899361", "44021", "44021-20240131", "930518223610", "93051822-x-361", "v2"],
)
def test_other_numbers_may_be_a_label(label: str, tmp_path: Path) -> None:
    one = put_named(tmp_path, f"trajecten_2024-01-31_{label}.csv")
    assert not one.names_a_person and one.file_name == one.path.name


def put_named(folder: Path, name: str) -> Delivery:
    (folder / name).write_text("x")
    return look(folder).new[0]


def test_the_name_of_a_stranger_is_masked_too(tmp_path: Path) -> None:
    (tmp_path / "Jan 93.05.18-223.61.pdf").write_text("x")
    assert look(tmp_path).unrecognised[0][0] == "Jan 93*********.pdf"


def test_a_file_that_is_written_to_after_the_look_digest_now(tmp_path: Path) -> None:
    one = put(tmp_path, "trajecten_2024-01-31.csv", "before")
    assert digest_now(one) == one.sha256
    for content in ("before and more", "BEFORE"):
        one.path.write_text(content)
        assert digest_now(one) != one.sha256
    one.path.unlink()
    assert digest_now(one) is None


@pytest.mark.parametrize(
    ("name", "synthetic"),
    [
        ("trajecten_2024-01-31_synthetisch.csv", True),
        ("trajecten_2024-01-31_synthetisch-Gent.csv", True),
        ("trajecten_2024-01-31_Gent.csv", False),
        ("trajecten_2024-01-31_niet-synthetisch.csv", False),
    ],
)
def test_demo_deliveries_are_known_by_their_label(name: str, synthetic: bool) -> None:
    assert is_synthetic(name) is synthetic


def test_a_link_is_no_delivery(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elders.csv"
    elsewhere.write_text("x")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "trajecten_2024-01-31.csv").symlink_to(elsewhere)
    (inbox / "trajecten_2024-02-29.csv").symlink_to(tmp_path / "nergens")
    found = look(inbox)
    why = "is a link; put the file itself in the inbox"
    assert found == Inbox(unrecognised=[("trajecten_2024-01-31.csv", why), ("trajecten_2024-02-29.csv", why)])


def test_a_name_that_the_lake_could_not_keep_is_no_delivery(tmp_path: Path) -> None:
    start, end = "trajecten_2024-01-31_", ".parquet"
    longest = start + "a" * (LONGEST_NAME - len(start + end)) + end
    (tmp_path / longest).write_text("x")
    (tmp_path / longest.replace("_a", "_aa")).write_text("y")
    found = look(tmp_path)
    (kept,) = found.new
    assert kept.file_name == longest
    with replaced(tmp_path / f"{kept.delivery_id}.parquet") as temporary:
        temporary.write_text("the disk takes it")
    ((_, why),) = found.unrecognised
    assert why == f"has a name of {LONGEST_NAME + 1} characters, {LONGEST_NAME} at most; shorten the label"


@pytest.mark.parametrize(
    ("name", "shown"), [(b"rood\x1b[31m.csv", "rood\\x1b[31m.csv"), (b"caf\xe9.csv", "caf\\udce9.csv")]
)
def test_a_name_in_the_inbox_is_shown_without_signs_that_steer(tmp_path: Path, name: bytes, shown: str) -> None:
    (tmp_path / os.fsdecode(name)).write_text("x")
    ((given, _),) = look(tmp_path).unrecognised
    assert given == shown
