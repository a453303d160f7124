"""Which addresses a business may have us call: promises.md B.5, one row for every spelling and network it names."""

import ipaddress

import pytest

from portal import address
from portal.address import REFUSED, Refused, Rules, Target

STRICT = Rules()


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://hooks.example.com/portal?x=1&y=%20", "https://hooks.example.com/portal?x=1&y=%20"),
        ("https://hooks.example.com", "https://hooks.example.com/"),
        ("https://hooks.example.com:443/", "https://hooks.example.com/"),
        ("https://hooks.example.com:/x", "https://hooks.example.com/x"),
        ("HTTPS://Hooks.Example.COM/X", "https://hooks.example.com/X"),
        ("https://b\u00fccher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://hooks\u3002example\u3002com/", "https://hooks.example.com/"),
        ("https://\uff48ooks.example.com/", "https://hooks.example.com/"),
        ("https://7hooks.example.com/", "https://7hooks.example.com/"),
        ("https://127.0.0.1.example.com/", "https://127.0.0.1.example.com/"),
    ],
)
def test_an_ordinary_address_is_read(url: str, read: str) -> None:
    found = address.parse(url, STRICT)
    assert isinstance(found, Target)
    assert found.url == read


@pytest.mark.parametrize(
    "host",
    [
        "0x7f.1", "2130706433", "0177.0.0.1", "127.1", "127.0.0.1", "0x7f000001", "0", "1", "127.0.0.0x1",
        "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460", "\uff11\uff12\uff17.\uff10.\uff10.\uff11", "93.184.216.34",
        "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2606:2800:220:1::1]", "[fe80::1%25eth0]",
        "localhost", "LOCALHOST", "app.localhost", "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3", "intranet",
        "router.local", "metadata.google.internal", "nas.home.arpa", "a.onion", "hooks.example.com.",
        "%31%32%37.example.com", "-a.example.com", "a-.example.com", "a_b.example.com", "a..example.com",
        ".example.com", f"{'a' * 64}.example.com", ".".join(["abcdefgh"] * 32), "xn--.com", "exa\u2100mple.com",
    ],
)  # fmt: skip
def test_a_host_that_looks_like_a_number_or_a_name_at_home_is_refused(host: str) -> None:
    assert isinstance(address.parse(f"https://{host}/", STRICT), Refused)


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example.com", "http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd",
        "javascript:alert(1)", "gopher://hooks.example.com/", "//hooks.example.com/", "https:///x", "https://",
        "https://user@hooks.example.com/", "https://user:secret@hooks.example.com/", "https://@hooks.example.com/",
        "https://hooks.example.com:8443/", "https://hooks.example.com:80/", "https://hooks.example.com:0/",
        "https://hooks.example.com:65536/", "https://hooks.example.com:x/", "https://hooks.example.com/#part",
        "https://hooks.example.com/a b", "https://hooks.example.com/\r\nHost: other", "https://hooks.example.com/\x00",
        "https://hooks.example.com\\@evil.example.com/", "https://hooks.example.com/caf\u00e9",
        "https://hooks.example.com/\u202e", "https://[hooks.example.com/", " https://hooks.example.com/",
        "https://hooks.example.com/" + "x" * 2000,
    ],
)  # fmt: skip
def test_anything_but_plain_https_on_its_usual_port_is_refused(url: str) -> None:
    found = address.parse(url, STRICT)
    assert isinstance(found, Refused)
    assert found.sentence.endswith(".")


def test_the_operator_may_allow_more_ports() -> None:
    found = address.parse("https://hooks.example.com:8443/", Rules(frozenset({443, 8443})))
    assert isinstance(found, Target)
    assert found.authority == "hooks.example.com:8443"


@pytest.mark.parametrize(
    "ip",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170",
        "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255",
    ],
)  # fmt: skip
def test_special_ipv4_is_refused(ip: str) -> None:
    assert address.is_refused(ip, STRICT)


@pytest.mark.parametrize(
    "ip",
    [
        "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "100:0:0:1::1", "2001::1", "2001:0:7f00:1::", "2001:2::1",
        "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "2620:4f:8000::1", "3fff::1",
        "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
        "4000::1", "8000::1", "1::1",
    ],
)  # fmt: skip
def test_special_ipv6_is_refused(ip: str) -> None:
    assert address.is_refused(ip, STRICT)


@pytest.mark.parametrize(
    "ip",
    [
        "8.8.8.8", "1.1.1.1", "93.184.216.34", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255", "203.0.114.0",
        "223.255.255.255", "2001:4860:4860::8888", "2606:4700:4700::1111", "2001:200::1", "2400::1", "2a00:1450::1",
        "2003::1", "3ffe::1",
    ],
)  # fmt: skip
def test_ordinary_addresses_of_both_families_pass(ip: str) -> None:
    """A deny list elsewhere once grew until it held all of IPv4."""
    assert not address.is_refused(ip, STRICT)


def test_the_deny_list_leaves_most_of_both_internets() -> None:
    four = sum(each.num_addresses for each in REFUSED if each.version == 4)
    assert four < 0.15 * 2**32
    six = ipaddress.ip_network("2000::/3")
    inside = sum(each.num_addresses for each in REFUSED if each.version == 6 and each.network_address in six)
    assert inside < 0.01 * six.num_addresses


@pytest.mark.parametrize("url", ["http://127.0.0.1:9999/x", "https://localhost:8000/", "http://[::1]:1/"])
def test_this_machine_may_be_called_only_where_the_operator_says_so(url: str) -> None:
    assert isinstance(address.parse(url, STRICT), Refused)
    assert isinstance(address.parse(url, Rules(may_loop=True)), Target)


def test_allowing_this_machine_allows_no_other() -> None:
    lax = Rules(may_loop=True)
    assert not address.is_refused("127.0.0.1", lax)
    assert not address.is_refused("::1", lax)
    for ip in ("10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fe80::1", "0.0.0.0"):
        assert address.is_refused(ip, lax)
    assert isinstance(address.parse("http://hooks.example.com/", lax), Refused)
    assert isinstance(address.parse("http://10.0.0.1/", lax), Refused)
