"""Addresses and URLs that a stranger may name in order to reach what is none of his."""

# ruff: noqa: S104
FORBIDDEN = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "169.254.170.2", "172.16.0.1",
    "172.31.255.255", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:db8::1", "2002:a9fe:a9fe::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "not-an-address",
]  # fmt: skip


LOCAL = [
    "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]", "[::ffff:127.0.0.1]", "localhost",
]  # fmt: skip
METADATA = [
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "[::ffff:169.254.169.254]", "[fd00:ec2::254]",
]  # fmt: skip
FULL_WIDTH = [
    "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
]  # fmt: skip
SCHEMES = [
    "file:///etc/passwd", "gopher://a.example/", "ftp://a.example/", "javascript:alert(1)", "data:,a", "//a.example/",
    "dict://a.example:11211/", "a.example", "", "http://", "http:///a", "jar:http://a.example!/",
]  # fmt: skip
BROKEN = [
    "http://a.example:22/", "http://a.example:8080/", "http://u:p@a.example/", "http://a.example\\@127.0.0.1/",
    "http://a.example /", "http://a.example/\r\nX: y", "http://[::1", "http://a.example:99999/", "http://a\x00b/",
]  # fmt: skip
PATHS = ("/", "/latest/meta-data/iam/security-credentials/", ":80/", "?a#b", ":443/x", "/%2e%2e/")
HOSTILE = [
    *SCHEMES,
    *BROKEN,
    *(
        f"{scheme}://{host}{path}"
        for scheme in ("http", "https")
        for host in (*LOCAL, *METADATA, *FULL_WIDTH)
        for path in PATHS
    ),
]
