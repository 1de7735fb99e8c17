"""The annex kinds: one module a kind, which declares everything that the system knows of it. `KINDS` finds them by key.

A kind is registered by its line in `KINDS`, and nowhere else. The list is explicit because its order counts: overviews
and comparisons name the kinds in it.
"""

from exports.annexes.aftercare import AFTERCARE
from exports.annexes.ended import ENDED
from exports.annexes.intake import INTAKE
from exports.annexes.model import AnnexKind
from exports.annexes.outflow import OUTFLOW
from exports.annexes.profile import PROFILE
from exports.annexes.ratio import RATIO
from exports.annexes.started import STARTED
from exports.annexes.subsidies import SUBSIDIES
from exports.annexes.transmissions import TRANSMISSIONS

KINDS: dict[str, AnnexKind] = {
    kind.key: kind
    for kind in (
        STARTED,
        PROFILE,
        SUBSIDIES,
        ENDED,
        OUTFLOW,
        TRANSMISSIONS,
        RATIO,
        INTAKE,
        AFTERCARE,
    )
}
