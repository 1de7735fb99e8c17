"""A file that people write is read whole or told whole: every mistake, each at its line."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import Field, ValidationInfo, field_validator, model_validator

from orchestration.store.errors import TweError
from orchestration.store.yaml_models import (
    Fields,
    Misplaced,
    Mistake,
    Place,
    YamlDocument,
    YamlFileError,
    line_of,
    read,
)


class Leaf(Fields):
    EXAMPLE: ClassVar[str] = "{size: 3}"

    size: int = Field(ge=0)
    colour: Literal["red", "green"] = "red"
    as_: str = Field("", alias="as")


class Circle(Fields):
    kind: Literal["circle"]
    radius: float


class Square(Fields):
    kind: Literal["square"]
    side: float
    name: str = ""


class Tree(Fields):
    NAMED: ClassVar[Mapping[str, str]] = {"leaves": "leaf", "shapes": "shape"}

    title: str
    leaves: dict[str, Leaf] = Field(default_factory=dict)
    shapes: list[Annotated[Circle | Square, Field(discriminator="kind")]] = Field(default_factory=list, min_length=1)
    years: list[int] = Field(default_factory=list)

    @field_validator("years")
    @classmethod
    def _known(cls, years: list[int], info: ValidationInfo) -> list[int]:
        if wrong := [n for n, year in enumerate(years) if info.context and year not in info.context]:
            raise Misplaced(*(((n,), f"no data for {years[n]}") for n in wrong))
        return years

    @model_validator(mode="after")
    def _titled(self) -> "Tree":
        if self.title == "wrong":
            raise ValueError("the title is wrong")
        return self

    @classmethod
    def across(cls, content: Mapping[str, Any], context: Any) -> Iterable[tuple[Place, str]]:
        if content.get("title") in content.get("leaves", {}):
            yield ("leaves", content["title"]), "is called as the tree"


class OtherError(YamlFileError):
    pass


def reading(folder: Path, text: str | bytes, context: Any = None) -> YamlDocument[Tree]:
    path = folder / "tree.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path, Tree, context, OtherError)


def told(folder: Path, text: str | bytes, context: Any = None) -> list[tuple[int | None, str]]:
    with pytest.raises(OtherError) as error:
        reading(folder, text, context)
    assert isinstance(error.value, TweError)
    assert str(error.value) == "\n".join(map(str, error.value.mistakes))
    assert {m.file_name for m in error.value.mistakes} == {"tree.yml"}
    return [(m.line, m.what) for m in error.value.mistakes]


def test_a_good_file_is_its_model_and_knows_its_lines(tmp_path: Path) -> None:
    document = reading(tmp_path, "title: Oak\nleaves:\n  big: {size: 3, as: x}\nyears: [2023,\n  2024]\n")
    assert document.model.leaves["big"].size == 3 and document.model.years == [2023, 2024]
    assert document.mistake(("leaves", "big", "size"), "too big") == Mistake("tree.yml", 3, "too big")
    assert [line_of(document.node, place) for place in ((), ("years", 1), ("years", 9), ("leaves", "no"))] == [
        1,
        5,
        4,
        2,
    ]
    assert len(document.sha256) == 64


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("leaves: {}\n", [(1, "`title` is missing; add it")]),
        ("title: a\ntitel: b\n", [(2, "unknown field `titel`; did you mean `title`?")]),
        ("titel: b\n", [(1, "unknown field `titel`; did you mean `title`?")]),
        ("title: a\nx: b\n", [(2, "unknown field `x`; known fields: title, leaves, shapes, years")]),
        ("title: 3\n", [(1, "`title` must be a text; put it in quotes, not 3")]),
        ("title: a\ntitle: b\n", [(2, "field `title` is given twice; keep one")]),
        ("title: wrong\n", [(1, "the title is wrong")]),
        ("title: a\nyears: 2020\n", [(2, "`years` must be a list (lines that start with `- `), not 2020")]),
        ("title: a\nyears:\n- 2020\n- x\n", [(4, "`years` must be a whole number, not 'x'")]),
        ("title: a\nshapes: []\n", [(2, "`shapes` is empty; write at least 1")]),
        (
            "title: a\nleaves:\n  b: big\n",
            [(3, "leaf 'b': `b` must be a block of fields such as {size: 3}, not 'big'")],
        ),
        (
            "title: a\nleaves:\n  b:\n    size: -1\n",
            [(4, "leaf 'b': `size` must be greater than or equal to 0, not -1")],
        ),
        (
            "title: a\nleaves:\n  b:\n    size: 1\n    a: x\n",
            [(5, "leaf 'b': unknown field `a`; did you mean `as`?")],
        ),
        (
            "title: a\nleaves:\n  b: {size: 1, colour: blue}\n",
            [(3, "leaf 'b': `colour` must be one of 'red' or 'green', not 'blue'")],
        ),
        (
            "title: a\nshapes:\n- kind: line\n- radius: 1.0\n",
            [
                (3, "shape 1 of the list: `kind` must be one of 'circle', 'square', not 'line'"),
                (4, "shape 2 of the list: `kind` is missing; add it"),
            ],
        ),
        (
            "title: a\nshapes:\n- name: s\n  kind: square\n  sides: 2.0\n",
            [(5, "shape 's': unknown field `sides`; did you mean `side`?")],
        ),
        ("title: [a\n", [(2, "this is not valid YAML (did not find expected ',' or ']'); mend the YAML")]),
        (
            "title: a\nyears:\n- 2024-02-30\n",
            [(3, "this is not valid YAML (day is out of range for month); mend the YAML")],
        ),
        ("", [(None, "holds no fields; write lines such as `title: ...`")]),
        ("- a\n", [(None, "holds no fields; write lines such as `title: ...`")]),
        (b"\xff\xfe", [(None, "cannot be read (it is no UTF-8 text); restore the file")]),
    ],
)
def test_a_mistake_is_told_at_its_line(tmp_path: Path, text: str | bytes, mistakes: list[tuple[int, str]]) -> None:
    found = told(tmp_path, text)
    assert [line for line, _ in found] == [line for line, _ in mistakes]
    assert [what for _, what in found] == [what for _, what in mistakes]


def test_all_mistakes_come_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "years: []\nyears: [2020, 2030]\ntitle: Oak\nleaves: {Oak: {size: big}}\n"
    assert told(tmp_path, text, context={2020}) == [
        (2, "field `years` is given twice; keep one"),
        (2, "no data for 2030"),
        (4, "leaf 'Oak': `size` must be a whole number, not 'big'"),
        (4, "leaf 'Oak': is called as the tree"),
    ]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(YamlFileError, match=r"^weg.yml: cannot be read \(No such file or directory\); restore"):
        read(tmp_path / "weg.yml", Tree)
