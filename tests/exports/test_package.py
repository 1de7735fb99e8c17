"""The tables beside the workbook, as CSV with a description that a program can follow."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter

from exports import write_annex
from tests.exports.tiny_publication import QUESTIONS, annex_of, figures

YEARS = (2022, 2023)


def test_the_same_tables_stand_in_the_package_with_their_types_and_hashes(publication, tmp_path):
    result = annex_of(publication, tmp_path, "twe-2024", "3", YEARS)
    description = json.loads((result.package / "datapackage.json").read_text(encoding="utf-8"))
    names = {path.name for path in result.package.iterdir()}
    assert names == {"datapackage.json", *(item["path"] for item in description["resources"])}
    for item in description["resources"]:
        content = (result.package / item["path"]).read_bytes()
        assert item["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert item["bytes"] == len(content)
        rows = list(csv.reader(content.decode("utf-8").splitlines()))
        fields = item["schema"]["fields"]
        assert rows[0] == [field["name"] for field in fields]
        assert len(rows) == item["rows"] + 1
        for row in rows[1:]:
            assert "" not in row
            for field, value in zip(fields, row, strict=True):
                pattern = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "date": r"\d{4}-\d\d-\d\d"}.get(
                    field["type"]
                )
                assert pattern is None or value in item["schema"]["missingValues"] or re.fullmatch(pattern, value)
    every = next(item for item in description["resources"] if item["path"] == "cijfers.csv")
    assert [field["name"] for field in every["schema"]["fields"]] == [
        "niveau",
        "nis_code",
        "gebied",
        "arrondissement",
        "provincie",
        "tabel",
        "cijfer",
        "codes",
        "eenheid",
        "periode",
        "status",
        "waarde",
    ]
    places = {"vlaanderen": 1, "provincie": 4, "arrondissement": 4, "centrumstad": 2, "gemeente": 5}
    counts = Counter(row["niveau"] for row in figures(result))
    assert counts == {level: number * 3 * len(YEARS) for level, number in places.items()}


def test_a_table_that_is_gone_leaves_the_package(publication, tmp_path):
    question = QUESTIONS["twe-2024"]
    annex = question.annex("6")
    package = write_annex(publication, question, annex, tmp_path, YEARS).package
    assert (package / "gegevens.csv").exists()
    write_annex(publication, question, annex.model_copy(update={"levels": ("vlaanderen",)}), tmp_path, YEARS)
    assert not (package / "gegevens.csv").exists()
