"""What may become of an output that is there already (the rule `Effect` of the formal model)."""

from backroom.worker.outputs import Stamp, Token, Verdict, judge, parse_token, read_stamp, token
from hypothesis import given
from hypothesis import strategies as st

RUNS = st.sampled_from(["z-20261127T180000Z-0001", "z-20261127T180000Z-0002", "a-20261128T180000Z-0000", "by-hand"])
TOKENS = st.builds(token, RUNS, st.integers(1, 12), st.integers(1, 12))
SOURCES = st.sampled_from(["aaaaaaaaaaaa", "bbbbbbbbbbbb"])


@given(TOKENS)
def test_a_token_is_read_as_it_was_written(mine: Token) -> None:
    assert parse_token(str(mine)) == mine


@given(st.text())
def test_no_text_breaks_the_reading_of_a_stamp(text: str) -> None:
    read_stamp({"backroom-token": text, "backroom-source": text})


def test_tokens_are_numbers_and_times_not_text() -> None:
    z, a = "z-20261127T180000Z-ffff", "a-20261128T180000Z-0000"
    assert token(a, 1, 1) > token(z, 12, 1) > token(z, 2, 12) > token(z, 2, 9)


@given(TOKENS, SOURCES, TOKENS, SOURCES)
def test_only_a_later_token_replaces(there: Token, its: str, mine: Token, source: str) -> None:
    verdict = judge(Stamp(there, its), mine, source)
    if verdict is Verdict.REPLACE:
        assert mine >= there
    if verdict is Verdict.SUPERSEDED:
        assert there > mine
        assert its != source
    if its == source and there.run == mine.run:
        assert verdict is Verdict.STANDS


@given(TOKENS, SOURCES)
def test_what_no_job_wrote_is_replaced(mine: Token, source: str) -> None:
    assert judge(Stamp(None, source), mine, source) is Verdict.REPLACE


def test_the_same_source_of_an_earlier_run_is_stamped_anew() -> None:
    earlier, later = token("j-20261127T180000Z-0001", 3, 3), token("j-20261128T180000Z-0001", 1, 1)
    assert judge(Stamp(earlier, "s"), later, "s") is Verdict.REPLACE
    assert judge(Stamp(later, "s"), earlier, "s") is Verdict.STANDS
    assert judge(Stamp(later, "s"), earlier, "other") is Verdict.SUPERSEDED
