"""A tenant's parameters, and the room that threads share."""

import threading

import pytest
from backroom.worker import BadParams
from hypothesis import given, settings
from hypothesis import strategies as st
from imaging.params import Format, Params, parse_params
from imaging.room import Room


def test_defaults() -> None:
    assert parse_params({}) == Params((1600, 800, 400), Format.JPEG, 80)
    assert parse_params({"format": "avif"}).quality == 60


def test_widths_are_sorted_and_each_is_made_once() -> None:
    assert parse_params({"widths": [400, 1600, 400]}).widths == (1600, 400)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"widths": []}, "widths is []"),
        ({"widths": "800"}, "widths is '800'"),
        ({"widths": [800, -1]}, "a width is -1"),
        ({"widths": [True]}, "a width is True"),
        ({"widths": [10_001]}, "a width is 10001"),
        ({"widths": list(range(1, 18))}, "1 to 16 widths"),
        ({"format": "tiff"}, "jpeg, webp, avif, png"),
        ({"quality": 0}, "quality is 0"),
        ({"quality": "best"}, "quality is 'best'"),
    ],
)
def test_senseless_params_are_named(params: dict[str, object], message: str) -> None:
    with pytest.raises(BadParams) as raised:
        parse_params(params)
    assert message in str(raised.value)


@given(sizes=st.lists(st.integers(0, 150), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None)
def test_never_more_than_the_room_is_held_and_everyone_gets_in(sizes: list[int]) -> None:
    room, lock, held, peaks = Room(100), threading.Lock(), [0], [0]

    def use(size: int) -> None:
        with room.take(size):
            with lock:
                held[0] += min(size, 100)
                peaks.append(held[0])
            with lock:
                held[0] -= min(size, 100)

    crew = [threading.Thread(target=use, args=(size,)) for size in sizes]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(timeout=60)
        assert not thread.is_alive()
    assert max(peaks) <= 100
    assert len(peaks) == len(sizes) + 1


def test_who_does_not_fit_waits_for_who_is_inside() -> None:
    room, entered = Room(100), threading.Event()

    def enter() -> None:
        with room.take(60):
            entered.set()

    second = threading.Thread(target=enter)
    with room.take(60):
        second.start()
        assert not entered.wait(0.1)
    assert entered.wait(60)
    second.join()
