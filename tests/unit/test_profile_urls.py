"""One profile, one address: every spelling meets in it, and no two profiles do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.profile_urls import (
    URL_CHARS_MAX,
    ProfileUrl,
    canonical_profile_url,
    profile_path,
)

ANA = ProfileUrl("https://www.linkedin.com/in/ana-b-1", "contact", "ana-b-1")
KESTREL = ProfileUrl("https://www.linkedin.com/company/kestrel", "account", "kestrel")

SPELLINGS_OF_ANA = [
    "https://www.linkedin.com/in/ana-b-1",
    "https://www.linkedin.com/in/ana-b-1/",
    "https://www.linkedin.com/in/ana-b-1/?trk=x&lipi=urn%3Ali",
    "https://www.linkedin.com/in/ana-b-1#about",
    "https://www.linkedin.com/in/ana-b-1?next=https://www.linkedin.com/in/bob",
    "http://www.linkedin.com/in/ana-b-1",
    "HTTPS://WWW.LinkedIn.COM/IN/Ana-B-1",
    "//www.linkedin.com/in/ana-b-1",
    "www.linkedin.com/in/ana-b-1",
    "linkedin.com/in/ana-b-1",
    "uk.linkedin.com/in/ana-b-1",
    "https://de.linkedin.com/in/ana-b-1/de",
    "https://m.linkedin.com/in/ana-b-1",
    "https://www.linkedin.com/mwlite/in/ana-b-1",
    "https://www.linkedin.com/comm/in/ana-b-1?midToken=AQ",
    "https://a.b.linkedin.com./in/ana-b-1",
    "https://www.linkedin.com:443/in/ana-b-1",
    "https://www.linkedin.com/in/ana-b-1/details/experience/",
    "https://www.linkedin.com/in/ana-b-1/overlay/contact-info/",
    "https://www.linkedin.com//in///ana-b-1//",
    "  https://www.linkedin.com/in/ana-b-1 \n",
    "\ufeffhttps://www.linkedin.com/in/ana-b-1\u200b",
    "https://www.linkedin.com/in/%61na%2Db-1",
    "https://www.linkedin.com/in/ana%252Db-1",
    "https://ana:secret@www.linkedin.com/in/ana-b-1",
    "http://127.0.0.1:8000/demo/in/ana-b-1",
    "http://localhost:4173/demo/in/ana-b-1/?q=1",
    "127.0.0.1:8000/demo/in/ana-b-1",
    "localhost/demo/in/ana-b-1",
    "http://[::1]:8000/demo/in/ana-b-1",
    "https://\uff57\uff57\uff57.linkedin.com/in/ana-b-1",
]

SPELLINGS_OF_KESTREL = [
    "https://www.linkedin.com/company/kestrel",
    "https://www.linkedin.com/company/kestrel/about/",
    "https://fr.linkedin.com/company/Kestrel?trk=public",
    "http://localhost:8000/demo/company/kestrel",
    "linkedin.com/COMPANY/kestrel/people/",
]

NO_PROFILES = [
    "",
    " ",
    "/",
    "https://",
    "ana-b-1",
    "/in/ana-b-1",
    "in/ana-b-1",
    "https://www.linkedin.com",
    "https://www.linkedin.com/in",
    "https://www.linkedin.com/in/",
    "https://www.linkedin.com/feed/",
    "https://www.linkedin.com/pub/ana/1/2/3",
    "https://www.linkedin.com/search/results/people/?q=in/ana",
    "https://www.linkedin.com/demo/in/ana",
    "https://www.linkedin.com/in/..",
    "https://www.linkedin.com/in/%2e%2e",
    "https://www.linkedin.com/in/ana%2Fb",
    "https://www.linkedin.com/in/ana%252Fb",
    "https://www.linkedin.com/in/ana%00b",
    "https://www.linkedin.com/in/ana\0b",
    "https://www.linkedin.com/in/ana b",
    "https://www.linkedin.com/in/ana%20b",
    "https://www.linkedin.com/in/%FF%FE",
    "https://www.linkedin.com/in/100%",
    "https://www.linkedin.com/in/\ud800",
    "https://www.linkedin.com/in/ana\u202egpj",
    "https://www.linkedin.com\\@people.example/in/ana",
    "https://www.linkedin.com:99999/in/ana",
    "https://www.linkedin.com:port/in/ana",
    "https://[::2]/in/ana",
    "https://[/in/ana",
    "https://people/in/ana",
    "https://people..example/in/ana",
    "https://\ud800.example/in/ana",
    "http://127.0.0.1:8000/in/ana",
    "http://localhost:8000/demo/demo/in/ana",
    "https://people.example/demo/in/ana",
    "ftp://www.linkedin.com/in/ana",
    "file:///in/ana",
    "javascript:alert(1)//www.linkedin.com/in/ana",
    "javascript:1/in/ana",
    "mailto:ana@people.example/in/ana",
    "data:text/html,www.linkedin.com/in/ana",
    "https://www.linkedin.com/in/" + "a" * URL_CHARS_MAX,
    "https://www.linkedin.com/in/" + "\u4f50" * 1000,
]


@pytest.mark.parametrize("url", SPELLINGS_OF_ANA)
def test_every_spelling_of_a_person_meets_in_one_address(url: str) -> None:
    assert canonical_profile_url(url) == ANA


@pytest.mark.parametrize("url", SPELLINGS_OF_KESTREL)
def test_every_spelling_of_a_company_meets_in_one_address(url: str) -> None:
    assert canonical_profile_url(url) == KESTREL


@pytest.mark.parametrize("url", NO_PROFILES)
def test_what_is_no_profile_has_no_address(url: str) -> None:
    assert canonical_profile_url(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/jos\u00e9-mu\u00f1oz",
        "https://www.linkedin.com/in/JOS\u00c9-mu\u00f1oz",
        "https://www.linkedin.com/in/jose\u0301-mun\u0303oz",
        "https://www.linkedin.com/in/jos%C3%A9-mu%c3%b1oz",
        "https://www.linkedin.com/in/jose%CC%81-mu%C3%B1oz",
        "https://www.linkedin.com/in/jos%25C3%25A9-mu%25C3%25B1oz",
    ],
)
def test_accents_meet_in_one_percent_encoded_address(url: str) -> None:
    assert canonical_profile_url(url) == ProfileUrl(
        "https://www.linkedin.com/in/jos%C3%A9-mu%C3%B1oz",
        "contact",
        "jos\u00e9-mu\u00f1oz",
    )


def test_a_joined_emoji_or_persian_slug_keeps_its_joiners() -> None:
    profile = canonical_profile_url(
        "https://www.linkedin.com/in/\u0646\u06cc\u06a9\u200c\u0646\u0627\u0645"
    )
    assert profile is not None
    assert profile.slug == "\u0646\u06cc\u06a9\u200c\u0646\u0627\u0645"
    assert profile.url.isascii()


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://People.example/in/Ana/", "https://people.example/in/ana"),
        ("https://people.example:443/in/ana", "https://people.example/in/ana"),
        ("https://people.example:8443/in/ana", "https://people.example:8443/in/ana"),
        (
            "b\u00fccher.example/company/lesen",
            "https://xn--bcher-kva.example/company/lesen",
        ),
    ],
)
def test_another_site_keeps_its_host(url: str, canonical: str) -> None:
    profile = canonical_profile_url(url)
    assert profile is not None
    assert profile.url == canonical


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.linkedin.com@evil.example/in/ana", "evil.example"),
        ("https://www.linkedin.com:443@evil.example/in/ana", "evil.example"),
        ("https://linkedin.com.evil.example/in/ana", "linkedin.com.evil.example"),
        ("https://notlinkedin.com/in/ana", "notlinkedin.com"),
        ("https://www-linkedin.com/in/ana", "www-linkedin.com"),
        ("https://127.0.0.1.evil.example/in/ana", "127.0.0.1.evil.example"),
        ("https://localhost.evil.example/in/ana", "localhost.evil.example"),
        ("https://l\u0456nkedin.com/in/ana", "xn--lnkedin-rog.com"),
    ],
)
def test_a_look_alike_is_not_taken_for_the_real_site(url: str, host: str) -> None:
    profile = canonical_profile_url(url)
    assert profile is not None
    assert profile.url == f"https://{host}/in/ana"


def test_the_path_of_a_profile_is_its_address_below_the_site() -> None:
    profile = canonical_profile_url("https://www.linkedin.com/in/%E4%BD%90%E8%97%A4")
    assert profile is not None
    assert profile_path(profile) == "in/%E4%BD%90%E8%97%A4"


hosts = st.sampled_from(
    [
        "www.linkedin.com",
        "linkedin.com",
        "127.0.0.1:8000/demo",
        "people.example",
        "\u00e9.example",
    ]
)
urls = st.one_of(
    st.text(),
    st.text(st.characters(exclude_categories=[])),
    st.builds(
        "{}{}/{}/{}{}".format,
        st.sampled_from(["", "//", "http://", "https://", "https://a@"]),
        hosts,
        st.sampled_from(["in", "company", "IN", "comm/in"]),
        st.text(st.characters(exclude_categories=[]), min_size=1),
        st.text(),
    ),
)


@given(urls)
def test_no_text_at_all_raises_and_a_canonical_address_maps_to_itself(url: str) -> None:
    profile = canonical_profile_url(url)
    if profile is not None:
        assert canonical_profile_url(profile.url) == profile
        assert profile.url.isascii()
        assert len(profile.url) <= URL_CHARS_MAX


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_addresses_are_equal_only_if_their_slugs_are(one: str, other: str) -> None:
    first = canonical_profile_url(f"https://www.linkedin.com/in/{one}")
    second = canonical_profile_url(f"https://www.linkedin.com/in/{other}")
    if first is not None and second is not None:
        assert (first.url == second.url) == (first.slug == second.slug)
