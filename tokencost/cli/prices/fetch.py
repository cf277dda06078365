"""A file from the network, fetched because somebody named its address: https only, with limits on size and time."""

import http.client
import queue
import threading
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from tokencost.errors import InvalidRequest

LARGEST = 50_000_000
"""Bytes. LiteLLM's table has 3 million."""
LONGEST = 60.0
"""Seconds for the whole of it, from the look-up of the name to the last byte, redirects included."""
CHUNK = 65_536
DOWNLOAD = "download the file yourself and name it instead"
MISTYPED = "write it like https://example.org/prices.json, other than ASCII characters as %-codes"


def fetch(address: str) -> bytes:
    """The bytes at an https address, through the proxy of the environment if it has one. Raises `InvalidRequest`.

    A redirect must stay on https.
    """
    if not address.lower().startswith("https://"):
        raise InvalidRequest(f"{address} is not an https address", "name a file, or an address that begins https://")
    if problem := _find_problem(address):
        raise InvalidRequest(f"{address} is no https address: {problem}", MISTYPED)
    # In a thread of its own, since no limit of a socket holds for the whole: a server that now and then sends a byte,
    # of its headers or the rest, keeps within each of them. Left alone, the thread ends with the process.
    answers: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
    threading.Thread(target=_put_answer, args=(address, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=LONGEST)
    except queue.Empty:
        raise InvalidRequest(f"{address} took longer than {LONGEST:g} seconds", DOWNLOAD) from None
    if isinstance(answer, bytes):
        return answer
    if isinstance(answer, urllib.error.HTTPError):
        raise InvalidRequest(f"{address} answers {answer.code} {answer.reason}", DOWNLOAD)
    if isinstance(answer, OSError | http.client.HTTPException | ValueError | OverflowError):
        raise InvalidRequest(f"{address} cannot be fetched: {getattr(answer, 'reason', None) or answer}", DOWNLOAD)
    raise answer


def _put_answer(address: str, answers: "queue.SimpleQueue[bytes | Exception]") -> None:
    try:
        answers.put(_read_content(address))
    except Exception as error:  # noqa: BLE001  # it is raised where it is awaited
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        answers.put(error)


def _read_content(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"User-Agent": "tokencost", "Accept": "application/json"})  # noqa: S310  # https, checked above
    with urllib.request.build_opener(_HttpsRedirects).open(request, timeout=LONGEST) as response:
        content = bytearray()
        while chunk := response.read(CHUNK):
            content += chunk
            if len(content) > LARGEST:
                raise InvalidRequest(f"{address} is larger than {LARGEST // 1_000_000} MB", DOWNLOAD)
        return bytes(content)


class _HttpsRedirects(urllib.request.HTTPRedirectHandler):
    # By itself urllib would follow a redirect to http or ftp.
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        problem = _find_problem(newurl) if newurl.lower().startswith("https://") else "it is not https"
        if problem:
            fp.close()
            raise InvalidRequest(
                f"{req.full_url} redirects to {newurl}, to which this does not go: {problem}", DOWNLOAD
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _find_problem(address: str) -> str | None:
    """What makes it impossible to go there, found before anything is asked of the network."""
    if not address.isascii() or not address.isprintable() or " " in address:
        return "it has characters that no address has"
    try:
        parts = urlsplit(address)
        host, _ = (parts.hostname or "").encode("idna"), parts.port
    except ValueError as error:
        return str(error)
    return None if host else "it names no host"
