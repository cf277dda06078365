"""A file from the network, fetched because somebody named its address, with limits on all that can go wrong."""

import http.client
import ipaddress
import socket
import ssl
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from tokencost.errors import UsageError

LARGEST = 50_000_000
"""Bytes. LiteLLM's table has 3 million."""
LONGEST = 60.0
"""Seconds for the whole of it."""
SILENCE = 15.0
"""Seconds without an answer."""
CHUNK = 65_536
DOWNLOAD = "download the file yourself and name it instead"


def fetch(address: str) -> bytes:
    """The bytes at an https address. Raises `UsageError`.

    A redirect must stay on https, and every host, redirected or not, must have a public address: this never reaches
    into a private network. Proxies of the environment are not used, since behind one the address cannot be checked.
    """
    _must_be_https(address)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), _PublicHttpsHandler(context=ssl.create_default_context()), _HttpsRedirects
    )
    request = urllib.request.Request(address, headers={"User-Agent": "tokencost", "Accept": "application/json"})  # noqa: S310  # https, checked above
    deadline = time.monotonic() + LONGEST
    try:
        with opener.open(request, timeout=SILENCE) as response:
            return _limited(response, address, deadline)
    except urllib.error.HTTPError as error:
        raise UsageError(f"{address} answers {error.code} {error.reason}", DOWNLOAD) from None
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, _Refused):
            raise UsageError(str(reason), DOWNLOAD) from None
        raise UsageError(f"{address} cannot be fetched: {reason}", DOWNLOAD) from None


class _Refused(OSError):
    """An address that is not to be reached."""


class _PublicConnection(http.client.HTTPSConnection):
    """A connection whose other end is on the public internet.

    The address is looked at once connected, before anything is sent: a name could resolve to another one between a
    check and the connection.
    """

    def connect(self) -> None:
        """Connect, check, and only then begin TLS."""
        for *_, place in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            if not _is_public(str(place[0])):
                raise _Refused(f"{self.host} is at {place[0]}, which is no public address")
        connected = socket.create_connection((self.host, self.port), self.timeout)
        peer = str(connected.getpeername()[0])
        if not _is_public(peer):
            connected.close()
            raise _Refused(f"{self.host} is at {peer}, which is no public address")
        self.sock = ssl.create_default_context().wrap_socket(connected, server_hostname=self.host)


class _PublicHttpsHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicConnection, req)


class _HttpsRedirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 5

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urlsplit(newurl).scheme != "https":
            raise _Refused(f"{req.full_url} redirects to {newurl}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _must_be_https(address: str) -> None:
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host = None
    else:
        if parts.scheme != "https":
            raise UsageError(f"{address} is not an https address", "name a file, or an address that begins https://")
    if not host:
        raise UsageError(f"{address} is no address", "write it like https://example.org/prices.json")


def _is_public(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_global and not (mapped or found).is_multicast)


def _limited(response: Any, address: str, deadline: float) -> bytes:
    content = bytearray()
    while chunk := response.read(CHUNK):
        content += chunk
        if len(content) > LARGEST:
            raise UsageError(f"{address} is larger than {LARGEST // 1_000_000} MB", DOWNLOAD)
        if time.monotonic() > deadline:
            raise UsageError(f"{address} took longer than {LONGEST:.0f} seconds", DOWNLOAD)
    return bytes(content)
