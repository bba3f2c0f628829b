"""Which tenants a run is for: each exclusion with its reason, and nobody else's run lost."""

from typing import Any

import pytest
from backroom.errors import InvalidParamsError, UnknownTenantError
from backroom.planning.selection import Chosen, Excluded, fingerprint, select
from backroom.tenants import parse
from planners.image_resize import Params
from planners.sitemap import Params as SitemapParams

GOOD = {"tenant": "acme", "bucket": "acme-images", "enabled": True}


def decide(*records: dict[str, Any], wanted: tuple[str, ...] = (), params: dict[str, Any] | None = None) -> list[Any]:
    return select(map(parse, records), "image_resize", Params, params or {}, wanted)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"enabled": False}, ["disabled"]),
        ({"jobs_off": ["sitemap", "image_resize"]}, ["image_resize", "jobs_off"]),
        ({"bucket": None}, ["bucket"]),
        ({"bucket": "Acme_Images"}, ["bucket"]),
        ({"enabled": "perhaps"}, ["enabled"]),
        ({"prefix": "../other/"}, ["prefix"]),
        ({"prefix": "/shop/"}, ["prefix"]),
        ({"prefix": "shop"}, ["prefix"]),
        ({"prefix": "a//b/"}, ["prefix"]),
        ({"prefix": "a\\b/"}, ["prefix"]),
        ({"params": {"image_resize": {"widths": [15]}}}, ["params.image_resize", "widths"]),
        ({"params": {"image_resize": {"widths": []}}}, ["widths"]),
        ({"params": {"image_resize": {"format": "gif"}}}, ["format", "jpeg"]),
        ({"params": {"image_resize": {"colour": "red"}}}, ["colour"]),
    ],
)
def test_a_tenant_is_excluded_for_a_reason_that_names_the_field_and_the_others_go_on(
    change: dict[str, Any], words: list[str]
) -> None:
    excluded, chosen = decide(GOOD | change, GOOD | {"tenant": "other"})
    assert isinstance(excluded, Excluded)
    assert excluded.tenant == "acme"
    assert all(word in excluded.reason for word in words)
    assert isinstance(chosen, Chosen)


@pytest.mark.parametrize("prefix", ["", "shop/", "shop/2026/", ".well-known/", "ümläut/"])
def test_prefixes_that_are_paths_are_taken(prefix: str) -> None:
    (chosen,) = decide(GOOD | {"prefix": prefix})
    assert chosen.tenant.prefix == prefix


@pytest.mark.parametrize("name", ["ACME", "a_b", "-a", "a-", "", "a" * 41, "a/b"])
def test_a_tenant_id_that_is_none_is_a_broken_record(name: str) -> None:
    (excluded,) = decide(GOOD | {"tenant": name})
    assert "tenant" in excluded.reason


def test_the_runs_params_go_before_the_tenants_which_go_before_the_defaults() -> None:
    (chosen,) = decide(
        GOOD | {"params": {"image_resize": {"quality": 70, "widths": [400, 800, 400]}}}, params={"quality": 90}
    )
    assert chosen.params == Params(widths=(800, 400), quality=90)


def test_params_of_the_run_that_do_not_fit_end_it_by_name() -> None:
    with pytest.raises(InvalidParamsError, match=r"image_resize.*quality"):
        decide(GOOD, params={"quality": 101})


def test_an_unknown_tenant_is_named_with_those_that_were_meant() -> None:
    with pytest.raises(UnknownTenantError, match=r"'acne'.*did you mean acme\?"):
        decide(GOOD, wanted=("acne",))


def test_only_those_asked_for_are_decided() -> None:
    assert [out.tenant.tenant for out in decide(GOOD, GOOD | {"tenant": "other"}, wanted=("other",))] == ["other"]


def test_the_fingerprint_is_of_what_the_params_mean() -> None:
    assert fingerprint(Params()) == fingerprint(Params(widths=(160, 400, 800, 1600), quality=80))
    assert fingerprint(Params()) != fingerprint(Params(quality=81))
    assert len(fingerprint(Params())) == 12


def test_what_a_job_requires_a_tenant_may_say_and_who_does_not_is_left_out_with_the_reason() -> None:
    params = {"params": {"sitemap": {"host": "acme.example"}}}
    tenants = [parse(GOOD | params), parse(GOOD | {"tenant": "silent"})]
    chosen, excluded = select(tenants, "sitemap", SitemapParams, {})
    assert isinstance(chosen, Chosen)
    assert isinstance(excluded, Excluded)
    assert excluded.reason == "its params.sitemap do not fit: host: Field required"
    with pytest.raises(InvalidParamsError, match="slices"):
        select(tenants, "sitemap", SitemapParams, {"slices": -1})
