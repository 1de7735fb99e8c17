"""Two machines that share a data folder, as processes with a name and mounts of their own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from orchestration.store.paths import PROJECT
from orchestration.warehouse import publication
from tests.locations.site import Reference, twe
from tests.spark.twins import differences
from tests.support.deliveries import KEY
from tests.support.processes import wait

FIRST, SECOND = "machine-one", "machine-two"


def possible() -> bool:
    """Whether this process may give others a name and mounts of their own."""
    told = subprocess.run(["unshare", "--uts", "--mount", "hostname", FIRST], capture_output=True, check=False)
    return told.returncode == 0


def on(machine: str, data: Path, place: Path) -> "subprocess.Popen[str]":
    """`twe run` on a machine that has the folder `data` mounted at `place`."""
    script = f'hostname {machine}\n[ "$1" = "$2" ] || mount --bind "$1" "$2"\nshift 2\nexec "$@"'
    twe = str(Path(sys.executable).with_name("twe"))
    return subprocess.Popen(
        ["unshare", "--uts", "--mount", "sh", "-euc", script, "sh", str(data), str(place), twe, "run"],
        env={**os.environ, "TWE_DATA": str(place), "TWE_PSEUDONYM_KEY": KEY.decode()},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def two_machines(reference: Reference, folder: Path) -> str:
    """Plays it; returns what the second machine said while the first held the folder."""
    data, place = reference.copy(folder / "data"), folder / "mounted elsewhere"
    place.mkdir()
    first = on(FIRST, data.root, data.root)
    wait(lambda: data.warehouse.exists() or first.poll() is not None, 300)
    assert first.poll() is None, first.communicate()
    os.kill(first.pid, signal.SIGSTOP)  # it holds the folder, whatever comes
    second = on(SECOND, data.root, place)
    _, refused = second.communicate(timeout=300)
    held_by = f"another run is busy (process {first.pid} on {FIRST}, since "
    assert (second.returncode, refused.count("\n")) == (2, 1) and held_by in refused, refused
    assert publication.current(data) is None
    first.kill()
    first.communicate()
    second = on(SECOND, data.root, place)
    said = second.communicate(timeout=600)
    assert second.returncode == reference.code, said
    made = publication.current(data)
    assert made and differences(reference.publication, made) == []
    told = twe(data, "verify")
    assert told.returncode == 0, told.stdout + told.stderr
    return refused.strip()
