"""Rotates the pseudonym key: every pseudonym in the lake is replaced by the one that the new key gives.

A pseudonym cannot be computed from another pseudonym, so the INSZ of every client is read again from the original
files. When the original of a client is missing, nothing is changed.
"""

import hmac
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.ingest.persons import number_marks
from orchestration.ingest.persons.pseudonym import fingerprint
from orchestration.ingest.workspace import Workspace
from orchestration.maintenance import originals, rewrite, same_figures
from orchestration.maintenance.originals import Translation
from orchestration.store.errors import TweError
from orchestration.store.files import replaced
from orchestration.store.lock import single_writer
from orchestration.store.settings import Settings, SettingsError, ensure_writable
from orchestration.store.swap import exchange, finish
from orchestration.warehouse import built

MOST_NAMED = 10


class OriginalsMissingError(TweError):
    """The original files of some clients are missing; the message names the deliveries."""

    exit_code = 1


@dataclass(frozen=True)
class KeyRotation:
    """Numbers of person numbers, rows and lake files with a new pseudonym, and of rows of marts that were compared
    (`proved`)."""

    numbers: int
    rows: int
    files: int
    proved: int

    @property
    def text(self) -> str:
        """What was done, and what is still to do by hand."""
        return (
            f"{self.numbers:,} person numbers have a new pseudonym, in {self.rows:,} rows of {self.files} files. "
            f"All {self.proved:,} rows of the marts are the same.\n"
            "From now on TWE_PSEUDONYM_KEY must hold the new key. Destroy the former one, "
            "and the backups from before now."
        )


def rotate(settings: Settings, folder: Path | None = None) -> KeyRotation:
    """Replace the pseudonyms by those of `TWE_PSEUDONYM_KEY_NEW`. `folder` holds the originals (default: the inbox).

    Raises `SettingsError` for an unusable key, `BusyError`, `OriginalsMissingError` and `FiguresDifferError`; the data
    folder is then as it was.
    """
    data = settings.folder
    ensure_writable(data)
    with single_writer(data.lock):
        finish(data)
        workspace = Workspace(settings)
        if not workspace.entries():
            raise SettingsError("nothing has been loaded yet, so there is nothing to rotate; just use the new key")
        workspace.prepare_lake()
        old, new = workspace.key, _new_key(settings, workspace.key)
        translated = _translation(workspace, folder or settings.inbox_folder, old, new)
        with exchange(data) as after:
            files = rows = 0
            contracts = workspace.contracts.values()
            replacements = dict.fromkeys(rewrite.identifications(contracts), translated.identifications)
            replacements |= dict.fromkeys(set().union(*map(rewrite.pseudonyms, contracts)), translated.numbers)
            in_quarantine = replacements | {number_marks.COLUMN: translated.marks}
            for contract in contracts:
                changed = rewrite.rewrite_rows(data.lake, after.lake, contract, replacements)
                files, rows = files + changed[0], rows + changed[1]
                rewrite.rewrite_rows(data.quarantine, after.quarantine, contract, in_quarantine, "row_number")
            rewrite.rewrite_findings(data.warehouse_findings, after.warehouse_findings, replacements)
            shutil.copytree(data.ledger.parent, after.ledger.parent)
            with replaced(after.key_fingerprint) as temporary:
                temporary.write_text(fingerprint(new), encoding="ascii")
            proved = same_figures.prove(workspace, after)
            rewrite.record(data, after, "key changed")
            # It holds the former pseudonyms; a run makes it again. Before the exchange is decided: after a kill nobody
            # would look for it any more.
            built.remove(data)
    return KeyRotation(len(translated.numbers), rows, files, proved)


def _new_key(settings: Settings, old: bytes) -> bytes:
    if settings.pseudonym_key_new is None:
        raise SettingsError(
            "TWE_PSEUDONYM_KEY_NEW is not set; set it to the new key, and leave TWE_PSEUDONYM_KEY as is"
        )
    new = settings.pseudonym_key_new.get_secret_value().encode()
    if hmac.compare_digest(old, new):
        raise SettingsError("TWE_PSEUDONYM_KEY_NEW is the key that is in use already")
    return new


def _translation(workspace: Workspace, folder: Path, old: bytes, new: bytes) -> Translation:
    """The translation of every client in the lake. Raises `OriginalsMissingError` when one is missing."""
    found = Translation(limits=workspace.limits)
    for original in originals.find(folder, workspace.entries()):
        found.read(workspace.contracts[original.source], original, old, new)
    wanted: dict[str, set[str]] = {}
    for contract in workspace.contracts.values():
        wanted |= rewrite.client_keys((workspace.data.lake, workspace.data.quarantine), contract)
    _require_all(workspace, folder, wanted, found.numbers)
    clients = set().union(*wanted.values())
    found.numbers = {before: after for before, after in found.numbers.items() if before in clients}
    return found


def _require_all(workspace: Workspace, folder: Path, wanted: Mapping[str, set[str]], found: Mapping[str, str]) -> None:
    """Raises `OriginalsMissingError` when a pseudonym in `wanted` (per delivery) was not `found`."""
    names = {e.delivery_id: e.file_name for e in workspace.entries() if e.status == "accepted"}
    missing = {delivery: len(keys - found.keys()) for delivery, keys in wanted.items() if keys - found.keys()}
    if not missing:
        return
    clients = len(set().union(*(wanted[delivery] for delivery in missing)) - found.keys())
    shown = ", ".join(names.get(delivery, delivery) for delivery in list(missing)[:MOST_NAMED])
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    raise OriginalsMissingError(
        f"{clients} clients are in no original file in {folder}, so their pseudonym cannot be made again; nothing was "
        f"changed. Put back, with the content that was accepted: {shown}{more}"
    )
