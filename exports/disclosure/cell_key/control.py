"""The control of a publication by cell keys: what is shown of each count. It needs no search and no audit, and nothing
of other documents or earlier releases: a cell is shown the same whatever else is."""

from exports.disclosure.cell_key.cells import Keyed
from exports.disclosure.control import Control
from exports.disclosure.counts import PublicationSource, RowSource, geography_of, read_blocks
from exports.disclosure.plan import public_rows
from exports.disclosure.policy import Policy
from exports.disclosure.releases.published import PublishedSystem
from exports.disclosure.scope import Scope, with_counts
from exports.disclosure.words import changes_lines, no_audit_lines


def keyed(publication: PublicationSource, sums: RowSource, scope: Scope, policy: Policy, secret: bytes) -> Keyed:
    """The counts behind `scope` with their keys, under the table of the policy. Raises PublicationError."""
    table = policy.changes_by
    if table is None:
        raise ValueError("the policy does not change counts")
    wanted = with_counts(scope)
    rows = public_rows(publication, policy)
    counts, keys = (read_blocks(source, wanted, policy, rows) for source in (publication, sums))
    return Keyed(counts, keys, geography_of(publication, counts, rows), table, secret, policy.threshold)


def control_by_keys(
    publication: PublicationSource, sums: RowSource, scope: Scope, name: str, policy: Policy, secret: bytes
) -> Control:
    """The control of the counts that figures show. `sums` has for every mart the sums of keys in place of counts."""
    made = keyed(publication, sums, scope, policy, secret)
    system, shown = made.changed(scope)
    facts = publication.facts
    release = PublishedSystem(name, facts.as_of, facts.geography_date, made.geography, system, frozenset())
    return Control(release, scope, policy, True, changes_lines(policy), no_audit_lines(), shown=shown)
