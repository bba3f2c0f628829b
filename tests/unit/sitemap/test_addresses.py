"""Which URLs may stand in a host's sitemap, and how they are written there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sitemap.addresses import LONGEST, AddressError, Host

SHOP = Host("Shop.Example.com.")


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        ("/", "https://shop.example.com/"),
        ("/a/b?c=d&e=f", "https://shop.example.com/a/b?c=d&e=f"),
        ("http://shop.example.com:80/a#part", "https://shop.example.com/a"),
        ("https://SHOP.example.com", "https://shop.example.com/"),
        ("//shop.example.com/a", "https://shop.example.com/a"),
        ("/käse/ü", "https://shop.example.com/k%C3%A4se/%C3%BC"),
        ("/a%20b", "https://shop.example.com/a%20b"),
        ("/100%", "https://shop.example.com/100%25"),
        ("/a?q=ü&r=%C3%BC", "https://shop.example.com/a?q=%C3%BC&r=%C3%BC"),
        ("/日本", "https://shop.example.com/%E6%97%A5%E6%9C%AC"),
    ],
)
def test_an_address_is_absolute_https_and_ascii(given_: str, written: str) -> None:
    assert SHOP.address(given_) == written


@pytest.mark.parametrize(
    "refused",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:a@shop.example.com",
        "ftp://shop.example.com/a",
        "https://evil.example.com/",
        "https://shop.example.com.evil.com/",
        "https://shop.example.com@evil.com/",
        "https://user:secret@shop.example.com/",
        "https://shop.example.com:8443/",
        "//evil.com/a",
        "/\\evil.com",
        "a/b",
        "",
        "/a b",
        "/a\nb",
        "/a\x00b",
        "https://[::1",
        f"/{'a' * LONGEST}",
    ],
)
def test_what_is_no_page_of_the_host_is_refused_with_a_reason(refused: str) -> None:
    with pytest.raises(AddressError, match=r"\S"):
        SHOP.address(refused)


@pytest.mark.parametrize("name", ["", "localhost", "a b.com", "x" * 70 + ".com", "https://a.com", "a..com"])
def test_what_is_no_host_is_refused(name: str) -> None:
    with pytest.raises(AddressError, match="host"):
        Host(name)


def test_a_host_of_another_script_is_written_as_dns_has_it() -> None:
    assert Host("käse.example").address("https://käse.example/a") == "https://xn--kse-qla.example/a"


@given(st.text(max_size=40))
def test_whatever_comes_is_refused_or_stays_within_the_host_and_is_stable(text: str) -> None:
    try:
        written = SHOP.address(f"/{text}")
    except AddressError:
        return
    assert written.startswith("https://shop.example.com/")
    assert written.isascii()
    assert not any(sign.isspace() for sign in written)
    assert SHOP.address(written) == written, "what is right already stays"
