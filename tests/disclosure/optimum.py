"""The fewest cells of a small table that must be hidden, by one integer program: what a search can be measured against.

Every small cell gets two moves of the true values, one up and one down, in which hidden cells alone take part; together
they must be as wide as the policy asks for. A binary variable per cell says whether it is hidden. The model is that of
Fischetti & Salazar (2001), Solving the cell suppression problem on tabular data with linear constraints, Management
Science 47(7), without its decomposition. The moves may be fractions, and cells hidden beside the small ones need no
room of their own, so no pattern that passes the audit has fewer cells."""

import highspy
import numpy as np

from exports.disclosure.system import System

_FURTHEST = 3
"""Other cells may move so many times as far as the small one must."""


def fewest(system: System, seconds: float) -> int:
    """The least number of hidden cells that the solver could prove within `seconds`, the small ones included."""
    size = len(system.cells)
    small = [cell for cell in range(size) if system.is_small(cell)]
    hidden_from = [float(cell in small) for cell in range(size)]
    lower, upper = [np.array(hidden_from)], [np.ones(size)]
    rows: list[tuple[float, float, list[int], list[float]]] = []
    for cell in small:
        reach = float(_FURTHEST * system.width(cell))
        moves = []
        for _ in ("up", "down"):
            start = size * len(lower)
            moves.append(start + cell)
            least = -np.array([min(reach, system.values[other] - system.floors[other]) for other in range(size)])
            lower.append(least)
            upper.append(np.full(size, reach))
            for terms in system.equations:
                rows.append((0.0, 0.0, [start + other for other, _ in terms], [float(factor) for _, factor in terms]))
            for other in range(size):  # a cell that is shown doesn't move
                rows.append((-np.inf, 0.0, [start + other, other], [1.0, -reach]))
                rows.append((0.0, np.inf, [start + other, other], [1.0, -float(least[other])]))
        rows.append((float(system.width(cell)), np.inf, moves, [1.0, -1.0]))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size * len(lower), len(rows)
    model.col_cost_ = np.concatenate([np.ones(size), np.zeros(size * (len(lower) - 1))])
    model.col_lower_, model.col_upper_ = np.concatenate(lower), np.concatenate(upper)
    model.row_lower_, model.row_upper_ = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row[2]) for row in rows)]).astype(np.int32)
    model.a_matrix_.index_ = np.array([column for row in rows for column in row[2]], dtype=np.int32)
    model.a_matrix_.value_ = np.array([value for row in rows for value in row[3]])
    whole, any_value = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whole] * size + [any_value] * (size * (len(lower) - 1))
    solver = highspy.Highs()
    for option, value in {"output_flag": False, "time_limit": seconds, "mip_rel_gap": 0.0}.items():
        solver.setOptionValue(option, value)
    solver.passModel(model)
    solver.run()
    return int(np.ceil(solver.getInfo().mip_dual_bound - 1e-6))
