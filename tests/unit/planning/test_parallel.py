"""Streams in threads: nothing lost, nothing reordered within a stream, nothing left running."""

import threading
from collections.abc import Generator, Iterator
from functools import partial
from typing import cast

import pytest
from backroom.parallel import in_order, interleave
from hypothesis import given, settings
from hypothesis import strategies as st


def numbers(stream: int, count: int) -> Iterator[tuple[int, int]]:
    yield from ((stream, number) for number in range(count))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 40), max_size=8), st.integers(1, 4), st.integers(1, 8))
def test_interleave_gives_all_elements_each_stream_in_its_own_order(
    counts: list[int], threads: int, ahead: int
) -> None:
    streams = [partial(numbers, stream, count) for stream, count in enumerate(counts)]
    found = list(interleave(streams, threads, ahead))
    for stream, count in enumerate(counts):
        assert [number for of, number in found if of == stream] == list(range(count))
    assert len(found) == sum(counts)


def test_an_error_of_a_stream_is_raised_and_ends_the_others() -> None:
    def endless() -> Iterator[int]:
        while True:
            yield 1

    def failing() -> Iterator[int]:
        yield 0
        raise OSError("the bucket burns")

    before = set(threading.enumerate())
    with pytest.raises(OSError, match="burns"):
        list(interleave([endless, failing], 2, 4))
    assert not set(threading.enumerate()) - before


def test_who_stops_reading_ends_the_streams() -> None:
    before = set(threading.enumerate())
    reading = interleave([partial(numbers, 0, 10**9)], 1, 2)
    assert next(reading) == (0, 0)
    cast("Generator[tuple[int, int]]", reading).close()
    assert not set(threading.enumerate()) - before


def test_in_order_keeps_the_order_and_reads_no_further_ahead_than_it_must() -> None:
    read: list[int] = []

    def arguments() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    results = in_order(lambda number: number * 2, arguments(), 3)
    assert next(results) == 0
    assert len(read) <= 7
    assert list(results) == [number * 2 for number in range(1, 100)]
