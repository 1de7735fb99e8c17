"""Where an annex goes, which years it tells, and when it is up to date."""

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import duckdb
import pytest

from exports.figures.reading import PublicationReader
from exports.figures.reads import noted
from exports.questions.question import Question, QuestionError, load_questions
from orchestration import runner
from orchestration.answers import documents
from orchestration.answers.disclosure import StoredControl
from orchestration.answers.documents import DocumentStamps, stamp
from orchestration.answers.questions import UnknownQuestionError, YearsError, chosen, known, parse_years, sound
from orchestration.ingest.ledger import Entry
from orchestration.planning import RunRequest
from orchestration.quality.checks import checking
from orchestration.quality.checks.files import MistakesError
from orchestration.resources import workspace_resource
from orchestration.store.paths import PROJECT, QUESTIONS, DataFolder
from orchestration.store.settings import Settings, SettingsError
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication, inputs_digest
from orchestration.warehouse.run_dates import NothingAcceptedError, RunDates, resolve
from tests.exports.tiny_publication import make_publication
from tests.orchestration.ingest.test_ledger import ENTRY

SETTINGS = Settings()
NEWEST, EARLIER = dt.date(2024, 6, 30), dt.date(2024, 1, 31)
ENTRIES = [ENTRY, replace(ENTRY, file_name="b", sha256="45", delivered_on=NEWEST)]
MADE = Publication(Path("p"), NEWEST, NEWEST, False, "0.1", "digest", dt.datetime(2024, 7, 1))


@pytest.fixture(scope="module")
def question() -> Question:
    return load_questions(QUESTIONS)["twe-2024"]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        (None, None),
        ("", None),
        ("2020", (2020,)),
        ("2020-2023", (2020, 2021, 2022, 2023)),
        ("2020-2020", (2020,)),
        ("2020,2022", (2020, 2022)),
        ("2022, 2020", (2020, 2022)),
        ("2018,2020-2021,2018", (2018, 2020, 2021)),
    ],
)
def test_years_are_ranges_and_single_years_in_order(text: str | None, years: tuple | None) -> None:
    assert parse_years(text) == years


@pytest.mark.parametrize(
    "text", ["twintig", "2020-", "-2020", "2023-2020", "2020,", "2020-2021-2022", "../weg", "2016"]
)
def test_other_years_are_refused_with_the_way_to_write_them(text: str) -> None:
    with pytest.raises(YearsError, match=r"^--years: .*(write 2020, 2020-2023|must run forward and start in 2017)"):
        parse_years(text)


def place(question: Question, made: Publication, years: str | None = None) -> str:
    return documents.folder(DataFolder(Path("/d")), question, made, ENTRIES, years).relative_to("/d/annexes").as_posix()


def test_the_usual_stand_goes_into_the_folder_of_the_question(question: Question) -> None:
    assert place(question, MADE) == "twe-2024"


def test_another_stand_geography_or_choice_of_years_never_overwrites_it(question: Question) -> None:
    earlier = replace(MADE, as_of=EARLIER)
    assert place(question, earlier) == "twe-2024/stand-2024-01-31_gebied-2024-06-30"
    moved = replace(MADE, geography_date=dt.date(2018, 1, 1))
    assert place(question, moved) == "twe-2024/stand-2024-06-30_gebied-2018-01-01"
    assert place(question, MADE, (2020, 2022)) == "twe-2024/jaren-2020+2022"
    assert place(question, earlier, (2020, 2021, 2022)) == (
        "twe-2024/stand-2024-01-31_gebied-2024-06-30_jaren-2020+2021+2022"
    )


def test_the_same_years_go_into_the_same_folder_however_they_are_written(question: Question) -> None:
    assert place(question, MADE, parse_years("2020-2021")) == place(question, MADE, parse_years("2021, 2020"))


def test_a_workbook_is_up_to_date_while_its_stamp_stands_and_it_is_there(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    path = data.annexes / "q" / "bijlage.xlsx"
    path.parent.mkdir(parents=True)
    path.touch()
    assert not DocumentStamps(data).is_current(path, "s1", MADE)
    DocumentStamps(data).set(path, "s1", [path], MADE, {})
    DocumentStamps(data).set(path.with_name("andere.xlsx"), "s2", [], MADE, {})
    assert DocumentStamps(data).is_current(path, "s1", MADE)
    assert DocumentStamps(data).dates(path) == (str(MADE.as_of), str(MADE.geography_date))
    assert DocumentStamps(data).dates(path.with_name("nooit.xlsx")) is None
    assert not DocumentStamps(data).is_current(path, "s2", MADE)
    path.unlink()
    assert not DocumentStamps(data).is_current(path, "s1", MADE)


def test_from_another_publication_a_workbook_is_up_to_date_when_that_told_it_the_same(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    one, same, other = (make_publication(tmp_path / name) for name in ("one", "same", "other"))
    with duckdb.connect() as con:
        read, written = other / "mart_intake.parquet", tmp_path / "changed.parquet"
        con.execute(f"copy (select * replace (screened + 1 as screened) from '{read}') to '{written}'")
        written.replace(read)
    path = data.annexes / "q" / "bijlage.xlsx"
    path.parent.mkdir(parents=True)
    path.touch()
    with noted() as reads, PublicationReader(one) as publication:
        publication.rows("mart_intake", ("year", "screened"), where={"nis_code": "11002"})
    made = replace(MADE, path=one)
    DocumentStamps(data).set(path, "s", [path], made, reads)
    assert DocumentStamps(data).is_current(path, "s", replace(made, path=same, inputs="more deliveries"))
    assert not DocumentStamps(data).is_current(path, "s", replace(made, path=other, inputs="more deliveries"))
    later = replace(made, path=same, inputs="more deliveries", as_of=dt.date(2025, 1, 1))
    DocumentStamps(data).confirm(path, later)
    shutil.rmtree(same)
    assert DocumentStamps(data).is_current(path, "s", later), "it isn't asked again"
    assert DocumentStamps(data).dates(path) == ("2025-01-01", str(MADE.geography_date))


def test_both_editions_of_an_annex_and_the_answer_have_a_place(question: Question) -> None:
    annex = question.annexes[0]
    for place in ("twe-2024", "twe-2024/jaren-2020+2022"):
        editions = documents.files(Path("/d") / place, question, annex.key)
        assert editions == {
            "publiek": Path(f"/d/{place}/{annex.key}.xlsx"),
            "volledig": Path(f"/d/vertrouwelijk/{place}/{annex.key}_volledig_VERTROUWELIJK.xlsx"),
        }, "nothing confidential lies in a folder that is handed out"
    assert documents.files(Path("/d"), question, documents.ANSWER) == {"publiek": Path("/d/antwoord.docx")}


def test_a_run_takes_out_of_what_is_handed_out_what_earlier_versions_kept_in_it(settings: Settings) -> None:
    """Of any dates, which nobody may ask for again, and of questions that are gone; what is new stays as it is."""
    stand, full, figures = "stand-2024-01-31_gebied-2024-06-30", "b_volledig_VERTROUWELIJK", "antwoord_cijfers.xlsx"
    moved = {
        f"twe-2024/vertrouwelijk/{full}.xlsx": f"vertrouwelijk/twe-2024/{full}.xlsx",
        f"twe-2024/vertrouwelijk/{full}_csv/former.csv": None,  # the tables that are there are of another making
        f"twe-2024/{stand}/vertrouwelijk/{full}.xlsx": f"vertrouwelijk/twe-2024/{stand}/{full}.xlsx",
        f"twe-2024/{stand}/vertrouwelijk/{full}_csv/a.csv": f"vertrouwelijk/twe-2024/{stand}/{full}_csv/a.csv",
        f"twe-2024/werkbestanden/{stand}/{figures}": f"werkbestanden/twe-2024/{stand}/{figures}",
        f"twe-2024/jaren-2020/{figures}": f"werkbestanden/twe-2024/jaren-2020/{figures}",
        f"twe-2024/{figures}": None,  # it is there already
        f"gone/vertrouwelijk/{full}.xlsx": f"vertrouwelijk/gone/{full}.xlsx",
    }
    stay = (
        "twe-2024/b.xlsx",
        f"twe-2024/{stand}/antwoord.docx",
        f"vertrouwelijk/twe-2024/{full}_csv/a.csv",
        f"werkbestanden/twe-2024/{figures}",
    )
    root = settings.folder.annexes
    for name in (*moved, *stay):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    for _ in range(2):  # the second finds nothing to do
        with pytest.raises(NothingAcceptedError):
            runner.run(settings, RunRequest(load=False))
        now = {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}
        assert now == {name: name for name in stay} | {new: name for name, new in moved.items() if new}
        inside = {path.name for path in root.rglob("*") if path.is_dir() and path.parent != root}
        assert not inside & {"vertrouwelijk", "werkbestanden"}


@pytest.mark.slow
def test_a_run_of_the_page_does_so_too(settings: Settings) -> None:
    former = settings.folder.annexes / "twe-2024" / "vertrouwelijk" / "b.xlsx"
    former.parent.mkdir(parents=True)
    former.touch()
    with dg.build_resources({"workspace": workspace_resource(settings)}):
        assert not former.parent.exists()


def test_the_stamp_changes_with_all_that_decides_the_bytes_beside_the_publication(question: Question) -> None:
    one, two = documents.names(question)[:2]
    stamps = {
        stamp(question, one, "publiek", None, "hidden", None),
        stamp(question, one, "volledig", None, "hidden", None),
        stamp(question, one, "publiek", (2020,), "hidden", None),
        stamp(question, two, "publiek", None, "hidden", None),
        stamp(question.model_copy(update={"source_sha256": "ander"}), one, "publiek", None, "hidden", None),
        stamp(question, one, "publiek", None, "hidden elsewhere", None),
        stamp(question, one, "publiek", None, "hidden", "an earlier release"),
    }
    assert len(stamps) == 7


def test_after_a_release_every_delivery_decides_the_annexes_and_none_the_answer(
    settings: Settings, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The revision sheet tells which deliveries changed a figure."""
    control = StoredControl("stamp", settings.folder.disclosure / "stamp")

    def changed() -> set[str]:
        before = documents.stamps_now(settings, MADE, question, control)
        after = documents.stamps_now(settings, replace(MADE, inputs="one more"), question, control)
        return {name for (name, edition), stamp in before.items() if stamp != after[name, edition]}

    assert changed() == set()
    monkeypatch.setattr(documents.register, "latest", lambda *_: [SimpleNamespace(folder="twe-2024/x")])
    assert changed() == set(documents.names(question)) - {documents.ANSWER}


def test_other_code_makes_out_of_date_what_it_can_change(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed writer leaves the publication as it is, and its documents are written again."""
    name, dates = documents.names(question)[0], resolve(ENTRIES)

    def now() -> tuple[str, str]:
        return inputs_digest(ENTRIES, dates), stamp(question, name, "publiek", None, "hidden", None)

    before = now()
    with monkeypatch.context() as changed:
        changed.setattr(documents, "documents_digest", lambda: "another writer")
        assert now()[0] == before[0] and now()[1] != before[1]
    with monkeypatch.context() as changed:
        changed.setattr(publication, "figures_digest", lambda: "another model")
        assert now()[0] != before[0]


# --- the dates of an answer -----------------------------------------------------------------------------------------


def test_the_default_is_the_newest_accepted_day_with_its_own_geography() -> None:
    assert resolve(ENTRIES) == RunDates(NEWEST, NEWEST, True)


def test_the_geography_follows_as_of_unless_it_is_given() -> None:
    assert resolve(ENTRIES, EARLIER) == RunDates(EARLIER, EARLIER, False)
    assert resolve(ENTRIES, None, EARLIER) == RunDates(NEWEST, EARLIER, True)
    assert resolve(ENTRIES, NEWEST) == RunDates(NEWEST, NEWEST, True)


@pytest.mark.parametrize("entries", [[], [replace(ENTRY, status="rejected")]])
def test_nothing_accepted_is_no_answer(entries: list[Entry]) -> None:
    with pytest.raises(NothingAcceptedError, match="no delivery has been accepted yet"):
        resolve(entries)


def test_a_day_before_the_first_delivery_is_no_answer() -> None:
    with pytest.raises(NothingAcceptedError, match="no delivery had been accepted on 2024-01-30; choose a later date"):
        resolve(ENTRIES, dt.date(2024, 1, 30))


def digest(entries: list[Entry], as_of: dt.date | None = None, geography: dt.date | None = None) -> str:
    return inputs_digest(entries, resolve(entries, as_of, geography))


def test_what_came_later_does_not_change_the_digest_of_an_earlier_stand() -> None:
    assert digest(ENTRIES, EARLIER, EARLIER) == digest(
        [*ENTRIES, replace(ENTRY, file_name="c", sha256="67", delivered_on=dt.date(2024, 7, 1))], EARLIER, EARLIER
    )


def test_the_digest_changes_with_deliveries_dates_and_rules() -> None:
    changed = [ENTRIES[0], replace(ENTRIES[1], sha256="46")]
    ruled = [ENTRIES[0], replace(ENTRIES[1], suite_version="v2")]
    refused = [*ENTRIES, replace(ENTRY, status="rejected", file_name="c", sha256="67")]
    digests = {
        digest(ENTRIES),
        digest(changed),
        digest(ruled),
        digest(refused),
        digest(ENTRIES, EARLIER),
        digest(ENTRIES, None, EARLIER),
        digest(ENTRIES[:1]),
    }
    assert len(digests) == 7


def test_the_digest_does_not_depend_on_when_or_in_which_order_things_were_loaded() -> None:
    later = [replace(e, loaded_at=dt.datetime(2030, 1, 1), run_id="r9") for e in reversed(ENTRIES)]
    assert digest(later) == digest(ENTRIES)


# --- questions ------------------------------------------------------------------------------------------------------


def test_all_questions_are_chosen_unless_some_are_named() -> None:
    everything = {path.stem for path in QUESTIONS.glob("*.yml")}
    assert {q.id for q in chosen(SETTINGS, ())} == everything
    assert [q.id for q in chosen(SETTINGS, ["twe-2018"])] == ["twe-2018"]


def test_a_service_adds_questions_in_a_folder_of_its_own(tmp_path: Path) -> None:
    settings = Settings(questions=tmp_path)
    assert known(settings) == known(SETTINGS)
    shutil.copy(PROJECT / "docs" / "examples" / "twe-2026.yml", tmp_path)
    assert known(settings).keys() == known(SETTINGS).keys() | {"twe-2026"}
    shutil.copy(QUESTIONS / "twe-2024.yml", tmp_path)
    with pytest.raises(QuestionError, match="the project has a question twe-2024 already"):
        known(settings)
    with pytest.raises(SettingsError, match=r"^TWE_QUESTIONS names .*/weg, which is no folder"):
        known(Settings(questions=tmp_path / "weg"))


def test_a_mistake_in_one_question_leaves_the_others_readable_and_nothing_to_be_written(tmp_path: Path) -> None:
    (tmp_path / "twe-2027.yml").write_text("id: twe-2027\ntitel: Kladversie\n", encoding="utf-8")
    settings = Settings(questions=tmp_path)
    assert sound(settings) == known(SETTINGS)
    with pytest.raises(QuestionError, match=r"(?m)^twe-2027.yml, line 2: unknown field `titel`.*\n.*move it out of"):
        known(settings)
    places = checking.Places(own_questions=tmp_path)
    assert {mistake.file_name for mistake in checking.require_sound(places, despite_questions=True)} == {"twe-2027.yml"}
    with pytest.raises(MistakesError, match="Nothing was changed"):
        checking.require_sound(places)


def test_a_question_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UnknownQuestionError, match=r"there is no question 'twe-2042'; did you mean 'twe-2024'"):
        chosen(SETTINGS, ["twe-2042"])
