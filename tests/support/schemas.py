"""JSON Schemas of the YAML files that people write, for their editors. `make schemas` writes them to docs/schemas/."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from expectations.source_file import CommonFile, SourceFile
from exports.disclosure.policy import PolicyFile
from exports.figure_book.definition import DefinitionFile
from exports.questions.question import QuestionFile

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "docs" / "schemas"
# Name of the schema -> the model that it is made from, and the files that are read into that model.
SCHEMAS: dict[str, tuple[type[BaseModel], tuple[str, ...]]] = {
    "source": (SourceFile, ("expectations/*.yml",)),
    "common": (CommonFile, ("expectations/common.yml",)),
    "question": (QuestionFile, ("exports/questions/*.yml", "docs/examples/twe-*.yml")),
    "policy": (PolicyFile, ("exports/disclosure/policy.yml",)),
    "figure_book": (DefinitionFile, ("exports/figure_book/cijferboek.yml",)),
}


def path_of(name: str) -> Path:
    """Where the schema lies."""
    return FOLDER / f"{name}.schema.json"


def files_of(name: str) -> list[Path]:
    """The files that the schema is for: those of its patterns, without a file that another schema is for by name."""
    others = {PROJECT / glob for other, (_, globs) in SCHEMAS.items() if other != name for glob in globs}
    found = {path for glob in SCHEMAS[name][1] for path in PROJECT.glob(glob)}
    return sorted(found - others)


def schema_text(name: str) -> str:
    """The schema as the content of its file."""
    model, _ = SCHEMAS[name]
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all schemas."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        path_of(name).write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
