"""The solver gives an answer, or an error: it never goes on for ever."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from exports.disclosure import solver
from exports.disclosure.solver import Program, Row, SolverError, silenced

# The hidden cells of a small publication after a release: "+0-1" says that cell 0 = cell 1, "=14" adds a constant.
# Some rows name a cell twice ("+8-8": a province of one municipality), on which HiGHS never ends.
EQUATIONS = """
+2-3 +5-6 +0-1 +8-9 +4-2-0 +7-5 +10-8 +13-14 +19-20 +11-12 +16-17 +15-13-11 +18-16 +21-19 +25-26-27 +22-23-24
-25-22=14 +11-0 +16-8 +12-1 +17-9 +13-2 +19-5 +14-3 +20-6 +15-4 +21-7 +18-10 +22-11-16 +23-12 +24-17 +25-13-19
+26-14 +27-20 -15-21-18=14 +29-28 +34-33 +38-37 +41-40 +46-45 +49-48 -52-53-54=14 +40-28 +45-37 +48-33 +41-29
+49-34 +46-38 +42-30 +50-35 +43-31 +47-39 +44-32 +51-36 +52-40 +53-45 +54-48 -41-49-46=14 -42-50=7 +55-43
+56-47 -44-51=5 +29-4 +34-7 +38-10 +2-3 +5-6 +0-1 +8-9 +4-2-0 +7-5 +10-8 +13-14 +11-12 +15-13-11 +25-26-27
+22-23-24 -25-22=14 +11-0 +8-8 +12-1 +9-9 +13-2 +5-5 +14-3 +6-6 +15-4 +7-7 +10-10 +22-11-8 +23-12 +24-9
+25-13-5 +26-14 +27-6 -15-7-10=14 +29-28 +34-33 +38-37 +41-40 -52-53-54=14 +40-28 +37-37 +33-33 +41-29 +34-34
+38-38 +42-30 +35-35 +43-31 +39-39 +44-32 +36-36 +52-40 +53-37 +54-33 -41-34-38=14 -42-35=7 +55-43 +56-39
-44-36=5 +29-4 +34-7 +38-10
"""
BOUNDS = """
+29-30 +34-35 +30-31 +30-32 +35-36 +31+32-30 +36-35 +38-39 +29-30 +34-35 +30-31 +30-32 +35-36 +31+32-30 +36-35
+38-39
"""
COSTS = """
7.7 44.8 1.8 44.5 3.5 5.4 27.4 5.1 9.0 1.1 20.4 8.6 3.7 23.4 3.4 6.1 1.7 5.0 2.3 2.9 20.1 3.1 7.0 50.5 46.8
18.2 8.7 3.0 1.9 48.4 7.9 1.6 12.1 22.3 11.6 39.2 1.2 8.3 6.3 1.3 13.0 30.3 10.7 2.8 28.8 7.7 7.7 20.3 1.8
26.5 15.4 23.3 2.2 24.8 2.1 1.4 30.6
"""


def rows(text: str) -> list[Row]:
    found = []
    for word in text.split():
        terms, _, constant = word.partition("=")
        pairs = ((int(cell), 1 if sign == "+" else -1) for sign, cell in re.findall(r"([+-])(\d+)", terms))
        found.append((tuple(pairs), int(constant or 0)))
    return found


def program() -> Program:
    return Program([1] * len(COSTS.split()), rows(EQUATIONS), rows(BOUNDS))


def costs() -> np.ndarray:
    return np.array(COSTS.split(), dtype=np.float64)


def solve() -> None:
    """What the test below runs in a process of its own."""
    for integer in (False, True):
        found = program().optimum(costs(), integer=integer)
        assert found is not None and found[1] is not None


def test_rows_that_name_a_cell_twice_are_solved_too():
    code = f"import sys; sys.path[:0] = {sys.path!r}; import {__name__} as here; here.solve()"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_solver_that_takes_too_long_is_an_error(monkeypatch):
    monkeypatch.setattr(solver, "TIME_LIMIT", 0.0)
    with pytest.raises(SolverError, match=r"Time limit.*nothing may be published"):
        program().optimum(costs())


def test_the_time_limit_is_for_each_run_by_itself(monkeypatch):
    asked = program()
    monkeypatch.setattr(solver, "TIME_LIMIT", 1.0)
    for _ in range(3):
        before = asked.optimum(costs())
        asked._solver().setOptionValue("time_limit", 0.0)
        after = asked.optimum(costs())
        assert before is not None and after is not None and before[0] == after[0]


def chatter(text: bytes) -> None:
    """As C writes: into a buffer of its own, which comes out later."""
    library = ctypes.CDLL(None)
    library.printf(b"%s\n", text)
    os.write(2, text)


def test_a_broken_answer_has_a_whole_point_near_it():
    """Three cells of which each two make 3 at most are worth 1.5 each; the fourth cell has nothing to do with them."""
    pairs = [((one, -1), (other, -1)) for one, other in ((0, 1), (1, 2), (0, 2))]
    program = Program([0] * 6, [(((3, 1), (4, -1)), 2)], [(pair, 3) for pair in pairs])
    costs = np.array([-1.0, -1.0, -1.0, 1.0, 0.0, 1.0])
    assert program.near(costs) is None, "nothing was answered yet"
    assert program.optimum(costs) == (-4.5, None)
    point = program.near(costs)
    assert point is not None
    assert program.holds(point)
    assert (int(point[:3].sum()), list(point[3:])) == (4, [0, 2, 0])


def test_nothing_that_the_solver_prints_by_itself_reaches_the_terminal(capfd):
    asked = program()
    asked._solver()
    real = asked._highs

    class Chatty:
        def __getattr__(self, name):
            return getattr(real, name)

        def run(self):
            chatter(b"HighsPostsolveStack: of 57 cells")
            return real.run()

    asked._highs = Chatty()
    print("before")
    with ThreadPoolExecutor(3) as pool:
        others = [pool.submit(solver_at_work) for _ in range(3)]
        assert asked.optimum(costs()) is not None
        assert all(other.result() for other in others)
    chatter(b"afterwards")
    ctypes.CDLL(None).fflush(None)
    said = capfd.readouterr()
    assert "Highs" not in said.out + said.err
    assert said.out.splitlines() == ["before", "afterwards"] and said.err == "afterwards"


def solver_at_work() -> bool:
    with silenced():
        chatter(b"Highs")
    return True


def test_the_output_comes_back_after_an_error(capfd):
    with pytest.raises(ValueError), silenced():
        raise ValueError
    os.write(1, b"here")
    assert capfd.readouterr().out == "here"
