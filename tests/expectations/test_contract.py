"""A contract is read once and strictly: every mistake in a YAML file is one sentence that says where and what to do."""

import datetime as dt
from pathlib import Path
from typing import get_args

import pytest
import yaml

from expectations import contract
from expectations.contract import SEEDS, Column, ContractError, SourceContract
from expectations.model import LONGEST, Rhythm
from expectations.routing import SUPPORTED
from expectations.rule_fields import AnyRule
from tests.oracle.sources import SOURCES

COMMON = (contract.FOLDER / "common.yml").read_text(encoding="utf-8")
GOOD = """
title: Proef
description: A source of the tests.
key: [proef_id]
columns:
  proef_id: {type: text, required: true}
  aantal: {type: integer, min: 0, max: 9}
  soort: {type: code, code_list: payment_kind}
derived:
  dubbel: {sql: "aantal * 2", description: Twice.}
rules:
  - name: not_three
    on_fail: warn
    expect: expect_column_values_to_not_be_in_set
    column: aantal
    value_set: [3]
    meaning: Drie mag niet.
    remedy: Neem vier.
"""


def read(folder: Path, text: str, common: str = COMMON) -> SourceContract:
    """Reads a contract with this text; `load` remembers by folder, so each gets its own."""
    (folder / "proef.yml").write_text(text, encoding="utf-8")
    (folder / "common.yml").write_text(common, encoding="utf-8")
    contract.load.cache_clear()
    try:
        return contract.load("proef", folder)
    finally:
        contract.load.cache_clear()


def test_every_source_of_the_contract_has_a_suite() -> None:
    assert set(contract.sources()) == set(SOURCES)


@pytest.mark.parametrize("name", SOURCES)
def test_the_columns_are_those_of_the_contract(name: str) -> None:
    """`beeindiging` is required only with an end date, which is a row rule; the oracle says so too."""
    mine, other = contract.load(name), SOURCES[name]
    assert mine.key == other.key
    assert [
        (c.name, c.type, c.required, set(c.codes), c.min, c.max) for c in mine.columns if c.name != "verwijderd"
    ] == [(c.name, c.kind, c.required, set(c.codes), c.low, c.high) for c in other.columns]


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_can_withdraw_a_key_and_need_not(name: str) -> None:
    column = contract.load(name).withdrawn
    assert (column.type, column.required) == ("yesno", False)


@pytest.mark.parametrize("name", SOURCES)
def test_every_rule_tells_the_steward_what_it_means_and_what_to_do(name: str) -> None:
    for rule in contract.load(name).rules:
        assert all(contract.load(name).text_of(rule.name)), rule.name


@pytest.mark.parametrize("name", SOURCES)
def test_every_column_is_described(name: str) -> None:
    assert all(c.description for c in contract.load(name).columns)


def test_positions_keep_their_order_of_priority() -> None:
    codes = next(c for c in contract.load("arbeidsmarktposities").columns if c.name == "positie").codes
    assert codes == next(c for c in SOURCES["arbeidsmarktposities"].columns if c.name == "positie").codes


def test_a_column_gives_its_missing_and_invalid_rules(tmp_path: Path) -> None:
    found = {(r.name, r.scope, r.expect.removeprefix("expect_column_")) for r in read(tmp_path, GOOD).rules}
    assert {f for f in found if f[0].startswith(("missing", "invalid"))} == {
        ("missing_proef_id", "keyed", "values_to_not_be_null"),
        ("invalid_proef_id", "keyed", "values_to_be_null"),
        ("invalid_aantal", "live", "values_to_be_null"),
        ("invalid_aantal", "live", "values_to_be_between"),
        ("invalid_soort", "live", "values_to_be_in_set"),
        ("invalid_verwijderd", "live", "values_to_be_null"),
    }


@pytest.mark.parametrize(
    ("source", "column", "allowed"),
    [
        ("klantprofielen", "leeftijd", "een geheel getal zonder decimalen, van 15 tot en met 99."),
        ("klantprofielen", "geslacht", "een van deze codes: M, V, X."),
        ("klantprofielen", "kortgeschoold", "J of N."),
        ("leefloners", "leefloners", "een geheel getal zonder decimalen, vanaf 0."),
        ("leefloners", "maand", "een maand, geschreven als JJJJ-MM of MM/JJJJ."),
        ("trajecten", "startdatum", "JJJJ-MM-DD of DD/MM/JJJJ, vanaf 2017-01-01."),
        ("trajecten", "einddatum", "een bestaande datum, geschreven als JJJJ-MM-DD of DD/MM/JJJJ."),
        ("trajecten", "traject_id", "een tekst van hoogstens 36 tekens."),
    ],
)
def test_an_invalid_value_is_told_with_what_its_column_allows(source: str, column: str, allowed: str) -> None:
    meaning, remedy = contract.load(source).text_of(f"invalid_{column}")
    assert meaning.startswith(f"{column} is niet geldig; toegelaten is ") and meaning.endswith(allowed)
    assert remedy


def test_codes_come_from_the_code_list(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).columns[2].codes == ("BETALING", "CORRECTIE")


def test_a_warning_is_judged_on_loaded_rows_and_a_refusal_on_live_ones(tmp_path: Path) -> None:
    rejecting = read(tmp_path, GOOD.replace("on_fail: warn", "on_fail: reject"))
    assert [r.name for r in rejecting.rules_of("live")][-1] == "not_three"
    assert [r.name for r in read(tmp_path, GOOD).rules_of("loaded")] == ["not_three"]


def test_the_rules_of_every_file_are_judged_on_every_delivered_row(tmp_path: Path) -> None:
    names = [r.name for r in read(tmp_path, GOOD).rules_of("delivered")]
    assert names == ["malformed_row", "duplicate_row", "conflicting_key"]


def test_only_a_change_of_rules_changes_the_version(tmp_path: Path) -> None:
    version = read(tmp_path, GOOD).version
    assert read(tmp_path, GOOD).version == version
    assert read(tmp_path, GOOD.replace("max: 9", "max: 8")).version != version
    assert read(tmp_path, GOOD, COMMON + "\n# changed\n").version != version


def test_the_insz_is_called_client_key_behind_the_door() -> None:
    assert (Column("klant_id", "insz").lake_name, Column("maand", "month").lake_name) == ("client_key", "maand")
    assert Column("oude_insz", "insz").lake_name == "oude_insz_key"


MISTAKES = {
    "no columns": ("columns:", "kolommen:", "line 2: `columns` is missing; add it"),
    "no key": ("key: [proef_id]", "", "line 2: `key` is missing; add it"),
    "key that is no column": ("key: [proef_id]", "key: [nummer]", "line 4: key column 'nummer' is not among"),
    "key that is no list": ("key: [proef_id]", "key: proef_id", "line 4: `key` must be a list"),
    "unknown type": ("type: integer", "type: getal", "line 7: column 'aantal': `type` must be one of 'text'"),
    "column without settings": (
        "soort: {type: code, code_list: payment_kind}",
        "soort:",
        "line 8: column 'soort': `soort` must be a block",
    ),
    "column that is only a word": (
        "{type: integer, min: 0, max: 9}",
        "integer",
        "line 7: column 'aantal': `aantal` must be a block of fields such as {type:",
    ),
    "unknown setting": (
        "min: 0",
        "minimum: 0",
        "line 7: column 'aantal': unknown field `minimum`; did you mean `min`?",
    ),
    "unknown code list": ("payment_kind", "betaalwijze", "line 8: column 'soort': code list 'betaalwijze' is not in"),
    "bounds the wrong way round": ("min: 0", "min: 10", "line 7: column 'aantal': min 10 is above max 9"),
    "bound that is no number": (
        "min: 0",
        "min: nul",
        "line 7: column 'aantal': min 'nul' is nothing that integer can hold",
    ),
    "derived column without sql": ('sql: "aantal * 2", ', "", "line 10: derived column 'dubbel': `sql` is missing"),
    "rules that are no list": (
        GOOD[GOOD.index("rules:") :],
        "rules: {not_three: warn}",
        "line 11: `rules` must be a list",
    ),
    "rule without a name": (
        "name: not_three",
        "naam: not_three",
        "line 12: rule 1 of the list: unknown field `naam`; did you",
    ),
    "unknown on_fail": (
        "on_fail: warn",
        "on_fail: waarschuw",
        "line 13: rule 'not_three': `on_fail` must be one of 'reject' or 'warn'",
    ),
    "no on_fail": ("    on_fail: warn\n", "", "line 12: rule 'not_three': `on_fail` is missing"),
    "unsupported expectation": (
        "values_to_not_be_in_set",
        "values_to_be_unique",
        "line 14: rule 'not_three': `expect` must be one of 'expect_column_values",
    ),
    "missing setting of a rule": ("    value_set: [3]\n", "", "line 12: rule 'not_three': `value_set` is missing"),
    "unknown setting of a rule": (
        "value_set: [3]",
        "value_set: [3]\n    mostly: 0.9",
        "line 17: rule 'not_three': unknown field `mostly`; known fields: meaning, rem",
    ),
    "value set that is no list": ("[3]", "3", "line 16: rule 'not_three': `value_set` must be a list"),
    "unknown column of a rule": (
        "column: aantal",
        "column: aantall",
        "line 15: rule 'not_three': there is no column 'aantall'; did you mean 'aantal'?",
    ),
    "half an only_if": (
        "value_set: [3]",
        "value_set: [3]\n    only_if: {column: soort}",
        "line 17: rule 'not_three': `is` is missing",
    ),
    "only_if on no column": (
        "value_set: [3]",
        "value_set: [3]\n    only_if: {column: soor, is: given}",
        "line 17: rule 'not_three': there is no column 'soor'",
    ),
    "only_if on no code": (
        "value_set: [3]",
        "value_set: [3]\n    only_if: {column: soort, is: BETAALD}",
        "line 17: rule 'not_three': 'BETAALD' is no code of 'soort'; use one of BETALING, CORRECTIE",
    ),
    "rule that is only a word": (
        GOOD[GOOD.index("  - name") :],
        "  - not_three",
        "line 12: rule 1 of the list: `rules` must be a block",
    ),
    "rule name used twice": (
        "name: not_three",
        "name: missing_proef_id",
        "line 12: rule 'missing_proef_id': the name 'missing_proef_id' is used twice",
    ),
    "indentation": ("  aantal: {", " aantal: {", "line 7: this is not valid YAML"),
    "empty file": (GOOD, "", "holds no fields"),
    "a list": (GOOD, "- een\n- twee", "holds no fields"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_file(mistake: str, tmp_path: Path) -> None:
    old, new, said = MISTAKES[mistake]
    assert old in GOOD
    with pytest.raises(ContractError) as error:
        read(tmp_path, GOOD.replace(old, new))
    told = [f"line {m.line}: {m.what}" if m.line else m.what for m in error.value.mistakes]
    assert {m.file_name for m in error.value.mistakes} == {"proef.yml"}
    assert told[0].startswith(said)
    assert len(told) == (2 if mistake == "no columns" else 1), told
    assert not any("\n" in one for one in told)


def test_bounds_of_a_rule_that_nothing_can_pass_are_refused(tmp_path: Path) -> None:
    text = GOOD.replace("values_to_not_be_in_set", "values_to_be_between")
    with pytest.raises(ContractError, match=r"line 16: rule 'not_three': min_value 5 is above max_value 4; no value"):
        read(tmp_path, text.replace("value_set: [3]", "min_value: 5\n    max_value: 4"))


def test_a_source_says_how_often_it_is_delivered(tmp_path: Path) -> None:
    every_month = "delivery: {every: month, late_after_days: 10, overdue_after_days: 20}\n"
    rhythm = read(tmp_path, every_month + GOOD).rhythm
    assert rhythm is not None
    days = [dt.date(2024, 1, 31) + dt.timedelta(days) for days in (41, 42, 51, 52)]
    assert [rhythm.state(dt.date(2024, 1, 31), day) for day in days] == ["on time", "late", "late", "overdue"]
    assert read(tmp_path, GOOD).rhythm is None


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        ("monthly", "`delivery` must be a block of fields such as {every: month, late_after_days: 10, "),
        ("{every: month}", "`late_after_days` is missing; add it"),
        ("{every: decade, late_after_days: 1, overdue_after_days: 2}", "`every` must be one of 'week', 'month', "),
        ("{every: week, late_after_days: 1.5, overdue_after_days: 2}", "`late_after_days` must be a whole number"),
        ("{every: week, late_after_days: -1, overdue_after_days: 2}", "`late_after_days` must be greater than or "),
        ("{every: week, late_after_days: 9, overdue_after_days: 9}", "delivery is overdue after 9 days, which is not "),
    ],
)
def test_a_mistake_in_the_rhythm_is_told(delivery: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ContractError) as error:
        read(tmp_path, f"delivery: {delivery}\n{GOOD}")
    assert str(error.value).startswith(f"proef.yml, line 1: {said}")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "common.yml").write_text(COMMON, encoding="utf-8")
    with pytest.raises(ContractError, match=r"nergens.yml: cannot be read \(No such file or directory\); restore"):
        contract.load("nergens", tmp_path)


def test_a_mistake_in_the_common_rules_names_that_file(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"^common.yml, line 5: rule 'malformed_row': `on_fail` must be one of"):
        read(tmp_path, GOOD, COMMON.replace("on_fail: reject", "on_fail: stop", 1))


def test_all_mistakes_of_a_file_are_told_at_once_also_those_between_its_fields(tmp_path: Path) -> None:
    wrong = (
        GOOD.replace("title: Proef", "titel: Proef")
        .replace("key: [proef_id]", "key: [nummer]")
        .replace("max: 9", "max: negen")
        .replace("on_fail: warn", "on_fail: stop")
        .replace("column: aantal", "column: aantall")
    )
    with pytest.raises(ContractError) as error:
        read(tmp_path, wrong)
    assert [(m.line, m.what.split(";")[0]) for m in error.value.mistakes] == [
        (2, "unknown field `titel`"),
        (4, "key column 'nummer' is not among the columns"),
        (7, "column 'aantal': max 'negen' is nothing that integer can hold"),
        (13, "rule 'not_three': `on_fail` must be one of 'reject' or 'warn', not 'stop'"),
        (15, "rule 'not_three': there is no column 'aantall'"),
    ]


SLIPS = {
    "code that YAML takes for no": ("[3]", "[NO]", 16, "rule 'not_three': a code reads as False (YAML takes NO"),
    "empty value set": ("[3]", "[]", 16, "rule 'not_three': `value_set` is empty; write at least 1"),
    "list in a value set": ("[3]", "[[3]]", 16, "rule 'not_three': [3] is no single value"),
    "name with a capital": ("name: not_three", "name: Not three", 12, "rule 'Not three': the name 'Not three' must be"),
    "column with a capital": ("  aantal:", "  Aantal:", 7, "column 'Aantal': the name 'Aantal' must be a-z"),
    "name of another rule": (
        "rules:\n",
        "rules:\n"
        "  - {name: not_three, on_fail: warn, expect: expect_column_values_to_be_null, column: aantal,\n"
        "     meaning: x, remedy: x}\n",
        14,
        "rule 'not_three': the name 'not_three' is used twice",
    ),
    "no meaning": ("meaning: Drie mag niet.", "meaning: ' '", 17, "rule 'not_three': the text is empty"),
    "loaded and yet in quarantine": (
        "on_fail: warn\n    expect: expect_column_values_to_not_be_in_set\n    column: aantal\n    value_set: [3]\n"
        "    meaning: Drie mag niet.\n    remedy: Neem vier.",
        "on_fail: reject\n    expect: expect_column_values_to_be_null\n    column: aantal\n"
        "    meaning: Drie; niet geladen.\n    remedy: De rij is geladen.",
        17,
        "rule 'not_three': on_fail: reject puts the row in quarantine, but its remedy says that something is loaded",
    ),
    "bounds of two kinds": (
        "values_to_not_be_in_set\n    column: aantal\n    value_set: [3]",
        "values_to_be_between\n    column: aantal\n    min_value: een\n    max_value: 3",
        17,
        "rule 'not_three': min_value een and max_value 3 are of two kinds",
    ),
    "truth value as a bound": ("min: 0", "min: true", 7, "column 'aantal': min True is nothing that integer can hold"),
    "bound on a text": ("{type: text,", "{type: text, max: 9,", 6, "column 'proef_id': max 9 is nothing that text can"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_at_its_line(slip: str, tmp_path: Path) -> None:
    old, new, line, said = SLIPS[slip]
    assert old in GOOD
    with pytest.raises(ContractError) as error:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert [m for m in error.value.mistakes if m.line == line and m.what.startswith(said)], str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'meaning: "{column} is verplicht',
            'meaning: "{kolom} is verplicht',
            "the text holds braces that mean nothing",
        ),
        ("  month: een maand", "  maand: een maand", "allowed has no text 'month'"),
        ("  month: een maand", "  maand: een maand", "allowed 'maand' is no type of column; use text"),
    ],
)
def test_a_mistake_in_the_texts_of_all_sources_is_told(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in COMMON
    with pytest.raises(ContractError, match=r"^common.yml, line \d+: ") as error:
        read(tmp_path, GOOD, COMMON.replace(old, new))
    assert [m for m in error.value.mistakes if m.what.startswith(said)], str(error.value)


def test_the_settings_of_every_expectation_that_the_routing_knows_are_checked_and_no_others() -> None:
    union, _ = get_args(AnyRule)
    assert {name for one in get_args(union) for name in get_args(one.model_fields["expect"].annotation)} == set(
        SUPPORTED
    )
    assert get_args(Rhythm.model_fields["every"].annotation) == tuple(LONGEST)


def test_common_rules_are_read_again_only_when_they_changed(tmp_path: Path) -> None:
    path = tmp_path / "common.yml"
    path.write_text(COMMON, encoding="utf-8")
    first = contract.common_file(tmp_path)
    assert contract.common_file(tmp_path) is first
    path.write_text(COMMON.replace("Deze", "Die") + "# changed\n", encoding="utf-8")
    assert contract.common_file(tmp_path) is not first


def test_every_yaml_names_itself() -> None:
    for name in contract.sources():
        document = yaml.safe_load((contract.FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
        assert document["source"] == name


def test_the_seeds_that_contracts_read_are_those_of_the_models() -> None:
    assert SEEDS.is_dir() and (SEEDS / "code_lists.csv").is_file()
