"""YAML that remembers on which line every field stood and refuses a field given twice."""

from __future__ import annotations

from typing import Any

import yaml
import yaml.resolver


class YamlProblem(ValueError):
    """Text that is no YAML, or a repeated field."""


class Located(dict[str, Any]):
    """A mapping with the line (from 1) of each of its keys."""

    lines: dict[str, int]
    first_line: int

    def line(self, key: str | None) -> int:
        """Line of the key, or of the mapping itself when the key isn't there."""
        return self.lines.get(key, self.first_line) if key is not None else self.first_line


class _Loader(yaml.SafeLoader):
    pass


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 0


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Located:
    result = Located()
    result.first_line = _line(node)
    result.lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        line = _line(key_node)
        if key in result:
            raise YamlProblem(f"line {line}: field `{key}` is given twice; keep one")
        result[key] = loader.construct_object(value_node, deep=True)
        result.lines[key] = line
    return result


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load(text: str) -> Any:
    """The document in `text`; mappings come as Located. Raises YamlProblem with the line."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise YamlProblem(f"line {line}: this is not valid YAML ({error.problem})") from error
    except yaml.YAMLError as error:
        raise YamlProblem(f"this is not valid YAML ({error})") from error
