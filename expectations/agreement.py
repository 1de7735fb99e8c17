"""Where Great Expectations and the routing were seen to agree: a small batch with no other kinds of rows is judged by
the routing alone.

Great Expectations is the definition of a rule. To import it costs more than all else that is done with some hundred
rows, and what it adds to the routing is one thing: it shows that a rule is not read in two ways. How a rule is read
follows from the rule, the code and the libraries. So a batch goes to Great Expectations when it is large, or when it
has for any rule a row of a kind on which both have not agreed before. The kind of a row is whether it breaks the rule,
whether the condition of the rule holds for it, which of the columns that the rule names have a value, and whether the
value lies on a bound of the rule. With another suite, code or version every kind is new. Great Expectations counts the
rows that a query returns, and the routing those that it names: where it names one twice, Great Expectations is asked.
What judged a delivery stands in the ledger.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from expectations import routing, suite
from expectations.contract import Rule, SourceContract
from orchestration.store.files import replaced
from orchestration.store.paths import PROJECT
from orchestration.store.sql import quote

MOST_ROWS = 10_000
"""Of a batch that the routing may judge alone. Of a larger one the import of Great Expectations is a small part."""
SUITE = "great_expectations"
LIBRARIES = (SUITE, "sqlalchemy", "duckdb")
Validate = Callable[[str, str, Sequence[Rule]], Sequence[int]]
"""(database, table, rules) -> rows that break each rule."""
Kinds = dict[str, int]
"""Rule, as in a view -> a bit for each kind of rows."""
CODE = ("expectations/*.py", "orchestration/ingest/**/*.py", "orchestration/store/sql.py")


class AgreedValidation:
    """A `Validate` for batches of one source. What was agreed on is kept in the file `path`, and counts from the next
    object on, so that a load judges all its batches by what was known when it began."""

    def __init__(self, path: Path, contract: SourceContract, suite: Validate = suite.validate) -> None:
        self._path, self._source, self._suite = path, contract.source, suite
        self._of = f"{contract.version} {made_by()}"
        self._known = _read(path).get(self._source, {}).get(self._of, {})
        self._new: Kinds = {}
        self._asked: set[bool] = set()

    def __call__(self, database: str, table: str, rules: Sequence[Rule]) -> Sequence[int]:
        """The rows of `table` that break each of the rules."""
        with duckdb.connect(database) as con:
            rows, counts, kinds = _look(con, table, rules)
            twice = any(_names_twice(con, table, rule, count) for rule, count in zip(rules, counts, strict=True))
        alone = (
            not twice
            and rows <= MOST_ROWS
            and all(not there & ~self._known.get(rule, 0) for rule, there in kinds.items())
        )
        self._asked.add(not alone)
        if alone:
            return counts
        found = self._suite(database, table, rules)
        for (rule, there), ours, theirs in zip(kinds.items(), counts, found, strict=True):
            if ours == theirs:
                self._new[rule] = self._new.get(rule, self._known.get(rule, 0)) | there
        return found

    def judged_by(self) -> str:
        """What judged since this was asked last; empty when there was nothing to judge."""
        from importlib import metadata

        library = f"{SUITE} {metadata.version(SUITE)}"
        said = {True: library, False: f"routing (as {library} on such rows)"}
        asked, self._asked = self._asked, set()
        return "; ".join(said[suite] for suite in sorted(asked, reverse=True))

    def save(self) -> None:
        """Keeps what was agreed on, for the next load. What was agreed on under another suite, code or version goes."""
        if self._new.items() <= self._known.items():
            return
        known = _read(self._path) | {self._source: {self._of: self._known | self._new}}
        with replaced(self._path) as temporary:
            temporary.write_text(json.dumps(known, indent=1, sort_keys=True), encoding="utf-8")


def made_by() -> str:
    """The libraries and the code that read a rule."""
    from importlib import metadata  # slow to import, and a run with nothing new does without

    digest = hashlib.sha256()
    for path in sorted(path for pattern in CODE for path in PROJECT.glob(pattern)):
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return " ".join([*(f"{name} {metadata.version(name)}" for name in LIBRARIES), digest.hexdigest()[:16]])


def _look(con: duckdb.DuckDBPyConnection, view: str, rules: Sequence[Rule]) -> tuple[int, list[int], Kinds]:
    """Rows of the view, those that break each rule, and the kinds of rows that there are."""
    counted = ["count(*)"]
    for rule in rules:
        broken = routing.broken(rule, view)
        facts = [broken, routing.condition(*rule.only_if) if rule.only_if else "true"]
        facts += (f"{quote(column)} is null" for column in _columns(rule))
        facts += routing.on_a_bound(rule)
        kind = " + ".join(f"coalesce({fact}, false)::int * {2**place}" for place, fact in enumerate(facts))
        counted += (f"count(*) filter (where {broken})", f"bit_or(1::ubigint << ({kind})::ubigint)")
    rows, *found = con.execute(f"select {', '.join(counted)} from {quote(view)}").fetchall()[0]
    names = [f"{view} {number} {rule.name}" for number, rule in enumerate(rules)]
    return rows, found[::2], dict(zip(names, found[1::2], strict=True))


def _names_twice(con: duckdb.DuckDBPyConnection, view: str, rule: Rule, count: int) -> bool:
    """Whether the query of a rule, if it is one, returns other than one row for each that breaks the rule."""
    query = routing.query(rule, view)
    return query is not None and con.execute(f"select count(*) from ({query})").fetchall()[0][0] != count


def _columns(rule: Rule) -> Iterator[str]:
    """The columns that a rule names; a query of its own is the same text for Great Expectations and the routing."""
    named = [rule.kwargs.get(name) for name in ("column", "column_A", "column_B")]
    yield from dict.fromkeys(str(name) for name in (*named, rule.only_if and rule.only_if[0]) if name)


def _read(path: Path) -> dict[str, dict[str, Kinds]]:
    with suppress(OSError, ValueError):
        known = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(known, dict):
            return known
    return {}
