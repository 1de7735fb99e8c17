"""A text that breaks the YAML is told with the way to write it, and hides nothing of the rest of its file."""

from pathlib import Path

import pytest

from orchestration.store.yaml_models import Fields, YamlFileError, read
from orchestration.store.yaml_syntax import parsed

BLOCK = """\
rules:
  - name: a
    meaning: Fout: te laat
    remedy: {column: x, text: Kijk: na, why: a: b}
  - name: b
    meaning: Dit is een tekst die op een volgende regel
      doorloopt: en daar breekt,
      en dan nog verder gaat.
    remedy: it's: zo
"""


def test_reading_goes_on_after_a_text_that_is_not_in_quotes() -> None:
    _, value, wrong = parsed(BLOCK)
    assert value == {
        "rules": [
            {"name": "a", "meaning": "Fout: te laat", "remedy": {"column": "x", "text": "Kijk: na", "why": "a: b"}},
            {
                "name": "b",
                "meaning": "Dit is een tekst die op een volgende regel doorloopt: en daar breekt, en dan nog verder "
                "gaat.",
                "remedy": "it's: zo",
            },
        ]
    }
    assert [line for line, _ in wrong] == [3, 4, 4, 6, 9]
    advice = [what.partition("put the text in quotes: ")[2] for _, what in wrong]
    assert advice[:3] == ['meaning: "Fout: te laat"', 'text: "Kijk: na"', 'why: "a: b"']
    assert advice[3].endswith('gaat."; or indent `doorloopt` as the fields beside it, when it is one')
    assert all(parsed(line.partition(";")[0])[2] == [] for line in advice[:3])


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ('a: "een" woord\n', "a: '\"een\" woord'"),
        ('a: "niet gesloten\nb: c\n', "a: '\"niet gesloten'"),
        ("a: *let op\n", 'a: "*let op"'),
        ("a: @naam\n", 'a: "@naam"'),
        ("a: 100 %: alles\n", 'a: "100 %: alles"'),
        ("a: eerst:\n", 'a: "eerst:"'),
        ("- a: b: c\n", 'a: "b: c"'),
        ("a: c:\\map: x\n", "a: 'c:\\map: x'"),
        (f"a: b: {'x' * 200}\n", f'a: "b: {"x" * 114}..."'),
    ],
)
def test_it_says_how_to_write_the_text(text: str, advice: str) -> None:
    node, _, ((line, what),) = parsed(text)
    assert node and line == 1 and what.endswith(f"put the text in quotes: {advice}")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("columns:\n  a: {type: text}\n b: {type: text}\n", 3),
        ("a:\n\t- b\n", 2),
        ("a: [x, y\nb: c\n", 2),
        ("a b\nc: d\n", 2),
        ("a: {x: y\nb: c\n", 2),
        ('a: "b c\nd: "e"\n', 2),
    ],
)
def test_where_quotes_are_no_help_it_says_the_line(text: str, line: int) -> None:
    node, _, ((told, what),) = parsed(text)
    assert node is None and told == line and what.endswith("; mend the YAML")


def test_what_else_is_wrong_in_the_file_comes_with_it(tmp_path: Path) -> None:
    class Sketch(Fields):
        title: str
        number: int

    path = tmp_path / "sketch.yml"
    path.write_text("title: Een schets: mooi\nnumber: drie\ndate: 2024-02-30\nplace: Gent\n", encoding="utf-8")
    with pytest.raises(YamlFileError) as error:
        read(path, Sketch)
    assert [(m.line, m.what.partition(" (")[0]) for m in error.value.mistakes] == [
        (1, "this is not valid YAML"),
        (2, "`number` must be a whole number, not 'drie'"),
        (3, "this is not valid YAML"),
        (4, "unknown field `place`; known fields: title, number"),
    ]
