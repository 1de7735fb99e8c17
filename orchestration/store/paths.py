"""Where things lie in the data folder. The one place that knows the layout."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT / "dbt_project"
SEEDS = DBT_PROJECT / "seeds"
QUESTIONS = PROJECT / "exports" / "questions"
FIGURE_BOOK = PROJECT / "exports" / "figure_book" / "cijferboek.yml"
DISCLOSURE_POLICY = PROJECT / "exports" / "disclosure" / "policy.yml"


@dataclass(frozen=True)
class DataFolder:
    """The data folder (`TWE_DATA`); every path below it is absolute when `root` is."""

    root: Path

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def warehouse_findings(self) -> Path:
        """Rows that only the warehouse could find fault with; made with every publication of the default as_of."""
        return self.quarantine / "warehouse_findings.parquet"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger" / "deliveries.parquet"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def warehouse(self) -> Path:
        return self.work / "warehouse.duckdb"

    @property
    def spark(self) -> Path:
        """What a build on Spark writes on its way to the warehouse; gone when it ends. See `warehouse.spark`."""
        return self.work / "spark"

    @property
    def agreed(self) -> Path:
        """The kinds of rows on which Great Expectations and the routing agreed; see `expectations.agreement`."""
        return self.work / "agreed.json"

    @property
    def run_settings(self) -> Path:
        return self.work / "run_settings.parquet"

    @property
    def rows_by_ocmw(self) -> Path:
        """Counts per OCMW for the models of dbt; see `quality.senders.rows_by_ocmw`."""
        return self.work / "rows_by_ocmw.parquet"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def current(self) -> Path:
        return self.published / "current"

    @property
    def annexes(self) -> Path:
        return self.root / "annexes"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def quality_report(self) -> Path:
        """A link to the newest quality report."""
        return self.reports / "kwaliteitsrapport.html"

    @property
    def disclosure(self) -> Path:
        """What is hidden in public editions, and why that is enough. Holds small counts: never handed out."""
        return self.root / "disclosure"

    @property
    def key_sums(self) -> Path:
        """Sums of the cell keys of clients, a folder per publication; see `warehouse.key_sums`."""
        return self.disclosure / "key_sums"

    @property
    def solved_parts(self) -> Path:
        """What disclosure controls found about parts that the next may share; see `exports.disclosure.kept`."""
        return self.work / "solved_parts.json.gz"

    @property
    def seen_files(self) -> Path:
        """Digests of the files in the inbox; see `ingest.seen`."""
        return self.work / "seen_files.json"

    @property
    def code_digests(self) -> Path:
        """Digests of the code; see `warehouse.code_version`."""
        return self.work / "code_digests.json"

    @property
    def shown(self) -> Path:
        """Which counts each document shows; see `answers.shown`."""
        return self.work / "shown.json"

    @property
    def kept_counts(self) -> Path:
        """What was counted of the rows of each source; see `quality.kept_counts`."""
        return self.work / "kept_counts.json"

    @property
    def withdrawn(self) -> Path:
        """Which public documents were taken away, by their digest; see `releases.withdrawn`."""
        return self.work / "withdrawn.json"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def figure_books(self) -> Path:
        """Publications as one HTML page each."""
        return self.root / "figure_book"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def next(self) -> Path:
        """New versions of folders, complete, that are about to take the place of the old ones; see `swap`."""
        return self.root / "next"

    @property
    def key_fingerprint(self) -> Path:
        """Tells one pseudonym key from another."""
        return self.root / "ledger" / "pseudonym_key_fingerprint"

    @property
    def erasures(self) -> Path:
        """When rows of a person were erased, and how many; nothing of the person."""
        return self.root / "ledger" / "erasures.jsonl"

    @property
    def profiles(self) -> Path:
        """What each delivery was like, in counts, made again when it is gone; see `quality.senders.profiles`."""
        return self.root / "work" / "profiles.parquet"

    @property
    def reported_runs(self) -> Path:
        """Ids of the runs that have reported, one a line; see `ingest.reported`. The name is that of older folders."""
        return self.root / "ledger" / "told_runs.txt"

    @property
    def reviews(self) -> Path:
        """Warnings that the steward found to be right; see `quality.reviews`."""
        return self.root / "ledger" / "reviews.jsonl"

    @property
    def lock(self) -> Path:
        return self.root / "run.lock"
