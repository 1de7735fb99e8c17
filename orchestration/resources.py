"""What assets share in a run: the workspace (data folder, lock, key) and the options of the run."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from orchestration import jobs
from orchestration.answers import documents
from orchestration.answers.questions import Years, parse_years
from orchestration.ingest import reported
from orchestration.ingest.workspace import Workspace
from orchestration.quality import report_page
from orchestration.services import old_runs
from orchestration.services.instance import end_killed_runs
from orchestration.store import swap
from orchestration.store.files import sweep
from orchestration.store.lock import single_writer
from orchestration.store.settings import Settings, ensure_writable


class RunOptions(dg.ConfigurableResource):
    """What a run may be asked for; the Launchpad shows the descriptions."""

    as_of: str | None = Field(
        default=None, description='"YYYY-MM-DD": deliveries up to this day. Left out: the newest accepted delivery.'
    )
    geography_date: str | None = Field(
        default=None, description='"YYYY-MM-DD": the municipalities of this day. Left out: those of as_of.'
    )
    years: str | None = Field(
        default=None,
        description='Years of the annexes, such as "2020-2023" or "2020,2022". Left out: as in the question.',
    )
    move_current: bool = Field(
        default=True, description="Whether the publication becomes the current one, when as_of is left out."
    )

    @property
    def dates(self) -> tuple[dt.date | None, dt.date | None]:
        """(as_of, geography_date). Raises `Failure` for text that is no date."""
        return _day("as_of", self.as_of), _day("geography_date", self.geography_date)

    @property
    def chosen_years(self) -> Years:
        """The years of every annex; None for those of its question. Raises `YearsError`."""
        return parse_years(self.years)


def _day(name: str, text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise dg.Failure(f"{name} {text!r} is no date; write YYYY-MM-DD") from None


def _note_reported(workspace: Workspace, run: dg.DagsterRun | None) -> None:
    """Notes what the checks of a run of the page or the daemon reported; the command line reports its own runs."""
    unreported = workspace.unreported()
    rejected = {e.source for e in unreported if e.status == "rejected"}
    if run and run.tags.get(jobs.STARTED_BY) != jobs.COMMAND_LINE and rejected <= workspace.validated:
        reported.report(workspace.data, unreported)


def workspace_resource(settings: Settings) -> dg.ResourceDefinition:
    """A workspace per run. Holds the lock on the data folder until the run ends, so there is one writer at a time."""

    @dg.resource(description="The data folder, held for this run alone.")
    def hold(context: dg.InitResourceContext) -> Iterator[Workspace]:
        ensure_writable(settings.folder)
        with single_writer(settings.folder.lock):
            swap.finish(settings.folder)
            documents.clear_handed_out(settings.folder)
            if context.instance and context.run:
                end_killed_runs(context.instance, context.run.run_id)
                old_runs.forget(context.instance)
            for folder in (settings.folder.lake, settings.folder.quarantine, settings.folder.ledger.parent):
                sweep(folder)
            workspace = Workspace(settings)
            workspace.prepare()
            yield workspace
            report_page.ensure(workspace)
            _note_reported(workspace, context.run)

    return hold
