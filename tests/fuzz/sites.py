# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad site files, and bad settings."""

from random import Random

from tests.fuzz.cases import Case
from tests.fuzz.noise import ODD, latin, of_text

RUNBOOKS = (
    "launch-primary",
    "launch-secondary",
    "prepare-secondary",
    "start-replication",
    "set-checkpoint-delay",
    "bring-up",
    "primary-failover",
    "secondary-failover",
    "primary-resume",
    "secondary-resume",
    "launch-alone",
    "prepare-primary",
    "protect",
)

GOOD = """\
[primary]
address = "10.0.0.1"
images = "/srv/colo"
qmp = "unix:/run/qemu/a.qmp"

[secondary]
address = "10.0.0.2"
images = "/srv/colo"
qmp = "tcp:127.0.0.1:4444"

[ports]
compare = 9001
mirror = 9003
secondary_in = 9004
compare_out = 9005
migration = 9998
nbd = 9999

[guest]
memory = 4096
cpu = "qemu64,kvmclock=on"
accel = "tcg"
disk = "40G"
bridge_helper = "/usr/lib/qemu/qemu-bridge-helper"
checkpoint_delay = 500
extra = ["-name", "mail"]
nic = "virtio-net-pci"
vnet_hdr_support = true

[comparison]
compare_timeout = 1000
expired_scan_cycle = 500
max_queue_size = 128
"""

TOML = (
    "5",
    "-5",
    "0",
    "9223372036854775808",
    "9" * 5000,
    "0x" + "f" * 400,
    "1.5",
    "nan",
    "inf",
    "1e400",
    "true",
    "1979-05-27T07:32:00Z",
    "07:32:00",
    '""',
    '" "',
    '"\\u0000"',
    '"\\u001b[31m"',
    '"\\ud800"',
    '"\\U0010ffff"',
    '"a\\nb"',
    "'''a\nb'''",
    '"' + "x" * 20000 + '"',
    "[]",
    '["", 5, []]',
    "[" * 200 + "]" * 200,
    "[" * 5000,
    "{}",
    '{a = {b = {c = "x"}}}',
    "{a = " * 2000,
    '"::"',
    '"::ffff:10.0.0.2"',
    '"fe80::1%eth0"',
    '"10.0.0.2"',
    '"1.2.3.4.5"',
    '"255.255.255.255"',
    '"224.0.0.1"',
    '"a..b"',
    '"-a"',
    '"unix:"',
    '"unix:x"',
    '"unix:/' + "x" * 200 + '"',
    '"tcp:::1:1"',
    '"tcp:[::1:1"',
    '"tcp:x:99999"',
    '"tcp:10.0.0.1:9998"',
    '"stdio"',
    '"/"',
    '"//"',
    '"/a,b c\\u00e9"',
    '"/\\u202e"',
    '"0G"',
    '"9999999999999999999T"',
    '"1"',
)

OTHER_FILES = ("/dev/null", "/dev/zero", ".", "", "/proc/self/mem", "no/such", "/etc/shadow/x")


def make(random: Random) -> Case:
    """A site file that is read by one of the verbs that read one."""
    name = random.choice(("site.toml", "site.toml", "colorunbook.toml"))
    words = [*_verb(random), *(("--site", name) if name == "site.toml" else ())]
    for _ in range(random.choice((0, 0, 0, 1, 3))):
        words += ["--set", _setting(random)]
    if random.random() < 0.03:
        words += ["--site", random.choice(OTHER_FILES)]
    return Case("site", tuple(words), {name: _text(random)})


def _verb(random: Random) -> tuple[str, ...]:
    book = random.choice(RUNBOOKS)
    return random.choice(
        (
            ("show", book),
            ("show", book, "--json"),
            ("show", book, "--edition", "blockdev", "--qemu", "7.2"),
            ("run", book, "--dry-run", "--qemu", "11.1"),
            ("run", book, "--dry-run", "--qemu", "10.0", "--json"),
            ("run", book),
            ("run", book, "--dry-run"),
            ("render", "out", "--diff"),
            ("render", "out", "--check"),
        )
    )


def _text(random: Random) -> str:
    match random.randrange(8):
        case 0:
            return latin(of_text(random, GOOD))
        case 1:
            return "".join(chr(random.randrange(256)) for _ in range(random.randrange(300)))
        case 2:
            return latin(GOOD).encode().decode("latin-1")[: random.randrange(900)]
        case 3:
            return GOOD.encode(random.choice(("utf-16", "utf-32", "utf-8-sig"))).decode("latin-1")
        case 4:
            more = random.choice(
                ("a.b.c = 1\n", "[a.b]\n", "[[guest]]\n", "primary = 5\n", "[guest")
            )
            return latin(random.choice((GOOD + more, more + GOOD)))
        case _:
            return latin(_with_values(random))


def _with_values(random: Random) -> str:
    """The good file with some values replaced by others."""
    lines = GOOD.splitlines()
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(lines))
        key, equals, _ = lines[at].partition(" = ")
        if equals:
            lines[at] = f"{key} = {random.choice(TOML)}"
    return "\n".join(lines)


def _setting(random: Random) -> str:
    table = random.choice(("guest", "primary", "secondary", "ports", "comparison", "x", ""))
    keys = ("memory", "address", "qmp", "nbd", "extra", "disk", "images", "nic", "", "x.y")
    key = random.choice((*keys, "vnet_hdr_support", "max_queue_size"))
    value = random.choice((random.choice(TOML), random.choice(ODD).replace("\0", "")))
    return random.choice((f"{table}.{key}={value}", f"{table}.{key}", f"{table}={value}", value))
