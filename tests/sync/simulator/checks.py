"""What must hold. Each check compares what people did with what is there, and returns sentences about what is wrong.

The checks know the tables and the declarations of core, and nothing of how the field works inside.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tests.sync.simulator.calls import drafts_kept, told_once
from tests.sync.simulator.evidence import CacheView, ServerView
from tests.sync.simulator.keeping import exactly_once, nothing_lost, refusals_shown
from tests.sync.simulator.ledger import Ledger
from tests.sync.simulator.overwriting import nothing_overwritten
from tests.sync.simulator.sight import converged, drained, private, searchable


class Broken(AssertionError):
    """Something does not hold. Its text tells what, one sentence a line."""

    def __init__(self, faults: Sequence[str]) -> None:
        most = 12
        more = f"\n… and {len(faults) - most} more" if len(faults) > most else ""
        super().__init__("\n".join(faults[:most]) + more)
        self.faults = tuple(faults)


def at_rest(ledger: Ledger, server: ServerView, caches: Collection[CacheView]) -> list[str]:
    """All that is wrong when everything has come to rest."""
    faults: list[str] = []
    _spread(ledger)
    for cache in caches:
        faults += drained(cache)
        faults += converged(cache, server)
        faults += searchable(cache)
        faults += private(cache, server, ledger)
    faults += nothing_lost(ledger, server, caches)
    faults += exactly_once(ledger, server, caches)
    faults += nothing_overwritten(ledger, server)
    faults += refusals_shown(ledger, server, caches)
    faults += told_once(ledger, server, caches)
    faults += ledger.planned_twice
    faults += drafts_kept(ledger, server, caches)
    return faults


def _spread(ledger: Ledger) -> None:
    """What was told and planned about a person goes with them when they are erased, be it that no server has seen it."""
    for done in ledger.done.values():
        for change in done.changeset.changes:
            if (
                change.insert
                and ("contacts", change.set.get("contact_id")) in ledger.erased
                and change.table != "deals"
            ):
                ledger.erased.add((change.table, change.id))
