"""`twe protect`: a table of an analyst with the disclosure control of the policy, or the reason why it gets none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.answers import disclosure
from orchestration.answers.protect import counted, query, suppressed, table_file, written
from orchestration.answers.protect.counted import FACTS, CountShown, Group, Number
from orchestration.answers.protect.request import ProtectError, Request, mart_relations
from orchestration.ingest.workspace import Workspace
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication, current

MARK = "_beschermd"


@dataclass(frozen=True)
class Protected:
    """What was written: the workbook and the folder with its CSV; `rows` in it, `left_out` those of zeros alone."""

    path: Path
    package: Path
    rows: int
    left_out: int


def of_query(settings: Settings, sql: str, out: Path) -> Protected:
    """Protect the table that a query describes. Raises ProtectError, and KeySumsError without keys of cells."""
    _check_out(out)
    work = _Protection(settings)
    relations = mart_relations(work.policy)
    with ExitStack() as stack:
        con = stack.enter_context(duckdb.connect())
        if any(name in sql.lower() for name in FACTS):
            if work.policy.changes_by is None:
                raise ProtectError(
                    "by suppression only counts that the annexes show can be shown, and facts give others; with "
                    "`method: cell_key` in policy.yml they can be changed instead"
                )
            con = stack.enter_context(counted.open_facts(work.workspace, work.publication))
            relations |= counted.fact_relations(con)
        request = query.read(sql, relations)
        made = work.made(con, request)
    return work.write(request, list(made), made, out)


def of_file(settings: Settings, path: Path, out: Path) -> Protected:
    """Protect the table in a file. Raises ProtectError and KeySumsError."""
    _check_out(out, path)
    work = _Protection(settings)
    table = table_file.read(path)
    reasons = []
    for request in table_file.requests(table, mart_relations(work.policy)):
        with duckdb.connect() as con:
            true = counted.exact(con, work.workspace.data, work.publication, request)
            if reason := table_file.agrees(table, request, true):
                reasons.append(reason)
                continue
            request.check()
            groups = table_file.groups(table, request, true)
            made = work.made(con, request, {group: true[group] for group in groups})
        return work.write(request, groups, made, out)
    raise ProtectError(f"{path.name} is not counted from the current publication: {'; '.join(reasons)}")


class _Protection:
    """What a table is protected with: the current publication and the policy."""

    def __init__(self, settings: Settings) -> None:
        self.workspace, self.policy = Workspace(settings), disclosure.policy()
        if (publication := current(settings.folder)) is None:
            raise ProtectError("there is no publication yet: `twe run` makes it")
        self.publication: Publication = publication
        self.settings = settings

    def made(
        self,
        con: duckdb.DuckDBPyConnection,
        request: Request,
        true: Mapping[Group, Sequence[Number]] | None = None,
    ) -> Mapping[Group, Sequence[CountShown]]:
        """The groups with their counts as they may be shown; `true` are those that `con` has counted already."""
        data = self.workspace.data
        if self.policy.changes_by is not None:
            return counted.changed(con, data, self.publication, self.policy, request)
        stored = disclosure.stored_control(self.settings, self.publication)
        if not stored.exists:
            raise ProtectError("the disclosure control of the current publication is not made yet: `twe run` makes it")
        if true is None:
            true = counted.exact(con, data, self.publication, request)
        return suppressed.shown(disclosure.load(stored), request, true, counted.held(con, request))

    def write(
        self, request: Request, groups: Sequence[Group], made: Mapping[Group, Sequence[CountShown]], out: Path
    ) -> Protected:
        """Write what is shown. A row of zeros alone would tell that they were none."""
        if not groups:
            raise ProtectError("the table has no rows: nothing is counted there")
        shown = {group: [cell.shown for cell in made[group]] for group in groups if group in made}
        kept = {group: values for group, values in shown.items() if any(values)}
        path, package = written.write(self.publication, self.policy, request, kept, out)
        return Protected(path, package, len(kept), len(shown) - len(kept))


def _check_out(out: Path, path: Path | None = None) -> None:
    """Raises ProtectError for an `out` that is no workbook, or that would be written over the file itself."""
    if out.suffix.lower() != ".xlsx":
        raise ProtectError(f"{out.name}: a workbook is written, with its CSV beside it; --out must end in .xlsx")
    if path is not None and path.resolve() in (out.resolve(), *written.package_folder(out).resolve().glob("*")):
        raise ProtectError(f"{out.name} would be written over {path.name}; give another name with --out")


def usual_out(path: Path) -> Path:
    """Where the protected table of a file goes: beside it."""
    return path.with_name(f"{path.stem}{MARK}.xlsx")
