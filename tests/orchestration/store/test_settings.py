"""Settings come from TWE_ variables; a wrong one is one line that names it and never shows a secret."""

from pathlib import Path

import pytest

from orchestration.ingest.ledger import append
from orchestration.ingest.persons.pseudonym import fingerprint
from orchestration.ingest.readers.limits import Limits
from orchestration.ingest.workspace import DEMO_KEY, Workspace
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings, SettingsError, ensure_inbox, ensure_writable, load_settings
from tests.orchestration.ingest.test_ledger import ENTRY
from tests.support.deliveries import KEY, write_text

SECRET = "geheim-geheim-geheim"


def test_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.folder.root == tmp_path / "data"
    assert settings.inbox_folder == tmp_path / "data" / "inbox"
    assert (settings.pseudonym_key, settings.engine) == (None, "duckdb")
    assert Limits(settings.read_memory, settings.read_seconds) == Limits()


def test_the_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TWE_DATA", str(tmp_path / "a" / ".." / "b"))
    monkeypatch.setenv("TWE_INBOX", "~/in")
    (tmp_path / "in").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TWE_PSEUDONYM_KEY", SECRET)
    monkeypatch.setenv("TWE_READ_MEMORY", "1.5 GiB")
    monkeypatch.setenv("TWE_READ_SECONDS", "90")
    monkeypatch.setenv("TWE_WAREHOUSE_MEMORY", "2 GB")
    settings = load_settings()
    assert (settings.read_memory, settings.read_seconds) == (1536 * 1024**2, 90)
    assert settings.warehouse_memory == 2 * 10**9
    assert settings.folder.root == tmp_path / "b"
    assert settings.inbox_folder == tmp_path / "in"
    assert settings.pseudonym_key is not None and settings.pseudonym_key.get_secret_value() == SECRET


def test_an_inbox_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TWE_INBOX", str(tmp_path / "weg"))
    with pytest.raises(SettingsError, match=r"^TWE_INBOX names .*/weg, which is no folder; create it or name another$"):
        ensure_inbox(load_settings())
    monkeypatch.delenv("TWE_INBOX")
    ensure_inbox(load_settings())


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TWE_INBOX", "TWE_PSEUDONYM_KEY", "TWE_ENGINE"):
        monkeypatch.setenv(name, "")
    settings = load_settings()
    assert (settings.inbox, settings.pseudonym_key, settings.engine) == (None, None, "duckdb")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "TWE_PSEUDONYM_KEY",
            "kort-geheim-15c",
            "TWE_PSEUDONYM_KEY is shorter than 16 characters; use a long random text",
        ),
        ("TWE_ENGINE", "oracle", "TWE_ENGINE should be 'duckdb' or 'spark'"),
        (
            "TWE_READ_MEMORY",
            "255 MiB",
            "TWE_READ_MEMORY is less than 256 MiB, in which no file can be read; write for instance 2 GiB",
        ),
        ("TWE_READ_MEMORY", "veel", "TWE_READ_MEMORY is no size; write for instance 2 GiB"),
        ("TWE_READ_MEMORY", "2 olifanten", "TWE_READ_MEMORY is no size; write for instance 2 GiB"),
        (
            "TWE_WAREHOUSE_MEMORY",
            "100 MB",
            "TWE_WAREHOUSE_MEMORY is less than 512 MB, in which nothing can be built; write for instance 2 GB",
        ),
        ("TWE_READ_SECONDS", "-5", "TWE_READ_SECONDS should be greater than 0"),
    ],
)
def test_a_wrong_value_is_one_line(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert str(error.value) == said
    assert value not in str(error.value)


def test_the_secret_does_not_show_when_settings_are_printed() -> None:
    settings = Settings(pseudonym_key=SECRET)  # type: ignore[arg-type]
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()}"


@pytest.mark.parametrize("place", ["bestand/data", "bestand"])
def test_a_data_folder_that_cannot_be_written_is_one_line(place: str, tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("geen map")
    with pytest.raises(
        SettingsError, match=r"TWE_DATA: nothing can be written in .* \((Not a directory|File exists)\)"
    ):
        ensure_writable(DataFolder(tmp_path / place))


@pytest.mark.parametrize("sign", list("[]*?#\\\n\x1b"))
def test_a_data_folder_that_no_pattern_finds_is_refused_before_anything_is_made(tmp_path: Path, sign: str) -> None:
    with pytest.raises(SettingsError, match=r"TWE_DATA: .* holds \S+; choose a folder without it"):
        ensure_writable(DataFolder(tmp_path / f"map{sign}1"))
    assert list(tmp_path.iterdir()) == []


def test_a_writable_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    ensure_writable(DataFolder(tmp_path / "nieuw" / "data"))
    assert list((tmp_path / "nieuw" / "data").iterdir()) == []


# --- the pseudonym key ----------------------------------------------------------------------------------------------


def test_the_key_of_the_settings_is_used_and_sealed_by_its_fingerprint(settings: Settings, data: DataFolder) -> None:
    assert Workspace(settings).key == KEY
    assert (data.ledger.parent / "pseudonym_key_fingerprint").read_text() == fingerprint(KEY)


def test_another_key_than_before_is_refused(settings: Settings) -> None:
    _ = Workspace(settings).key
    other = Settings(data=settings.data, pseudonym_key="een heel andere sleutel")  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="not the key that earlier deliveries were loaded with") as error:
        _ = Workspace(other).key
    assert "andere sleutel" not in str(error.value)


def test_without_a_key_only_demo_deliveries_are_loaded(settings: Settings, data: DataFolder) -> None:
    keyless = Settings(data=settings.data)
    write_text(data.inbox, "trajecten_2024-01-31_synthetisch.csv", "x")
    assert Workspace(keyless).key == DEMO_KEY
    (data.inbox / "trajecten_2024-01-31_synthetisch.csv").unlink()
    write_text(data.inbox, "trajecten_2024-02-29.csv", "y")
    with pytest.raises(SettingsError, match="TWE_PSEUDONYM_KEY is not set; set it to a long random text"):
        _ = Workspace(keyless).key


def test_demo_deliveries_never_come_beside_real_ones_whatever_the_key(settings: Settings, data: DataFolder) -> None:
    append(data.ledger, [ENTRY])
    write_text(data.inbox, "trajecten_2024-02-29_synthetisch.csv", "x")
    for keys in (settings, Settings(data=settings.data)):
        with pytest.raises(SettingsError, match="demo deliveries and real ones lie together"):
            _ = Workspace(keys).key
    assert Workspace(settings).holds_real_deliveries
