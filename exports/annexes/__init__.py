"""The annex kinds: one module per theme, each declaring what its annexes show. `KINDS` finds them by key."""

from exports.annexes.aftercare import AFTERCARE
from exports.annexes.ended import ENDED
from exports.annexes.intake import INTAKE
from exports.annexes.model import AnnexKind
from exports.annexes.outflow import OUTFLOW
from exports.annexes.ratio import RATIO
from exports.annexes.started import PROFILE, STARTED
from exports.annexes.subsidies import SUBSIDIES
from exports.annexes.transmissions import TRANSMISSIONS

KINDS: dict[str, AnnexKind] = {
    kind.key: kind for kind in (STARTED, PROFILE, SUBSIDIES, ENDED, OUTFLOW, TRANSMISSIONS, RATIO, INTAKE, AFTERCARE)
}
