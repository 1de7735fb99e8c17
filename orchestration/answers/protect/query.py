"""A query as a request. Only one form is read: `select columns, count from relation where filter group by columns`; the
query itself is never run."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from orchestration.answers.protect.request import Counted, ProtectError, Relation, Request, dimension, measure
from orchestration.answers.protect.words import in_words
from orchestration.store.wording import did_you_mean

_FORM = "write `select columns, count(*) from relation where ... group by columns`"
_CONDITIONS = {"COMPARISON", "CONJUNCTION", "CONSTANT", "COLUMN_REF", "BETWEEN"}
_OPERATORS = {"OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "COMPARE_IN", "COMPARE_NOT_IN"}
_EMPTY: Mapping[str, str] = {
    "having": "`having`",
    "qualify": "`qualify`",
    "sample": "a sample",
}


def read(sql: str, relations: Mapping[str, Relation]) -> Request:
    """The request of a query on one of the relations. Raises ProtectError with the reason."""
    with duckdb.connect() as con:
        node = _plain(_select(con, sql))
        for part, name in _EMPTY.items():
            if node.get(part):
                raise ProtectError(f"{name} can't be protected: {_FORM}")
        if any(item["type"] != "ORDER_MODIFIER" for item in node["modifiers"]) or node["cte_map"]["map"]:
            raise ProtectError(f"`with`, `distinct` and `limit` can't be protected: {_FORM}")
        relation = _relation(node["from_table"], relations)
        by, counted = _columns(node, relation)
        _check_groups(node, by)
        where = node["where_clause"]
        filtered = frozenset(dimension(relation, column) for column in _read_by(where))
        chosen = in_words(where) if where else ""
        request = Request(relation, by, counted, _written(con, where), filtered, chosen, frozenset(_held(where)))
    request.check()
    return request


def _select(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    found = json.loads(con.execute("select json_serialize_sql(?)", [sql]).fetchall()[0][0])
    if found["error"]:
        raise ProtectError(f"this is no query that can be read: {found['error_message'].splitlines()[0]}; {_FORM}")
    nodes = [statement["node"] for statement in found["statements"]]
    if len(nodes) != 1 or nodes[0]["type"] != "SELECT_NODE":
        raise ProtectError(f"one select is protected at a time: {_FORM}")
    return nodes[0]


def _plain(node: Any) -> Any:
    """The same with the bare names of columns in small letters: SQL knows no other, and only one relation is read."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _plain(item) for name, item in node.items()}
    return plain | ({"column_names": [plain["column_names"][-1].lower()]} if "column_names" in plain else {})


def _relation(table: dict[str, Any], relations: Mapping[str, Relation]) -> Relation:
    if table["type"] != "BASE_TABLE" or table.get("sample"):
        raise ProtectError(f"joins and subqueries can't be protected: {_FORM}")
    name = table["table_name"].lower()
    if name not in relations:
        raise ProtectError(f"{name} can't be protected; {did_you_mean(name, relations)}")
    return relations[name]


def _columns(node: dict[str, Any], relation: Relation) -> tuple[dict[str, str], list[Counted]]:
    by: dict[str, str] = {}
    counted: list[Counted] = []
    for item in node["select_list"]:
        if item["class"] == "COLUMN_REF":
            by[item["alias"] or item["column_names"][0]] = dimension(relation, item["column_names"][0])
        elif item["class"] == "FUNCTION" and not item["filter"]:
            arguments = [each["expression"] for each in item["arguments"]]
            if any(each["class"] != "COLUMN_REF" for each in arguments) or len(arguments) > 1:
                raise ProtectError(
                    f"{item['function_name']} of something else than a column can't be protected: {_FORM}"
                )
            column = arguments[0]["column_names"][0] if arguments else ""
            counted.append(measure(relation, item["function_name"], column, item["distinct"], item["alias"]))
        else:
            raise ProtectError(f"only columns and counts can stand between select and from: {_FORM}")
    names = [*by, *(item.name for item in counted)]
    if len(set(names)) < len(names):
        raise ProtectError("two columns have the same name; name them with `as`")
    return by, counted


def _check_groups(node: dict[str, Any], by: Mapping[str, str]) -> None:
    if node["aggregate_handling"] == "FORCE_AGGREGATES":  # group by all
        return
    names = list(by.values())
    listed = list(node["select_list"])
    groups = set()
    for item in node["group_expressions"]:
        if item["class"] == "COLUMN_REF":
            groups.add(item["column_names"][0])
        elif (at := _position(item)) in range(1, len(listed) + 1):
            groups.add(listed[at - 1].get("column_names", [""])[0])
    if len(node["group_sets"]) > 1 or groups != set(names):
        raise ProtectError(f"group by the columns that are selected, no more and no fewer: {_FORM}")


def _position(item: Mapping[str, Any]) -> int:
    """The column that a number in `group by` stands for; 0 for anything else."""
    text = str(item.get("literal", {}).get("text", ""))
    return int(text) if item["class"] == "CONSTANT" and text.isdecimal() else 0


def _read_by(where: Any) -> Iterator[str]:
    """The columns in a condition. Raises ProtectError for anything but comparisons of columns with values."""
    if isinstance(where, list):
        for item in where:
            yield from _read_by(item)
    if not isinstance(where, dict):
        return
    kind = where.get("class")
    compared = sorted(item["class"] for item in _compared(where))
    known = not kind or kind in _CONDITIONS or (kind == "OPERATOR" and where["type"] in _OPERATORS)
    if not known or compared[1:] != ["CONSTANT"] * len(compared[1:]) or compared[:1] == ["CONSTANT"]:
        raise ProtectError(
            "a filter may compare columns with values (=, <, in, between, is null, and, or, not), no more"
        )
    if kind == "COLUMN_REF":
        yield where["column_names"][0]
    for item in where.values():
        yield from _read_by(item)


def _compared(where: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a comparison compares; nothing for other conditions."""
    if where.get("type") in ("COMPARE_IN", "COMPARE_NOT_IN"):
        return where["children"]
    if where.get("class") in ("COMPARISON", "BETWEEN"):
        return [where[name] for name in ("input", "left", "right", "lower", "upper") if name in where]
    return []


def _held(where: Any) -> Iterator[str]:
    """The columns that a condition holds to one value."""
    if not where:
        return
    if where["class"] == "CONJUNCTION" and where["type"] == "CONJUNCTION_AND":
        for child in where["children"]:
            yield from _held(child)
    elif where["type"] == "COMPARE_EQUAL" and where["left"]["class"] == "COLUMN_REF":
        yield where["left"]["column_names"][0]


def _written(con: duckdb.DuckDBPyConnection, where: Any) -> str:
    """The condition as SQL again, written by the engine from what was checked."""
    if not where:
        return ""
    whole = json.loads(con.execute("select json_serialize_sql('select 1 from t where true')").fetchall()[0][0])
    whole["statements"][0]["node"]["where_clause"] = where
    text = con.execute("select json_deserialize_sql(?)", [json.dumps(whole)]).fetchall()[0][0]
    return text.partition(" WHERE ")[2]
