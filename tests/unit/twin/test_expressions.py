"""JSONata as Step Functions evaluates it."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from backroom_local.engine.expressions import ExpressionError, evaluate
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=12,
)


@given(JSON)
def test_a_value_comes_out_as_it_went_in(value: Any) -> None:
    assert evaluate("$v", {"v": value}) == value
    assert evaluate("{'kept': $states.input}", {"states": {"input": value}}) == {"kept": value}


@given(JSON)
def test_what_came_out_of_one_expression_goes_into_the_next_as_a_plain_value(value: Any) -> None:
    made = evaluate("{'given': $v, 'list': [1..3], 'nested': [[1], [2, 3]]}", {"v": value})
    assert type(made["list"]) is list
    again = evaluate("{'given': $made.given, 'list': $made.list, 'nested': $made.nested}", {"made": made})
    assert again == {"given": value, "list": [1, 2, 3], "nested": [[1], [2, 3]]}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$partition([1..5], 2)", [[1, 2], [3, 4], [5]]),
        ("$partition([], 2)", []),
        ("$range(0, 10, 5)", [0, 5, 10]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$range(1, 0, 1)", []),
        ("$random(7) = $random(7)", True),
        ("$random() >= 0 and $random() < 1", True),
        ("$length($uuid())", 36),
        ("""$parse('{"a": [1, null]}')""", {"a": [1, None]}),
        ("$hash('a', 'SHA-256')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("null", None),
        ("$exists($v.gone)", False),
        ("$exists($v.none)", True),
        ("$type($v.none)", "null"),
        ("$v.none = null", True),
        ("$v.list[n = 2].s", "b"),
        ("$map($v.list, function($x) { $x.n })", [1, 2]),
        (r"$contains('a-20260101T000000Z-beef', /^[a-z]-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}$/)", True),
        (r"""$match('{"JobId": "x"}', /"JobId"\s*:\s*"([^"]+)"/).groups[0]""", "x"),
        ("$fromMillis(0, '[Y0001][M01][D01]T[H01][m01][s01]Z')", "19700101T000000Z"),
        ("($x := 2; $x * 3)", 6),
        ("$v.when", "2026-01-02T03:04:05Z"),
    ],
)
def test_functions_and_null(expression: str, value: Any) -> None:
    v = {
        "none": None,
        "list": [{"n": 1, "s": "a"}, {"n": 2, "s": "b"}],
        "when": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    }
    assert evaluate(expression, {"v": v}) == value


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("$v.gone", "returned nothing (undefined)"),
        ("$undeclared", "returned nothing (undefined)"),
        ("function($x) { $x }", "returned an unsupported result type"),
        ("{'f': function($x) { $x }}", "returned an unsupported result type"),
        ("1 +", "S0207"),
        ("1 + 'a'", "T2002"),
        ("$error('no good')", "no good"),
        ("$eval('1')", "T1006"),
        ("$partition([1], 0)", "the size is 0"),
        ("$range(0, 100000, 1)", "at most 1000"),
        ("$parse('{')", "threw an error"),
        ("$hash('a', 'CRC')", "none of MD5"),
    ],
)
def test_what_step_functions_calls_a_query_evaluation_error(expression: str, why: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        evaluate(expression, {"v": {}})
    assert why in str(raised.value)
    assert expression in str(raised.value)


def test_threads_do_not_disturb_each_other() -> None:
    wrong: list[Any] = []

    def work(number: int) -> None:
        for _ in range(50):
            found = evaluate("$map([1..20], function($i) { $i * $n })", {"n": number})
            if found != [index * number for index in range(1, 21)]:
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
