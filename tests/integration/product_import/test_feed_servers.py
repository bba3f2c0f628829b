"""Servers of feeds that must not be believed: the job names what is wrong, and the catalogue stays as it was."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import trustme
from backroom.worker.feed import source
from backroom.worker.feed.newest import get_feed
from product_import import stage

from tests.integration.product_import.importing import TENANT, Shop, lines
from tests.integration.product_import.picturing import PUBLIC
from tests.integration.web.servers import Spy, answering, dribbling, endless, serving
from tests.integration.worker.cloud import Cloud

ENDLESS = {"TooLarge": endless, "TooSlow": dribbling}


def refused(shop: Shop, error: str, url: str) -> None:
    """See that the feed's server was refused by this name, and that nothing is in the catalogue."""
    failure = shop.failure()
    assert (failure["item"], failure["error"]) == ("feed", error)
    assert url in failure["message"]
    assert shop.cloud.keys(TENANT, "shop/") == []


@pytest.mark.parametrize("error", ENDLESS)
def test_a_feed_that_never_ends_is_given_up(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    monkeypatch.setattr(source, "SECONDS", 900 if error == "TooLarge" else 0.5)
    monkeypatch.setattr(source, "_PAUSE", 0.01)
    monkeypatch.setattr(stage, "get_feed", partial(get_feed, largest=1_000_000))
    shop = Shop(cloud, feed={"url": "http://shop.example/feed"})
    with serving({"/feed": ENDLESS[error]}) as server:
        assert shop.run(Spy([PUBLIC], port=server.port).web()) == 65
    assert len(server.asked) == (1 if error == "TooLarge" else 3), "what is slow may be faster at another time"
    refused(shop, error, "http://shop.example/feed")


def _of_another_host(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("cdn.example")


def _expired(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("shop.example", not_after=datetime(2020, 1, 1, tzinfo=UTC))


def _of_nobody(_authority: trustme.CA) -> trustme.LeafCert:
    return trustme.CA().issue_cert("shop.example")


@pytest.mark.parametrize("issue", [_of_another_host, _expired, _of_nobody])
def test_a_feed_behind_a_wrong_certificate_is_not_read_and_behind_the_right_one_it_is(
    cloud: Cloud, tmp_path: Path, issue: Callable[[trustme.CA], trustme.LeafCert]
) -> None:
    authority, client = trustme.CA(), ssl.create_default_context()
    authority.configure_trust(client)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issue(authority).configure_cert(context)
    shop = Shop(cloud, feed={"url": "https://shop.example/feed"})
    with serving({"/feed": answering(200, lines("a;Lamp;9,99;3").encode())}, context) as server:
        web = Spy([PUBLIC], port=server.port).web(tls=client)
        assert shop.run(web) == 65
        assert server.asked == [], "it is not told which feed is sought, nor by whom"
        refused(shop, "BadCertificate", "https://shop.example/feed")
        authority.issue_cert("shop.example").configure_cert(context)
        assert shop.run(web) == 0
    assert sorted(shop.products(tmp_path)) == ["a"]
