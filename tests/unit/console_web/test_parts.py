"""The smaller parts: what is kept, exit codes in words, links to AWS, items of a portion, bars, manifests."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import unquote

import pytest
from backroom.layout import RunLayout
from backroom.manifest.portion import Item, Portion
from backroom.recording.checkpoints import Saved
from backroom_console.web.aws_links import AwsLinks
from backroom_console.web.exit_words import exit_in_words
from backroom_console.web.kept import Kept
from backroom_console.web.marks import ORDER, mark, segments, share
from backroom_console.web.planned import read_planned
from backroom_console.web.portion_view import items_of
from hypothesis import given
from hypothesis import strategies as st

PORTION = Portion(7, "acme", "b", "", {}, "0" * 12, tuple(Item(name, "e", 10) for name in "abcd"), 1.0)


def test_what_is_kept_is_read_once_by_many_and_again_when_it_is_old() -> None:
    clock, reads, barrier = [0.0], [], Barrier(4)
    kept: Kept[str, int] = Kept(2, 10.0, lambda: clock[0])

    def read() -> int:
        reads.append(1)
        return len(reads)

    def ask() -> int:
        barrier.wait()
        return kept.get("a", read)

    with ThreadPoolExecutor(4) as pool:
        assert {found.result() for found in [pool.submit(ask) for _ in range(4)]} == {1}
    clock[0] = 9.9
    assert kept.get("a", read) == 1
    clock[0] = 10.0
    assert kept.get("a", read) == 2


def test_what_took_long_to_read_is_kept_for_longer() -> None:
    clock, lasts = [0.0], [2.0]
    kept: Kept[str, float] = Kept(1, 1.0, lambda: clock[0])

    def read() -> float:
        clock[0] += lasts[0]
        return clock[0]

    assert not kept.has("a")
    assert kept.get("a", read) == 2.0
    clock[0] = 9.9
    assert kept.get("a", read) == 2.0, "a reading of two seconds is good for eight"
    clock[0], lasts[0] = 10.0, 60.0
    assert kept.get("a", read) == 70.0
    assert kept.has("a")
    clock[0], lasts[0] = 80.0, 1.0
    assert kept.get("a", read) == 81.0, "one of a minute is good for ten seconds"


def test_the_one_not_asked_for_longest_goes_and_errors_are_not_kept() -> None:
    kept: Kept[str, str] = Kept(2, 1e9)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda: "old")
    assert kept.get("a", lambda: "new") == "old"
    assert kept.get("b", lambda: "new") == "new"
    with pytest.raises(ZeroDivisionError):
        kept.get("d", lambda: str(1 // 0))
    assert kept.get("d", lambda: "there") == "there"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "done"),
        (65, "bad data"),
        (75, "again"),
        (77, "not allowed"),
        (78, "wrong set-up"),
        (137, "SIGKILL"),
        (139, "SIGSEGV"),
        (143, "SIGTERM"),
        (127, "command"),
    ],
)
def test_exit_codes_are_put_in_words(code: int, words: str) -> None:
    assert words in exit_in_words(code)


def test_codes_that_say_nothing_are_left_alone() -> None:
    assert [exit_in_words(code) for code in (None, 3, -1, 255)] == [""] * 4


@given(st.text(max_size=40), st.text(max_size=40))
def test_links_lead_to_aws_whatever_the_names(group: str, stream: str) -> None:
    found = AwsLinks("eu-central-1").log_stream(group, stream)
    assert found.startswith("https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#")
    tail = found.partition("log-group/")[2]
    assert [unquote(unquote(part.replace("$", "%"))) for part in tail.split("/log-events/")] == [group, stream]


def test_items_have_the_state_that_the_checkpoint_says() -> None:
    failure = {"item": "c", "version": "e", "error": "CorruptImage", "message": "no header"}
    saved = Saved(portion=7, wave=1, attempt=1, done=(0,), skipped=(1,), failures=(failure,))
    found = [(line.id, line.state, line.error) for line in items_of(PORTION, saved)]
    assert found == [
        ("c", "failed", "CorruptImage"),
        ("a", "succeeded", ""),
        ("b", "skipped", ""),
        ("d", "waiting", ""),
    ]
    declared = saved.model_copy(update={"declared": True})
    assert {line.state for line in items_of(PORTION, declared)} == {"failed", "waiting"}
    assert [line.id for line in items_of(None, saved)] == ["c"]


@given(st.dictionaries(st.sampled_from(ORDER), st.integers(0, 10_000)))
def test_bars_are_as_wide_as_what_they_count(counts: dict[str, int]) -> None:
    found = segments(counts)
    assert {one.state: one.count for one in found} == {state: count for state, count in counts.items() if count}
    assert abs(sum(one.width for one in found) - (100 if found else 0)) < 0.1


def test_a_share_leaves_the_rest_of_its_bar_empty() -> None:
    assert [one.width for one in share(64, 256)] == [25.0]
    assert [one.width for one in share(300, 256)] == [100.0]
    assert share(0, 256) == share(1, 0) == []


def test_every_state_has_a_sign_and_a_word_of_its_own() -> None:
    shown = [mark(state) for state in ORDER]
    assert len({(one.sign, one.word) for one in shown}) == len({one.sign for one in shown}) == len(ORDER)
    assert mark("<new>").word == "<new>", "what is unknown is shown as it is, and escaped like all else"


class _Bucket:
    """S3 with one object."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get_object(self, **_: str) -> dict[str, object]:
        return {"Body": io.BytesIO(self.body), "ETag": "e", "Metadata": {}}


def test_a_manifest_is_read_without_its_items() -> None:
    lines = [PORTION.line(), b'{"tenant":"beta","portion":8,"items":[]}', b'{"plan":{"portion":1,"tenant":"x"}}']
    bucket = _Bucket(b"\n".join(lines) + b"\n")
    assert list(read_planned(bucket, "b", RunLayout("j", "r"), 1)) == [(7, "acme"), (8, "beta")]  # type: ignore[arg-type]
