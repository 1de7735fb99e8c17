"""Headline figures: what a share, a mean and a change are, and how they are looked up in a publication."""

from collections.abc import Iterator

import pytest

from exports.annexes import KINDS
from exports.figures.reading import PublicationReader
from exports.figures.rules import Number
from exports.statements.headlines import Count, Headlines, with_share
from exports.statements.lookups import RULES, UNDEFINED, Marts, QuotedFigure
from tests.exports.tiny_publication import make_publication

ENDED = Count("mart_ended_duration", "trajectories", category="*")
EXECUTED = Count("mart_ended_duration", "trajectories", {"ending": "executed"}, "executed/*")


@pytest.fixture(scope="module")
def headlines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headlines]:
    with PublicationReader(make_publication(tmp_path_factory.mktemp("publication"))) as publication:
        yield Headlines(Marts(publication), publication, KINDS["4"].marts, {}, (2021, 2022, 2023))


@pytest.mark.parametrize(
    ("rule", "terms", "value"),
    [
        ("som", (7,), 7),
        ("aandeel", (1, 8), 12.5),
        ("aandeel", (1, 0), None),
        ("gemiddelde", (9, 2), 4.5),
        ("gemiddelde", (9, 0), None),
        ("wijziging", (12, 10), 20),
        ("wijziging", (12, 0), None),
        ("verschil in procentpunt", (1, 4, 1, 5), 5),
        ("verschil in procentpunt", (1, 4, 1, 0), None),
    ],
)
def test_the_rules_of_arithmetic(rule: str, terms: tuple[Number, ...], value: Number | None) -> None:
    made = RULES[rule](terms)
    assert made is None if value is None else made == pytest.approx(value)


def test_a_share_is_a_percentage_of_the_whole(headlines: Headlines) -> None:
    share = headlines.share(EXECUTED, ENDED, 2022)  # 7 + 3 of 14
    assert isinstance(share, QuotedFigure)
    assert (share.text, share.value) == ("71,4\u00a0%", pytest.approx(100 * 10 / 14))
    assert headlines.share(EXECUTED, ENDED, 2019) == UNDEFINED
    texts = [piece if isinstance(piece, str) else piece.text for piece in with_share(headlines, EXECUTED, ENDED, 2022)]
    assert "".join(texts) == "10 (71,4\u00a0%)"


def test_a_change_is_a_percentage_of_the_year_before(headlines: Headlines) -> None:
    change = headlines.change(ENDED, 2022)  # 14 after 3
    assert isinstance(change, QuotedFigure)
    assert change.value == pytest.approx(100 * (14 / 3 - 1))
