"""What a run is started with."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from backroom.errors import InvalidParamsError
from backroom.planning.request import PlanRequest
from backroom_console.starting import Request, read_params, run_id
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))
NAMES = st.from_regex(re.compile(r"[a-z_]{1,12}"), fullmatch=True)


@given(st.dictionaries(NAMES, JSON, max_size=4))
def test_parameters_given_as_json_arrive_as_they_are(params: dict[str, Any]) -> None:
    assert read_params(tuple(f"{name}={json.dumps(value)}" for name, value in params.items())) == params


@pytest.mark.parametrize(
    ("text", "value"), [("quality=85", 85), ("format=webp", "webp"), ("a=b=c", "b=c"), ("empty=", "")]
)
def test_other_parameters_are_texts(text: str, value: object) -> None:
    assert list(read_params((text,)).values()) == [value]


@pytest.mark.parametrize("wrong", ["quality", "=85", ""])
def test_a_parameter_without_name_or_value_is_named(wrong: str) -> None:
    with pytest.raises(InvalidParamsError, match=re.escape(repr(wrong))):
        read_params((wrong,))


@given(st.datetimes(datetime(2000, 1, 1), datetime(2999, 1, 1)), st.from_regex(r"[0-9a-f]{4}", fullmatch=True))
def test_an_id_is_one_that_the_planner_takes(moment: datetime, token: str) -> None:
    run = run_id("image_resize", moment.replace(tzinfo=UTC), token)
    request = Request("image_resize", ("solo",), {"quality": 85})
    assert PlanRequest.model_validate(request.as_json() | {"run": run}).params == {"quality": 85}


def test_what_was_not_asked_for_is_not_sent() -> None:
    assert Request("image_resize").as_json() == {"job": "image_resize"}
