"""Whatever somebody types in a YAML file, its reader says what is wrong and where; it never breaks."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations import contract
from exports.disclosure.policy import load_policy
from exports.figure_book.definition import load_definition
from exports.questions.question import load_question
from orchestration.store import paths
from orchestration.store.yaml_models import YamlFileError

RULES = paths.PROJECT / "expectations"
ODD: tuple[Any, ...] = (None, True, 0, -1, 2.5, "", "x", "2024-01-01", [], ["x"], [["x"]], [{}], {}, {"x": 1}, {1: "x"})
EDITS = 40


def _rules(path: Path) -> object:
    contract.load.cache_clear() if hasattr(contract.load, "cache_clear") else None
    name = "trajecten" if path.stem == "common" else path.stem
    return contract.load(name, path.parent, paths.SEEDS)


READERS: dict[Path, Callable[[Path], object]] = {
    **dict.fromkeys((RULES / "trajecten.yml", RULES / "leefloners.yml", RULES / "common.yml"), _rules),
    paths.QUESTIONS / "twe-2018.yml": load_question,
    paths.DISCLOSURE_POLICY: load_policy,
    paths.FIGURE_BOOK: load_definition,
}


def _places(value: Any, place: tuple = ()) -> list[tuple]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(found for key, item in items for found in _places(item, (*place, key)))]


def _edited(text: str, draw: random.Random) -> str:
    """The file with one value, or one name of a field, replaced by something odd."""
    content = yaml.safe_load(text)
    *way, last = draw.choice([place for place in _places(content) if place])
    block = content
    for key in way:
        block = block[key]
    if isinstance(block, dict) and draw.random() < 0.3:
        block[draw.choice((1, None, "x", True))] = block.pop(last)
    else:
        block[last] = draw.choice(ODD)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


@pytest.mark.parametrize("original", READERS, ids=lambda path: path.name)
def test_any_edit_is_read_or_refused_with_lines(original: Path, tmp_path: Path) -> None:
    shutil.copytree(original.parent, tmp_path / "files", ignore=shutil.ignore_patterns("*.py", "__pycache__", "assets"))
    path = tmp_path / "files" / original.name
    text, draw, refused = original.read_text(encoding="utf-8"), random.Random(original.name), 0
    for _ in range(EDITS):
        path.write_text(_edited(text, draw), encoding="utf-8")
        try:
            READERS[original](path)
        except YamlFileError as error:
            refused += 1
            assert error.mistakes and all(mistake.what for mistake in error.mistakes)
    assert refused > EDITS / 3


@pytest.mark.parametrize(
    "text", ["rules: &a [*a]\n", "rules: &a {b: *a}\n", "? {a: b}\n: c\n", "- a\n", "\t", "a: 2024-13-45\n", "\x00"]
)
def test_odd_yaml_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(YamlFileError):
        load_policy(path)
