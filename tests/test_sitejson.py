# SPDX-License-Identifier: GPL-2.0-or-later
"""A site as JSON, and back."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.addresses import StdioMonitor, TcpMonitor, UnixMonitor
from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.qemu.payload import Json
from colorunbook.sitejson import site_as_json, site_from_json
from tests.strategies import addresses, folders, printable, sites

sockets = folders.map(lambda path: f"{path}/q").filter(lambda path: len(path.encode()) < 108)
monitors = st.one_of(
    st.just(StdioMonitor()),
    sockets.map(UnixMonitor),
    st.builds(TcpMonitor, addresses, st.just(4444)),
)


@st.composite
def whole_sites(draw: st.DrawFn) -> Site:
    """Sites in which nothing need have its default."""
    site = draw(sites())
    try:
        return dataclasses.replace(
            site,
            primary=dataclasses.replace(site.primary, monitor=draw(monitors)),
            secondary=dataclasses.replace(site.secondary, monitor=draw(monitors)),
            disk=draw(st.sampled_from(["64M", "10G", "512"])),
            cpu=draw(st.sampled_from(["max", "qemu64,kvmclock=on"])),
            bridge_helper=draw(st.none() | folders),
            extra=tuple(draw(st.lists(printable, max_size=3))),
        )
    except InputError:  # an address of many hosts, or a port that is taken
        return site


@given(whole_sites())
def test_a_site_comes_back_equal(site: Site) -> None:
    """Through the text of a file as well."""
    assert site == site_from_json(json.loads(json.dumps(site_as_json(site))))


def test_what_is_left_out_has_its_default() -> None:
    """A journal may be older than a field."""
    assert Site() == site_from_json({})
    told = site_as_json(Site())
    told["primary"] = {"address": "127.0.0.1", "images": "/mnt/vms/colo-test-primary"}
    assert Site() == site_from_json(told)


def test_a_monitor_that_is_not_there_is_left_out() -> None:
    """It is ``null`` in JSON."""
    told = site_as_json(Site())
    told["secondary"] = {"address": "127.0.0.2", "images": "/x", "monitor": None}
    assert StdioMonitor() == site_from_json(told).secondary.monitor


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ([], r"\[\] is not a site"),
        ({"primary": "x"}, "'x' is not a host"),
        ({"primary": {"images": "/x"}}, "The address None is no text"),
        ({"primary": {"address": 5, "images": "/x"}}, "The address 5 is no text"),
        ({"primary": {"address": "a", "images": "/x", "monitor": "q"}}, "'q' is not a monitor"),
        ({"primary": {"address": "a", "images": "/x", "nose": "q"}}, "'nose' is nothing that"),
        ({"ports": {"nbd": 1.5}}, "The nbd 1.5 is no whole number"),
        ({"ports": {"nbd": 0}}, "out of range"),
        ({"memory": True}, "The memory True is no whole number"),
        ({"accel": "hvf"}, "'hvf' is no accelerator"),
        ({"accel": ["kvm"]}, "is no accelerator"),
        ({"extra": "-S"}, "'-S' is no list"),
        ({"extra": [1]}, "The word 1 is no text"),
        ({"bridge_helper": 1}, "The bridge_helper 1 is no text"),
        ({"nic": "e1000"}, "'e1000' is not a network card"),
        ({"nic": {"model": 5}}, "The model 5 is no text"),
        ({"nic": {"model": "virtio-net-pci", "vnet_hdr_support": 1}}, "neither true nor false"),
        ({"nic": {"vnet_hdr_support": True}}, "rtl8139 has no header"),
        ({"comparison": {"max_queue_size": 0}}, "max_queue_size 0 is out of range"),
        ({"comparison": {"compare_timeout": True}}, "True is no whole number"),
        ({"comparison": {"nose": 5}}, "'nose' is nothing that a comparison has"),
        ({"colour": "red"}, "'colour' is nothing that a site has"),
    ],
)
def test_what_is_no_site_is_refused(told: Json, message: str) -> None:
    """With the value that cannot be used."""
    with pytest.raises(InputError, match=message):
        site_from_json(told)
