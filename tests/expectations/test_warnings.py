"""Warnings that the list of columns gives by itself."""

from expectations import contract
from expectations.model import SourceContract


def found(source: SourceContract, name: str) -> list[tuple[str, str]]:
    return [(rule.scope, rule.on_fail) for rule in source.rules if rule.name == name]


def test_a_person_number_as_key_is_told_of_every_source_with_identifications_withdrawals_included() -> None:
    told = {name: found(contract.load(name), "person_number_as_key") for name in ("trajecten", "leefloners")}
    assert told == {"trajecten": [("kept", "warn")], "leefloners": []}


def test_an_insz_that_nobody_can_have_is_told_of_loaded_rows() -> None:
    assert found(contract.load("transmissies"), "implausible_klant_id") == [("loaded", "warn")]
    assert found(contract.load("loontoelagen"), "implausible_klant_id") == []
