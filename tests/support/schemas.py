"""JSON Schemas of the YAML files that people write, for their editors. `make schemas` writes them to docs/schemas/."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

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


class _Described(GenerateJsonSchema):
    """With the texts that stand below the fields of a model. pydantic would read the source for them whenever a model
    is imported (`use_attribute_docstrings`), which every command would pay for."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made, model = super().model_schema(schema), schema["cls"]
        for base in model.__mro__[: model.__mro__.index(BaseModel)]:
            for name, text in _texts(base):
                if name not in model.model_fields:  # of the class, not of the file
                    continue
                made["properties"][model.model_fields[name].alias or name].setdefault("description", text)
        return made


def _texts(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (own,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(own, ast.ClassDef)
    for field, below in pairwise(own.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)


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
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(schema_generator=_Described),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all schemas."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        path_of(name).write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
