"""What tests share: an empty data folder, and one finished run over a hostile inbox.

A first run costs some fifteen CPU seconds, most of it imports; so the tests that need one share it, leave it as they
found it, and carry the mark `slow`, as does every test that takes more than a second (`make slowest` lists those that
do not). What shows again what another test shows (another seed, size or moment), and takes long, carries `nightly` too:
`make nightly` runs it, `make test` does not.
"""

import atexit
import fcntl
import os
import pickle
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import hypothesis
import pytest

from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse import dbt
from tests.exports.cell_keys import write_key_sums
from tests.hostile import Inbox, write_inbox
from tests.oracle import Ledger, deliver
from tests.support.deliveries import KEY
from tests.support.processes import Ended, Twe

# The same examples every time, and no clock: a slow machine is no failure.
hypothesis.settings.register_profile("project", derandomize=True, deadline=None, max_examples=60, database=None)
hypothesis.settings.load_profile("project")


# A shell that starts the tests in the background has them ignore SIGINT; Dagster then makes SIGTERM alike, and what a
# test starts could not be ended.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the environment of whoever runs it."""
    for name in ("TWE_DATA", "TWE_INBOX", "TWE_PSEUDONYM_KEY", "TWE_ENGINE", "TWE_AUTOMATION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty data folder, with a pseudonym key."""
    return Settings(data=tmp_path / "data", pseudonym_key=KEY.decode())  # type: ignore[arg-type]


@pytest.fixture
def data(settings: Settings) -> DataFolder:
    return settings.folder


@dataclass(frozen=True)
class Finished:
    """A data folder after one `twe run` over a hostile inbox, and what the oracle makes of the same inbox."""

    settings: Settings
    inbox: Inbox
    ledger: Ledger
    ended: Ended

    @property
    def data(self) -> DataFolder:
        return self.settings.folder


def finished_run(folder: Path, seed: int, parsed: Path) -> Finished:
    settings = Settings(data=folder / "data", pseudonym_key=KEY.decode())  # type: ignore[arg-type]
    inbox = write_inbox(settings.inbox_folder, seed=seed)
    shutil.copytree(parsed, dbt.target(settings.folder))
    ended = Twe(folder / "processes", settings.data)("run")
    write_key_sums(settings.folder)  # for the tests of cell keys; a run under the usual policy makes none
    return Finished(settings, inbox, deliver(inbox.paths, KEY), ended)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, parsed: Path) -> Finished:
    """A copy, for this process, of the one shared run. Tests may add publications for other dates; deliveries they
    don't add."""

    def make(folder: Path) -> None:
        made = finished_run(folder, 1, parsed)
        (folder / "told.pickle").write_bytes(pickle.dumps((folder, made.inbox, made.ledger, made.ended)))

    one = made_once(tmp_path_factory, "finished", make)
    own = shutil.copytree(one, tmp_path_factory.mktemp("finished"), symlinks=True, dirs_exist_ok=True)
    there, inbox, ledger, ended = pickle.loads((own / "told.pickle").read_bytes())
    settings = Settings(data=own / "data", pseudonym_key=KEY.decode())  # type: ignore[arg-type]
    out = ended.out.replace(str(there), str(own))
    return Finished(settings, replace(inbox, folder=settings.inbox_folder), ledger, replace(ended, out=out))


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What dbt makes of the project at first, which takes it seconds. In the place `dbt.target` of a new data folder, a
    copy spares it them."""
    return dbt.target(
        DataFolder(made_once(tmp_path_factory, "parsed", lambda folder: dbt.manifest(DataFolder(folder)) and None))
    )


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the processes of one run of tests share: the first that needs it makes it, nobody changes it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, unfinished = shared / name, shared / f"{name}.unfinished"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            mask = os.umask(0o077)  # as the processes of the product have it
            try:
                make(unfinished)
            finally:
                os.umask(mask)
            unfinished.rename(folder)
    return folder


GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """golden(name, text): the text is the one that people reviewed, in tests/golden; `--golden` writes it instead."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if request.config.getoption("--golden"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare


def pytest_configure(config: pytest.Config) -> None:
    """A worker of xdist ends at once after its last test. Taken down piece by piece, DuckDB's binding lists hundreds
    of its own functions as leaked, on the terminal, before the result. Errors and results are sent before that."""
    if hasattr(config, "workerinput"):
        atexit.register(os._exit, 0)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="only the tests of tests/golden, which are written anew")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The quick tests first, so that what is simply broken shows in seconds; of the others those of the whole first,
    which take minutes each: begun last, they would keep one core busy alone."""
    whole = config.rootpath / "tests" / "integration"
    items.sort(key=lambda item: (item.get_closest_marker("slow") is not None, not item.path.is_relative_to(whole)))
    if config.getoption("--golden"):
        items[:] = [item for item in items if "golden" in getattr(item, "fixturenames", ())]
