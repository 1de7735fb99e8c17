"""Mutants of Python: comparisons, logic, numbers, returns and calls, and the SQL in its strings."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from tests.mutants import sql_text
from tests.mutants.mutant import Mutant

Change = tuple[int, int, str, str]
COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"), ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"), ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "//"), ast.FloorDiv: ("//", "*"), ast.Div: ("/", "*"),
    ast.Mod: ("%", "*"),
}  # fmt: skip
IS_SQL = re.compile(r"\b(select|where|case when|insert into|is null|is not null|filter \(|coalesce\()", re.IGNORECASE)


class _Places:
    """Offsets of nodes in a text; `ast` counts bytes in a line."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def _at(self, line: int, byte: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:byte].decode())

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self._at(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._at(node.end_lineno, node.end_col_offset)


def mutants(file: str, text: str) -> Iterator[Mutant]:
    seen = set()
    for start, end, new, kind in sorted(set(_changes(text))):
        mutated = text[:start] + new + text[end:]
        if mutated in seen or mutated == text:
            continue
        seen.add(mutated)
        try:
            compile(mutated, file, "exec")
        except SyntaxError:
            continue
        yield Mutant(file, start, end, new, kind)


def _changes(text: str) -> Iterator[Change]:
    tree = ast.parse(text)
    places = _Places(text)
    told = {id(node) for node in _told(tree)}
    for node in ast.walk(tree):
        if id(node) not in told:
            yield from _of_node(node, text, places)


def _told(tree: ast.Module) -> Iterator[ast.AST]:
    """Docstrings, type hints and what is said in errors: words, which no figure depends on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):  # Python before 3.12 does not know where its parts stand
            yield from (each for part in node.values for each in ast.walk(part))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from (node, node.value)
        elif isinstance(node, ast.Raise):
            yield from ast.walk(node)
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            yield from ast.walk(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            yield from (each for part in (node.returns, *node.decorator_list) if part for each in ast.walk(part))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and "Remark(" in ast.unparse(node)[:60]:
            yield from ast.walk(node)


def _of_node(node: ast.AST, text: str, at: _Places) -> Iterator[Change]:
    match node:
        case ast.Compare(left=left, ops=[operator, *_], comparators=[right, *_]):
            old, new = COMPARISONS[type(operator)]
            yield from _between(left, right, old, new, "comparison", text, at)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in ARITHMETIC:
            yield from _between(left, right, *ARITHMETIC[type(operator)], "arithmetic", text, at)
        case ast.BoolOp(op=operator, values=values):
            old, new = ("and", "or") if isinstance(operator, ast.And) else ("or", "and")
            for left, right in pairwise(values):
                yield from _between(left, right, old, new, "logic", text, at)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield at.start(node), at.start(operand), "", "logic"
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            for constant in ("True", "False"):
                yield at.start(test), at.end(test), constant, "condition"
        case ast.comprehension(ifs=conditions):
            for condition in conditions:
                yield at.start(condition), at.end(condition), "True", "condition"
        case ast.Constant(value=bool() as value):
            yield at.start(node), at.end(node), str(not value), "constant"
        case ast.Constant(value=int() as value):
            yield at.start(node), at.end(node), str(value + 1), "number"
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield at.start(value), at.end(value), "None", "return"
        case ast.Expr(value=ast.Call() as call):
            yield at.start(call), at.end(call), "None", "call dropped"
        case ast.Continue() | ast.Break():
            yield at.start(node), at.end(node), "pass", "flow"
        case ast.JoinedStr() | ast.Constant(value=str()):
            yield from _of_sql(at.start(node), text[at.start(node) : at.end(node)])


def _between(
    left: ast.expr, right: ast.expr, old: str, new: str, kind: str, text: str, at: _Places
) -> Iterator[Change]:
    start, end = at.end(left), at.start(right)
    found = re.search(rf"(?<![\w<>=!*/]){re.escape(old)}(?![\w<>=*/])", text[start:end])
    if found:
        yield start + found.start(), start + found.end(), new, kind


def _of_sql(start: int, literal: str) -> Iterator[Change]:
    if not IS_SQL.search(literal):
        return
    shown = re.sub(r"\{[^{}\n]*\}", lambda match: "·" * len(match.group()), literal)
    for kind, pattern, news in sql_text.SWAPS:
        if kind not in ("constant", "number"):
            for match in re.finditer(pattern, shown):
                yield from (
                    (start + match.start(), start + match.end(), match.expand(new), f"SQL {kind}") for new in news
                )
