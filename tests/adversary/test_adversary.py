"""The attacker beats hiding of small counts alone, and gets nothing out of what the pipeline publishes."""

import csv
import shutil
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from exports.figure_book import write_figure_book
from orchestration.answers import figure_books
from orchestration.warehouse import publication
from tests.adversary.__main__ import main
from tests.adversary.book import full, pages, read_book
from tests.adversary.reading import HIDDEN, Cell, Publication, confidential, packages
from tests.exports.tiny_publication import make_publication

ANNEXES = ("bijlage_5_uitstroom_csv", "bijlage_6_transmissies_csv")
PLACES = (("11001", "Antwerpen", 40, 2), ("11002", "Antwerpen", 60, 9), ("44021", "Oost-Vlaanderen", 50, 8))
TOTALS = (("Antwerpen", 100, 11), ("Oost-Vlaanderen", 50, 8))


def write(path: Path, header: str, rows: Sequence[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header.split(), *rows])


def publish(folder: Path, hidden: set[str]) -> Path:
    """One annex of one year by hand; `hidden` names the areas whose number of transmissions is hidden."""
    package = folder / "vraag" / "bijlage_6_transmissies_csv"
    for into, secret in ((package, hidden), (confidential(package), set())):
        into.mkdir(parents=True)
        write(into / "herkomst.csv", "gegeven waarde", [("Stand op", "2024-01-01"), ("Geografie op", "2024-01-01")])
        areas = [("gemeente", nis, nis, province, n, k) for nis, province, n, k in PLACES]
        areas += [("provincie", "[z]", province, province, n, k) for province, n, k in TOTALS]
        areas += [("vlaanderen", "[z]", "Vlaanderen", "[z]", 150, 19)]
        rows = []
        for level, nis, name, province, n, k in areas:
            counts = (("gemeten trajecten", n), ("met transmissie", HIDDEN if name in secret else k))
            rows += [
                (level, nis, name, province, "Transmissies", what, "aantal", 2023, value) for what, value in counts
            ]
        write(into / "cijfers.csv", "niveau nis_code gebied provincie tabel cijfer eenheid periode waarde", rows)
    return folder


def test_a_book_is_read_into_the_cells_of_the_annexes(tmp_path):
    written = make_publication(tmp_path / "publication")
    write_figure_book(written, tmp_path / "cijferboek_x.html", hidden=lambda id_: id_.category == "gender/v")
    pub = Publication()
    (page,) = pages(tmp_path)
    read_book(pub, page)
    release = ("2024-03-31", "2024-03-31")
    assert pub.values[Cell(release, "opgestart", (2022,), "v")] == 8
    assert pub.values[Cell(release, "opgestart_profiel/geslacht_vrouw", (2023,), "v")] is None
    assert Cell(release, "beeindigd", (2022,), "g:11002") in pub.values
    assert Cell(release, "activeringsratio/leefloners", (2023,), "g:11002") in pub.values
    assert pub.conflicts == pub.derived == []


def hide_small_alone(package: Path) -> None:
    """Replace 1 to 3 and nothing else: what the stated rule asks, without any protection of what it hides."""
    path = package / "cijfers.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    unit, value = header.index("eenheid"), header.index("waarde")
    for row in rows:
        if row[unit] == "aantal" and row[value] in ("1", "2", "3"):
            row[value] = HIDDEN
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *rows])


def test_a_figure_hidden_alone_is_determined_by_its_total(tmp_path, capsys):
    assert main([str(publish(tmp_path, {"11001"}))]) == 1
    assert "DETERMINED" in (told := capsys.readouterr().out)
    assert "2..2, truly 2" in told


def test_a_figure_hidden_beside_a_larger_one_is_safe(tmp_path, capsys):
    assert main([str(publish(tmp_path, {"11001", "11002"}))]) == 0, capsys.readouterr().out


def test_a_small_figure_in_the_open_is_reported(tmp_path, capsys):
    assert main([str(publish(tmp_path, set()))]) == 1
    assert "SHOWN SMALL" in capsys.readouterr().out


@pytest.fixture
def copied(finished, tmp_path: Path) -> Path:
    """The public and confidential packages of two annexes, as the pipeline wrote them."""
    copy_packages(finished.data.root / "annexes", tmp_path)
    return tmp_path


def copy_packages(annexes: Path, into: Path) -> None:
    for package in packages(annexes):
        if package.name in ANNEXES:
            copy = into / package.parent.name / package.name
            shutil.copytree(package, copy)
            shutil.copytree(confidential(package), confidential(copy))


@pytest.fixture(scope="module")
def attacked(finished, tmp_path_factory) -> tuple[int, str]:
    """What the attacker says of the two annexes with the figure book beside them, as the control allows it."""
    folder = tmp_path_factory.mktemp("attacked")
    copy_packages(finished.data.root / "annexes", folder)
    published = publication.current(finished.data)
    page = figure_books.write(finished.settings, published, out=folder / "cijferboek_x.html")
    figure_books.write(finished.settings, published, "volledig", out=full(page))
    with redirect_stdout(StringIO()) as told:
        status = main([str(folder), "--sample", "5", "--seconds", "2"])
    return status, told.getvalue()


@pytest.mark.slow
def test_nothing_can_be_told_from_what_is_published(attacked):
    status, told = attacked
    assert told.startswith(f"{len(ANNEXES)} packages and 1 figure books")
    assert "contradictions 0" in told, "the attacker reads the book as the annexes say it"
    assert status == 0, told


@pytest.mark.slow
def test_the_attacker_wins_when_only_small_counts_are_hidden(copied, capsys):
    for package in packages(copied):
        shutil.rmtree(package)
        shutil.copytree(confidential(package), package)
        hide_small_alone(package)
    assert main([str(copied), "--sample", "5", "--seconds", "2"]) == 1
    told = capsys.readouterr().out
    assert "DETERMINED" in told
    assert "WRONG" not in told
