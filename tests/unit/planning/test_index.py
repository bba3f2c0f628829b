"""The index: what is packed is unpacked, and near lines are read together."""

from backroom.manifest.index import Entry, IndexBuilder, pack, spans, unpack
from hypothesis import given
from hypothesis import strategies as st

BITS_32 = st.integers(0, 2**32 - 1)
LENGTHS = st.lists(st.integers(1, 50), max_size=30)


def laid_out(lengths: list[int]) -> list[Entry]:
    offset, entries = 0, list[Entry]()
    for length in lengths:
        entries.append(Entry(offset, length, len(entries)))
        offset += length + 1
    return entries


@given(st.lists(st.builds(Entry, st.integers(0, 2**64 - 1), BITS_32, BITS_32)))
def test_unpack_gives_what_was_packed(entries: list[Entry]) -> None:
    packed = pack(entries)
    assert len(packed) == 16 * len(entries)
    assert unpack(packed) == entries


def test_an_entry_is_three_little_endian_numbers_of_64_32_and_32_bits() -> None:
    assert pack([Entry(1, 258, 3)]) == bytes([1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 3, 0, 0, 0])


@given(LENGTHS, st.integers(1, 200))
def test_spans_hold_every_entry_once_within_the_limit(lengths: list[int], most: int) -> None:
    entries = laid_out(lengths)
    groups = list(spans(entries, most))
    assert [entry for group in groups for entry in group] == entries
    for group in groups:
        width = group[-1].offset + group[-1].length - group[0].offset
        assert width <= most or len(group) == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), max_size=30))
def test_a_builder_gives_all_entries_each_tenants_in_its_own_order(portions: list[tuple[str, int]]) -> None:
    builder, entries = IndexBuilder(), laid_out([weight for _, weight in portions])
    for entry, (tenant, weight) in zip(entries, portions, strict=True):
        builder.add(entry, tenant, weight)
    packed = unpack(builder.packed())
    assert len(builder) == len(packed) == len(portions)
    for name in "abc":
        own = [entry for entry, (tenant, _) in zip(entries, portions, strict=True) if tenant == name]
        assert [entry for entry in packed if entry in own] == own
