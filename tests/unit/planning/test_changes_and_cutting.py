"""From a listing and a ledger to portions: what is done is left out, the rest is cut within its limits."""

from itertools import pairwise

from backroom.ledger import OK, Entry, merged
from backroom.manifest.portion import Item
from backroom.planning.changes import Tally, pending, pending_together
from backroom.planning.cutting import cut
from hypothesis import given
from hypothesis import strategies as st

IDS = st.text(st.sampled_from("aB/é😀\uffff"), min_size=1, max_size=3)
VERSIONS = st.sampled_from(["v1", "v2"])
ITEMS = st.lists(st.builds(Item, st.just("x"), st.just("v"), st.integers(0, 100)), max_size=60)


def sorted_as_s3(ids: list[str]) -> list[str]:
    return sorted(ids, key=lambda id_: id_.encode())


@given(st.dictionaries(IDS, VERSIONS), st.dictionaries(IDS, st.tuples(VERSIONS, st.sampled_from([OK, "Truncated"]))))
def test_pending_is_what_the_ledger_does_not_know_in_this_version(
    listed: dict[str, str], known: dict[str, tuple[str, str]]
) -> None:
    items = [Item(id_, listed[id_], 1) for id_ in sorted_as_s3(list(listed))]
    entries = [Entry(id_, *known[id_]) for id_ in sorted_as_s3(list(known))]
    tally = Tally()
    todo = list(pending(items, iter(entries), tally))
    finished = {id_: known[id_][1] for id_, version in listed.items() if id_ in known and known[id_][0] == version}
    assert [item.id for item in todo] == [item.id for item in items if item.id not in finished]
    assert tally.unchanged == sum(state == OK for state in finished.values())
    assert tally.failed_before == len(finished) - tally.unchanged


@given(st.dictionaries(IDS, VERSIONS), st.dictionaries(IDS, st.tuples(VERSIONS, st.sampled_from([OK, "Truncated"]))))
def test_items_that_go_together_are_pending_all_or_none(
    listed: dict[str, str], known: dict[str, tuple[str, str]]
) -> None:
    items = [Item(id_, listed[id_], 1) for id_ in sorted_as_s3(list(listed))]
    entries = [Entry(id_, *known[id_]) for id_ in sorted_as_s3(list(known))]
    alone, together = Tally(), Tally()
    some = list(pending(items, iter(entries), alone))
    assert list(pending_together(items, iter(entries), together)) == (items if some else [])
    assert together == (Tally() if some else alone)


@given(st.dictionaries(IDS, VERSIONS), st.dictionaries(IDS, VERSIONS))
def test_a_ledger_merges_as_dictionaries_do_and_stays_sorted(old: dict[str, str], new: dict[str, str]) -> None:
    streams = [[Entry(id_, part[id_], OK) for id_ in sorted_as_s3(list(part))] for part in (old, new)]
    result = list(merged(*streams))
    assert {entry.id: entry.version for entry in result} == old | new
    assert [entry.id for entry in result] == sorted_as_s3(list(old | new))


@given(ITEMS, st.integers(1, 7), st.integers(1, 150))
def test_cuts_hold_every_item_within_their_limits_and_no_two_could_be_one(
    items: list[Item], most_items: int, most_seconds: int
) -> None:
    cuts = list(cut(items, lambda item: item.size, most_items, most_seconds))
    assert [item for part in cuts for item in part.items] == items
    for part in cuts:
        assert part.weight == sum(item.size for item in part.items)
        assert len(part.items) <= most_items
        assert part.weight <= most_seconds or len(part.items) == 1
    for one, following in pairwise(cuts):
        assert len(one.items) == most_items or one.weight + following.items[0].size > most_seconds
