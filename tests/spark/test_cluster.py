"""The rehearsal on a cluster, with the figures that must come out; see `tests.spark.rehearsal`."""

from collections.abc import Callable

import pytest

from tests.spark.rehearsal import Rehearsal

pytestmark = [pytest.mark.slow, pytest.mark.nightly]


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return Rehearsal(tmp_path_factory.mktemp("cluster"), trajectories=300)


@pytest.mark.parametrize("part", [Rehearsal.undisturbed, Rehearsal.worker_killed, Rehearsal.driver_killed])
def test_the_figures_are_right_whatever_is_killed(part: Callable[[Rehearsal], list[str]], rehearsal: Rehearsal) -> None:
    assert part(rehearsal) == []
