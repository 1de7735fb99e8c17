"""The mutants that may live, with the reason, in accepted.yml: such as change nothing that anybody could see."""

from pathlib import Path

import yaml

from tests.mutants.mutant import Mutant, source

FILE = Path(__file__).with_name("accepted.yml")


def read(path: Path = FILE) -> dict[tuple[str, str, str], str]:
    """(file, lines before, lines after) -> why that is no gap in the tests."""
    found = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return {
        (each["file"], each["was"], each["is"]): reason["because"] for reason in found for each in reason["mutants"]
    }


def key(mutant: Mutant) -> tuple[str, str, str]:
    """By the lines and not by their number, so that it stands when other lines change."""
    return (mutant.file, *mutant.lines(source(mutant.file)))
