"""What a run works with: the data folder, the contracts, the inbox as it was when the run began, the key."""

import datetime as dt
from functools import cached_property

import duckdb

from expectations import contract
from expectations.agreement import AgreedValidation
from expectations.contract import SourceContract
from orchestration.ingest import ledger, load, reported, storage
from orchestration.ingest.inbox import Inbox, digest_now, is_synthetic, scan
from orchestration.ingest.ledger import Entry
from orchestration.ingest.load import SourceLoad
from orchestration.ingest.persons.pseudonym import fingerprint
from orchestration.ingest.readers.limits import Limits
from orchestration.ingest.seen import SeenFiles
from orchestration.ingest.validation import IngestError
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings, SettingsError, today

DEMO_KEY = b"demo key, not a secret, never for real deliveries"


class Workspace:
    """Made once per run, by the command line or by Dagster."""

    def __init__(self, settings: Settings, day: dt.date | None = None) -> None:
        """`day` is the day on which the inbox is looked at; left out, it is today."""
        self.settings = settings
        self.data: DataFolder = settings.folder
        self.day = day or today()
        self.validated: set[str] = set()
        """Sources whose new deliveries were validated in this run."""
        self.counted_at: tuple[dt.date, dt.date] | None = None
        """as_of and geography date of `rows_by_ocmw`, when this run counted them."""

    @cached_property
    def contracts(self) -> dict[str, SourceContract]:
        return {name: contract.load(name) for name in contract.sources()}

    @property
    def limits(self) -> Limits:
        """Of the reading of one file."""
        return Limits(self.settings.read_memory, self.settings.read_seconds)

    @cached_property
    def inbox(self) -> Inbox:
        """The inbox against the ledger, read once: what arrives later is for the next run."""
        versions = {name: c.version for name, c in self.contracts.items()}
        digest = self._seen.digest
        folder, sources = self.settings.inbox_folder, list(versions)
        return scan(folder, sources, self.entries(), versions, self.day, self.limits.text, digest)

    @cached_property
    def _seen(self) -> SeenFiles:
        return SeenFiles(self.data.seen_files)

    def remember_inbox(self) -> None:
        """The next look at the inbox need not read again what lies there as it does now."""
        self._seen.save()

    def entries(self) -> list[Entry]:
        return ledger.read(self.data.ledger)

    def unreported(self) -> list[Entry]:
        """What this run brought, and what earlier ones brought that were killed before they reported."""
        return reported.unreported(self.data, self.entries())

    def changed_while_read(self) -> list[str]:
        """New files that were not dealt with because somebody wrote to them after the look at the inbox."""
        dealt_with = {e.sha256 for e in self.entries()}
        left = [d for d in self.inbox.new if d.sha256 not in dealt_with]
        return [d.file_name for d in left if digest_now(d) not in {d.sha256, *dealt_with}]

    def loaded_twice(self) -> list[tuple[str, str]]:
        """Files that were new with the same content as another new one, which was loaded, with the name of that."""
        accepted = {e.sha256: e.file_name for e in self.entries() if e.status == "accepted"}
        pairs = [(d.file_name, accepted.get(d.sha256, d.file_name)) for d in self.inbox.new]
        return [(name, loaded) for name, loaded in pairs if name != loaded]

    def prepare(self) -> None:
        """Makes what a data folder lacks: a ledger with all its columns, and for every source a table without rows."""
        reported.begin(self.data, self.entries())
        if not ledger.is_current(self.data.ledger):
            ledger.append(self.data.ledger, [])
        ledger.begin_chain(self.data.ledger)
        self.prepare_lake()

    def prepare_lake(self) -> None:
        """Makes a table without rows for every source that has none: one that is newer than the data folder."""
        storage.ensure_empty(self.data.lake, self.contracts.values())

    @cached_property
    def key(self) -> bytes:
        """The pseudonym key. Raises `SettingsError` when it is missing or not the one that was used before."""
        self._reject_mixture()
        if not self.has_key:
            raise SettingsError(
                "TWE_PSEUDONYM_KEY is not set; set it to a long random text, keep it secret and keep it for ever "
                "(only demo deliveries do without)"
            )
        given = self.settings.pseudonym_key
        key = given.get_secret_value().encode() if given else DEMO_KEY
        seal = self.data.key_fingerprint
        if not seal.exists():
            with replaced(seal) as temporary:
                temporary.write_text(fingerprint(key), encoding="ascii")
        elif seal.read_text(encoding="ascii") != fingerprint(key):
            raise SettingsError(
                "TWE_PSEUDONYM_KEY is not the key that earlier deliveries were loaded with, so clients would not be "
                "recognised; set the former key, or start with an empty data folder"
            )
        return key

    @property
    def has_key(self) -> bool:
        """Whether a pseudonym key is set, or none is needed."""
        return bool(self.settings.pseudonym_key) or self.synthetic

    def _reject_mixture(self) -> None:
        """What was accepted stays for ever, so demo deliveries must never come beside real ones."""
        if len(set(map(is_synthetic, self._file_names()))) > 1:
            raise SettingsError(
                f"demo deliveries and real ones lie together in {self.settings.inbox_folder} and {self.data.root}; "
                "nothing was loaded. Take one kind out of the inbox, or set TWE_DATA to another folder (the label of a "
                "demo delivery begins with synthetisch)"
            )

    @property
    def synthetic(self) -> bool:
        """True when the deliveries of the ledger and of the inbox all are demo deliveries."""
        names = self._file_names()
        return bool(names) and all(map(is_synthetic, names))

    @property
    def present(self) -> dt.date:
        """The day by which a source is late or a sender silent: today, and of demo deliveries, after which nothing
        comes, the day of the newest one."""
        newest = ledger.newest_accepted(self.entries())
        return min(newest, self.day) if newest and self.synthetic else self.day

    @property
    def holds_real_deliveries(self) -> bool:
        """True when something else than demo deliveries was accepted."""
        return any(e.status == "accepted" and not is_synthetic(e.file_name) for e in self.entries())

    def _file_names(self) -> list[str]:
        waiting = (*self.inbox.new, *self.inbox.clashes, *self.inbox.loaded)
        return [e.file_name for e in self.entries() if e.status == "accepted"] + [d.file_name for d in waiting]

    def load(self, source: str, run_id: str) -> SourceLoad:
        """Reads, validates and keeps the new deliveries of one source."""
        contract_ = self.contracts[source]
        clashes = [d for d in self.inbox.clashes if d.source == source]
        rejected = load.reject_clashes(self.data, clashes, {source: contract_.version}, run_id)
        new = [d for d in self.inbox.new if d.source == source]
        validate = AgreedValidation(self.data.agreed, contract_)
        try:
            done = load.load_source(self.data, contract_, new, self.key, run_id, validate, self.limits)
        except duckdb.Error as error:
            # DuckDB quotes values in its messages, and what it quotes here may be a person's.
            raise IngestError(
                f"{source}: the deliveries could not be validated ({type(error).__name__}); nothing was loaded. "
                "Move them out of the inbox one by one to find the one that causes it, and report it."
            ) from None
        validate.save()
        done.entries += rejected
        self.validated.add(source)
        return done
