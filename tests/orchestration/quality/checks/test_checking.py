"""Every mistake that a steward can make in a file is told with the file, the line and what to do."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from expectations import contract
from expectations.contract import FOLDER
from orchestration.quality.checks import checking
from orchestration.quality.checks.files import MistakesError, Places
from orchestration.store.paths import DISCLOSURE_POLICY, QUESTIONS, SEEDS


@pytest.fixture
def places(tmp_path: Path) -> Places:
    shutil.copytree(FOLDER, tmp_path / "expectations", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(SEEDS, tmp_path / "dbt" / "seeds")
    shutil.copytree(SEEDS.parent / "models", tmp_path / "dbt" / "models")
    shutil.copytree(QUESTIONS, tmp_path / "questions")
    shutil.copy(DISCLOSURE_POLICY, tmp_path / "policy.yml")
    (tmp_path / "own").mkdir()
    contract.load.cache_clear()
    return Places(
        tmp_path / "expectations",
        tmp_path / "dbt" / "seeds",
        tmp_path / "questions",
        tmp_path / "own",
        tmp_path / "policy.yml",
    )


def path_of(places: Places, name: str) -> Path:
    if name == places.policy.name:
        return places.policy
    folder = places.seeds if name.endswith(".csv") else places.expectations
    return folder / name if (folder / name).exists() else places.questions / name


def found(places: Places, thorough: bool = False) -> list[str]:
    checks = checking.THOROUGH if thorough else checking.CHEAP
    return [str(mistake) for mistake in checking.mistakes(checks, places)]


@pytest.mark.slow
def test_the_files_as_they_are_hold_no_mistake(places: Places) -> None:
    assert found(places) == found(places, thorough=True) == []


MISTAKES = {
    "tab in yaml": ("trajecten.yml", "key: [traject_id]", "key: [traject_id", "trajecten.yml, line "),
    "field misspelt": ("trajecten.yml", "rules:", "rulez:", "trajecten.yml, line 18: unknown field `rulez`; did you"),
    "field twice": ("trajecten.yml", "title: TWE", "title: x\ntitle: TWE", "trajecten.yml, line 4: field `title` is"),
    "other source": (
        "trajecten.yml",
        "source: trajecten",
        "source: traject",
        "trajecten.yml, line 2: source 'traject'",
    ),
    "severity": (
        "trajecten.yml",
        "  - name: over_24_months\n    on_fail: warn",
        "  - name: over_24_months\n    on_fail: reject it",
        "trajecten.yml, line 74: rule 'over_24_months': `on_fail` must be one of 'reject' or 'warn'",
    ),
    "bound": (
        "klantprofielen.yml",
        "max: 99",
        "max: 9",
        "klantprofielen.yml, line 10: column 'leeftijd': min 15 is above",
    ),
    "type": (
        "klantprofielen.yml",
        "type: integer, min: 15",
        "type: getal, min: 15",
        "klantprofielen.yml, line 10: column 'leeftijd': `type` must be one of",
    ),
    "required in Dutch": (
        "trajecten.yml",
        "startdatum: {type: date, required: true",
        "startdatum: {type: date, required: ja",
        "trajecten.yml, line 11: column 'startdatum': `required` must be true or false, not 'ja'",
    ),
    "no remedy": (
        "trajecten.yml",
        "    remedy: Kijk start- en einddatum na; de rij is geladen.\n",
        "",
        "trajecten.yml, line 73: rule 'over_24_months': `remedy` is missing; add it",
    ),
    "refused and yet loaded": (
        "trajecten.yml",
        "  - name: over_24_months\n    on_fail: warn",
        "  - name: over_24_months\n    on_fail: reject",
        "trajecten.yml, line 79: rule 'over_24_months': on_fail: reject puts the row in quarantine, but its remedy",
    ),
    "thousands with a point": (
        "trajecten.yml",
        "column: looptijd_maanden\n    max_value: 24",
        "column: looptijd_maanden\n    max_value: 1.200",
        "trajecten.yml, line 77: max_value is read as 1.2, because a point is the decimal sign; write 1200, or 1.2",
    ),
    "number in quotes": (
        "trajecten.yml",
        "column: looptijd_maanden\n    max_value: 24",
        "column: looptijd_maanden\n    max_value: '1.200'",
        "trajecten.yml, line 77: rule 'over_24_months': the bound '1.200' is a text; write the number without",
    ),
    "code taken for no": ("loontoelagen.yml", "value_set: [0]", "value_set: [NO]", "loontoelagen.yml, line "),
    "code that does not exist": ("loontoelagen.yml", "is: BETALING", "is: BETALNG", "loontoelagen.yml, line "),
    "semicolons": (
        "class_sets.csv",
        ",",
        ";",
        "class_sets.csv, line 1: the header must be class_set,code,label_nl,lower_"
        "bound,upper_bound,sort_order (the separator must be a comma)",
    ),
    "gap": (
        "class_sets.csv",
        "age,25-39,25-39 jaar,25,39",
        "age,25-39,25-39 jaar,26,39",
        "class_sets.csv, line 10: gap between '<25' (to 24) and '25-39' (from 26)",
    ),
    "overlap": (
        "class_sets.csv",
        "age,25-39,25-39 jaar,25,39",
        "age,25-39,25-39 jaar,24,39",
        "class_sets.csv, line 10: class '25-39' overlaps '<25'; close that one below 24",
    ),
    "closed at the top": (
        "class_sets.csv",
        "age,55+,55 jaar en ouder,55,,4",
        "age,55+,55 jaar en ouder,55,99,4",
        "class_sets.csv, line 12: the last class of set 'age' must be open; leave upper_bound empty",
    ),
    "no unknown class": (
        "class_sets.csv",
        "age,unknown,Onbekend,,,5\n",
        "",
        "class_sets.csv: set 'age' needs one row `unknown` without bounds, for missing values",
    ),
    "order": (
        "class_sets.csv",
        "55,,4",
        "55,,2",
        "class_sets.csv: sort_order of set 'age' does not rise with the bounds",
    ),
    "set gone": (
        "class_sets.csv",
        "unemployment,",
        "jobless,",
        "class_sets.csv: the set 'unemployment' is gone, and a",
    ),
    "lower case code": (
        "code_lists.csv",
        "position,SEC,",
        "position,Sec,",
        "code_lists.csv, line 33: source_code 'Sec' must be in upper case, as the lake keeps it",
    ),
    "code twice": (
        "code_lists.csv",
        "position,SEC,",
        "position,NEC,",
        "code_lists.csv, line 33: source_code 'NEC' stands",
    ),
    "no label": (
        "code_lists.csv",
        "gender,X,x,X,3",
        "gender,X,x,,3",
        "code_lists.csv, line 4: code 'x' has no label_nl",
    ),
    "order twice": (
        "code_lists.csv",
        "gender,X,x,X,3",
        "gender,X,x,X,2",
        "code_lists.csv, line 4: sort_order 2 stands twi",
    ),
    "no unknown": (
        "code_lists.csv",
        "sector,,unknown,Onbekend,5\n",
        "",
        "code_lists.csv: list 'sector' lacks the row sector,,unknown,Onbekend,<order> for missing values",
    ),
    "action without a group": (
        "code_lists.csv",
        "action_group,COACHING,guidance,Begeleiding,3\n",
        "",
        "code_lists.csv, line 23: 'COACHING' has no row in list action_group, so such an action",
    ),
    "number": (
        "code_lists.csv",
        "gender,X,x,X,3",
        "gender,X,x,X,drie",
        "code_lists.csv, line 4: sort_order 'drie' is no",
    ),
    "lost zero": (
        "municipalities.csv",
        "11001,Aartselaar",
        "1101,Aartselaar",
        "municipalities.csv, line 2: nis_code '110",
    ),
    "date": (
        "municipalities.csv",
        "45068,Kruisem,2019-01-01",
        "45068,Kruisem,1/1/2019",
        "municipalities.csv, line 269: valid_from '1/1/2019' is no date; write YYYY-MM-DD",
    ),
    "no successor": (
        "municipalities.csv",
        "44001,Aalter,,2018-12-31,44084",
        "44001,Aalter,,2018-12-31,",
        "municipalities.csv, line 231: valid_to and successor_nis_code go together; give both or none",
    ),
    "comma as decimal": (
        "municipalities.csv",
        "false,4.3826,51.1320",
        "false,4,3826,51.1320",
        "municipalities.csv, line 2",
    ),
    "merger in one file": (
        "municipality_merges.csv",
        "44011,44083,2019-01-01\n",
        "",
        "municipalities.csv, line 232: add the row 44011,44083,2019-01-01 to municipality_merges.csv",
    ),
    "disclosure policy": ("policy.yml", "threshold: ", "treshold: ", "policy.yml, line "),
    "class of what is gone": (
        "class_sets.csv",
        "age,25-39,25-39 jaar,25,39,2\nage,40-54,40-54 jaar,40,54,3\n"
        "age,55+,55 jaar en ouder,55,,4\nage,unknown,Onbekend,,,5",
        "age,25-29,25-29 jaar,25,29,2\nage,30-39,30-39 jaar,30,39,3\nage,40-54,40-54 jaar,40,54,4\n"
        "age,55+,55 jaar en ouder,55,,5\nage,unknown,Onbekend,,,6",
        "policy.yml, line ",
    ),
    "class of a family that isn't there": (
        "policy.yml",
        "      gender:\n",
        "      geslacht:\n",
        "policy.yml, line ",
    ),
    "question": ("twe-2024.yml", "title: ", "titel: ", "twe-2024.yml, line "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place(mistake: str, places: Places) -> None:
    name, before, after, told = MISTAKES[mistake]
    path = path_of(places, name)
    text = path.read_text(encoding="utf-8")
    assert before in text, "the file no longer holds what the test changes"
    path.write_text(text.replace(before, after), encoding="utf-8")
    said = found(places)
    assert said and said[0].startswith(told), said


def test_a_class_of_what_is_gone_is_named_with_its_label(places: Places) -> None:
    """Else the class would count what is left of it under a label that says more."""
    name, before, after, _ = MISTAKES["class of what is gone"]
    path = path_of(places, name)
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    policy = places.policy.read_text(encoding="utf-8").splitlines()
    of = [number for number, line in enumerate(policy, 1) if "25-39" in line and "members" in line]
    assert found(places) == [
        f"policy.yml, line {line}: mart_started_profile has no category age/25-39; put what took its place among the "
        f"members, and let the label ({label!r}) say what is counted"
        for line, label in zip(of, ("25-39 jaar of onbekend", "jonger dan 40 jaar of onbekend"), strict=True)
    ]


JUDGED = {
    "regex": (
        "trajecten.yml",
        "expect_column_values_to_be_between\n    column: looptijd_maanden\n    max_value: 24",
        "expect_column_values_to_match_regex\n    column: beeindiging\n    regex: '['",
        "rule 'over_24_months' cannot",
    ),
    "sql": (
        "trajecten.yml",
        "select b._id from {batch} as b",
        "select b._id frm {batch} as b",
        "rule 'nis_not_valid_on_",
    ),
    "bound of another type": (
        "trajecten.yml",
        "column: looptijd_maanden\n    max_value: 24",
        "column: looptijd_maanden\n    max_value: twee jaar",
        "rule 'over_24_months': 'twee jaar' can't be",
    ),
    "derived": (
        "trajecten.yml",
        "completed_months(startdatum, einddatum)",
        "completed_months(start, einddatum)",
        "derived column 'looptijd_maanden' cannot be computed",
    ),
}


@pytest.mark.parametrize("mistake", JUDGED)
@pytest.mark.slow
def test_what_only_shows_when_a_rule_is_judged_is_told_before_a_delivery(mistake: str, places: Places) -> None:
    name, before, after, told = JUDGED[mistake]
    path = path_of(places, name)
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    said = found(places, thorough=True)
    assert len(said) == 1 and said[0].startswith(f"{name}: {told}"), said


def test_all_mistakes_are_told_at_once_and_nothing_is_run(places: Places) -> None:
    for name, before, after, _ in (MISTAKES["gap"], MISTAKES["no label"], MISTAKES["bound"]):
        path = path_of(places, name)
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(MistakesError) as error:
        checking.require_sound(places)
    assert [line.split(",")[0].strip() for line in str(error.value).splitlines()] == [
        "code_lists.csv",
        "class_sets.csv",
        "klantprofielen.yml",
    ]


@pytest.mark.parametrize("name", ["code_lists.csv", "class_sets.csv", "municipalities.csv", "trajecten.yml"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n\x00\n", "één;twee\n".encode("cp1252")])
def test_a_file_that_is_no_longer_itself_is_one_clear_mistake(name: str, content: bytes, places: Places) -> None:
    path_of(places, name).write_bytes(content)
    said = found(places)
    assert said and all(line.startswith((name, "municipality_merges.csv")) for line in said), said


def test_a_question_of_ones_own_needs_an_id_of_its_own(places: Places) -> None:
    assert places.own_questions
    shutil.copy(places.questions / "twe-2018.yml", places.own_questions)
    assert found(places) == ["twe-2018.yml: the project has a question twe-2018 already; give this one another id"]


def test_a_mistake_in_one_file_hides_none_in_another_whatever_its_kind(places: Places) -> None:
    """Texts without quotes, files that cannot be read at all, fields, codes and tables, all at once."""
    broken = {
        "common.yml": ("remedy: Vul de waarde aan", "remedy: Doe dit: vul de waarde aan"),
        "trajecten.yml": ("meaning: De einddatum ligt", "meaning: Let op: de einddatum ligt"),
        "klantprofielen.yml": ("leeftijd: {type: integer", "leeftijd: {type: getal"),
        "loontoelagen.yml": ("columns:", " columns:"),
        "code_lists.csv": ("gender,X,x,X,3", "gender,X,x,X,drie"),
        "class_sets.csv": ("age,25-39,25-39 jaar,25,39", "age,25-39,25-39 jaar,26,39"),
        "twe-2018.yml": ("title: ", "title: Een: "),
        "twe-2024.yml": ("title: ", "titel: "),
        "policy.yml": ("threshold: ", "treshold: "),
        "cijferboek.yml": ("title: ", "title: Een: "),
    }
    places = replace(places, figure_book=Path(shutil.copy(places.figure_book, places.questions.parent)))
    for name, (before, after) in broken.items():
        path = places.figure_book if name == places.figure_book.name else path_of(places, name)
        text = path.read_text(encoding="utf-8")
        assert before in text, name
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
    said = found(places)
    assert {line.partition(":")[0].partition(",")[0] for line in said} == set(broken)
    assert any('put the text in quotes: meaning: "Let op: de einddatum ligt vóór' in line for line in said)


@pytest.mark.parametrize("name", ["common.yml", "code_lists.csv"])
def test_what_cannot_be_read_at_all_invents_no_mistakes_elsewhere(name: str, places: Places) -> None:
    path_of(places, name).write_bytes(b"")
    assert {line.partition(":")[0].partition(",")[0] for line in found(places)} == {name}


@pytest.mark.slow
def test_a_mistake_in_the_municipalities_hides_none_in_the_sql_of_a_rule(places: Places) -> None:
    for name, before, after in (
        ("municipalities.csv", "11001,Aartselaar", "11001,"),
        ("trajecten.yml", "select b._id from {batch} as b", "select b._id frm {batch} as b"),
    ):
        path = path_of(places, name)
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert [line.partition(":")[0] for line in found(places) + found(places, thorough=True)] == [
        "municipalities.csv, line 2",
        "trajecten.yml",
    ]
