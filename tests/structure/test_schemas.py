"""The JSON Schemas for editors are those of the models, and accept every file that is shipped."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.support.schemas import SCHEMAS, files_of, path_of, schema_text

FILES = [(name, path) for name in SCHEMAS for path in files_of(name)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_is_up_to_date(name: str) -> None:
    assert path_of(name).read_text(encoding="utf-8") == schema_text(name), "run `make schemas` and commit"


@pytest.mark.parametrize(("name", "path"), FILES, ids=[path.name for _, path in FILES])
def test_a_shipped_file_keeps_to_its_schema(name: str, path: Path) -> None:
    schema = json.loads(path_of(name).read_text(encoding="utf-8"))
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    as_json = json.loads(json.dumps(content, default=str))  # dates and keys as an editor sees them: texts
    jsonschema.Draft202012Validator(schema).validate(as_json)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_misspelt_field_does_not_keep_to_the_schema(name: str) -> None:
    schema = json.loads(path_of(name).read_text(encoding="utf-8"))
    assert any("titel" in error.message for error in jsonschema.Draft202012Validator(schema).iter_errors({"titel": 1}))
