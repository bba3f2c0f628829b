"""What a process writes becomes lines, however it is cut into reads."""

from collections.abc import Sequence

from backroom_local.execution import lines
from backroom_local.execution.lines import LineCutter
from backroom_local.execution.logs import LogEvent, LogWriter
from hypothesis import given
from hypothesis import strategies as st


def cut(chunks: list[bytes]) -> list[str]:
    """All lines of some reads."""
    cutter = LineCutter()
    return [line for chunk in chunks for line in cutter.feed(chunk)] + cutter.finish()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"))), st.data())
def test_the_cuts_of_reading_do_not_show(texts: list[str], data: st.DataObject) -> None:
    stream = "".join(f"{text}\n" for text in texts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert cut(chunks) == texts


def test_odd_endings_and_bytes() -> None:
    assert cut([b"windows\r\n\nlast"]) == ["windows", "", "last"]
    assert cut([b"a\xffb\n"]) == ["a\ufffdb"]


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=200))
def test_a_line_over_the_limit_becomes_several_and_none_is_lost(sizes: list[int]) -> None:
    found = cut([b"x" * (size * 100) for size in sizes])
    assert sum(map(len, found)) == sum(sizes) * 100
    assert max(map(len, found)) <= lines.LONGEST_LINE
    assert len(found) == -(-sum(sizes) * 100 // lines.LONGEST_LINE)


class Store:
    """Counts."""

    def __init__(self) -> None:
        self.events: list[LogEvent] = []

    def append(self, _group: str, _stream: str, events: Sequence[LogEvent]) -> None:
        """As LogStore."""
        self.events += events


@given(st.lists(st.integers(0, 15), max_size=5))
def test_a_talkative_container_is_cut_off_and_told_so_once(batches: list[int]) -> None:
    store = Store()
    writer = LogWriter(store, "group", "stream", clock=lambda: 1.5, most_lines=20)
    for size in batches:
        writer.write(["a"] * size)
    total = sum(batches)
    assert [event.message for event in store.events[:20]] == ["a"] * min(total, 20)
    assert len(store.events) == (21 if total >= 20 else total)
    assert {event.timestamp for event in store.events} <= {1500}
