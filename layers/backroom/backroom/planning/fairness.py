"""The order in which portions of many tenants shall run.

Weighted fair queueing (Demers, Keshav, Shenker 1989), all tenants with the same share: a portion's virtual finish is
the work of its tenant up to and including it, and portions run by it. While two tenants both wait, neither is ahead of
the other by more than one portion of the other's; a tenant with little work ends early, a huge one takes what the rest
leaves.
"""

from array import array
from collections.abc import Sequence


def fair_order(tenants: Sequence[int], weights: Sequence[float]) -> list[int]:
    """Give the indexes of the portions in the order in which they shall run.

    `tenants[i]` (numbers from 0) is whose portion `i` is, `weights[i]` >= 0 its seconds. A tenant's own order is kept.
    """
    served = array("d", bytes(8 * (max(tenants, default=-1) + 1)))
    finish = array("d")
    for tenant, weight in zip(tenants, weights, strict=True):
        served[tenant] += weight
        finish.append(served[tenant])
    # sorted() is stable: at equal finish the earlier line comes first, so a weight of 0 changes no tenant's order.
    return sorted(range(len(finish)), key=finish.__getitem__)
