"""Bills of providers, as they are downloaded: what was charged on each day. They are set beside costs, never priced.

DeepSeek's export holds `cost-*.csv` beside `amount-*.csv`. No page documents its header: this is what programs that
read such exports expect, with days written as 20260701 or 2026-07-01. OpenAI's Costs API gives pages of buckets:
https://platform.openai.com/docs/api-reference/usage/costs
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any, NamedTuple

from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.files.decompress import open_decompressed
from tokencost.logs.files.detect import compression_of
from tokencost.logs.files.zipped import MAGIC as ZIP
from tokencost.logs.files.zipped import open_member, open_zip

DEEPSEEK_COLUMNS = ("model", "wallet_type", "cost", "currency")
DEEPSEEK_DAYS = ("utc_date", "start_time_iso")
"""The day of a line; the second, with the offset of the user, since August 2026."""
LONGEST_BILL = 64 * 1024 * 1024
"""Bytes of a bill: one has a line for each day, and not for each request."""
_COSTS_RESULT = "organization.costs.result"
_DAY = re.compile("([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_AMOUNT = re.compile(r"-?[0-9]{1,15}([.][0-9]{1,40})?([eE][+-]?[0-9]{1,2})?")
_HINT = (
    "--bill takes DeepSeek's cost-*.csv (utc_date, model, wallet_type, cost, currency), the .zip that holds it, or a "
    "page of OpenAI's Costs API"
)


class Charge(NamedTuple):
    """One line of a bill."""

    day: date
    """In UTC."""
    model: str | None
    """As the bill writes it; None where a line names none."""
    line_item: str | None
    """What an OpenAI bill calls the line: `gpt-4o-2024-08-06, input`."""
    amount: Decimal
    currency: str


class ProviderBill(NamedTuple):
    """All lines of a bill."""

    provider: str
    charges: tuple[Charge, ...]
    has_more: bool = False
    """Whether the last page says that there are more."""


def read_bill(shown: str, content: bytes) -> ProviderBill:
    """The bill in a file. Raises `InvalidData` where it is none, or where a line is no charge."""
    text = content.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in ("{", "["):
        return _read_pages(shown, text)
    return _read_table(shown, text)


def is_bill(content: str) -> bool:
    """Whether a file that begins so is a bill of DeepSeek or OpenAI, rather than a log."""
    first = content.lstrip("\ufeff \t\r\n")
    if first[:1] in ("{", "["):
        return f'"{_COSTS_RESULT}"' in content
    names = {name.strip().strip('"').lower() for name in first.partition("\n")[0].split(",")}
    return names >= set(DEEPSEEK_COLUMNS) and bool(names & set(DEEPSEEK_DAYS))


def _read_table(shown: str, text: str) -> ProviderBill:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    charges, problems = [], []
    try:
        names = reader.fieldnames or ()
        missing = [] if set(names) & set(DEEPSEEK_DAYS) else [DEEPSEEK_DAYS[0]]
        missing += [name for name in DEEPSEEK_COLUMNS if name not in names]
        if missing:
            raise InvalidData([Problem(shown, 1, f"is no bill: it has no column {missing[0]}", _HINT)])
        for row in reader:
            charge = _charge(_day_of(row), row["model"], None, row["cost"], row["currency"])
            if isinstance(charge, Charge):
                charges.append(charge)
            else:
                problems.append(Problem(shown, reader.line_num, charge, "mend the line, or leave it out"))
    except csv.Error as error:
        hint = "download the bill again"
        problems.append(Problem(shown, reader.line_num, f"is no line of a table: {error}", hint))
    if problems:
        raise InvalidData(problems[:20])
    return ProviderBill("deepseek", tuple(charges))


def _day_of(row: Mapping[str, str | None]) -> str | None:
    """The day of a line in UTC, where it says so; of a time with an offset that in which it lies in UTC."""
    if (day := row.get("utc_date")) is not None:
        return day
    written = row.get("start_time_iso")
    try:
        start = datetime.fromisoformat(written or "")
    except ValueError:
        return written
    return (start if start.tzinfo is None else start.astimezone(UTC)).date().isoformat()


def _read_pages(shown: str, text: str) -> ProviderBill:
    pages = list(_pages(text))
    if not pages or not all(isinstance(page, dict) and isinstance(page.get("data"), list) for page in pages):
        raise InvalidData([Problem(shown, 1, "is no bill: it is no page of buckets", _HINT)])
    charges, problems = [], []
    for page in pages:
        for bucket in page["data"]:
            for charge in _charges_of(bucket):
                if isinstance(charge, Charge):
                    charges.append(charge)
                else:
                    problems.append(Problem(shown, 1, charge, _HINT))
    if problems:
        raise InvalidData(problems[:20])
    return ProviderBill("openai", tuple(charges), bool(pages[-1].get("has_more")))


def _pages(text: str) -> Iterator[Any]:
    """One page, a list of them, or one after another."""
    decoder = json.JSONDecoder(parse_float=Decimal)
    text = text.strip()
    while text:
        try:
            value, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            yield None
            return
        yield from value if isinstance(value, list) else [value]
        text = text[end:].strip()


def _charges_of(bucket: object) -> Iterator[Charge | str]:
    results = bucket.get("results") if isinstance(bucket, Mapping) else None
    if not isinstance(bucket, Mapping) or not isinstance(results, Sequence) or isinstance(results, str):
        yield "a bucket of it has no results"
        return
    start = bucket.get("start_time")
    day = (
        datetime.fromtimestamp(start, UTC).date().isoformat()
        if isinstance(start, int) and 0 <= start < 4102444800  # noqa: PLR2004  # the year 2100
        else None
    )
    for result in results:
        amount = result.get("amount") if isinstance(result, Mapping) else None
        if not isinstance(result, Mapping) or not isinstance(amount, Mapping):
            yield "a result of it has no amount"
            continue
        item = result.get("line_item")
        name = item.partition(",")[0].strip() if isinstance(item, str) else None
        yield _charge(day, name, item, amount.get("value"), amount.get("currency"))


def _charge(day: object, model: object, item: object, amount: object, currency: object) -> Charge | str:
    """The charge, or what is wrong with it."""
    found = _DAY.fullmatch(str(day or "").strip())
    try:
        known = date(*map(int, found.groups())) if found else None
    except ValueError:
        known = None
    if known is None:
        return f"{str(day)[:40]!r} is no day"
    text = str(amount).strip()
    if isinstance(amount, bool) or not _AMOUNT.fullmatch(text):
        return f"{text[:40]!r} is no amount of money"
    code = str(currency or "").strip().upper()
    if code not in ("USD", "CNY"):
        return f"{str(currency)[:20]!r} is no currency in which prices are listed: USD or CNY"
    return Charge(known, str(model) if model else None, str(item) if item else None, Decimal(text), code)


def load_bill(path: str) -> ProviderBill:
    """The bill in a file, which may be compressed, or a member of the zip file as it was downloaded.

    Raises `InvalidRequest` where it cannot be opened, and `InvalidData` where it is no bill.
    """
    try:
        with open(path, "rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise InvalidRequest(f"cannot read {path}: {error.strerror or error}", "name the file of the bill") from None
    if head in ZIP:
        return _load_from_zip(path)
    with open_decompressed(path, compression_of(head), path) as inner:
        return read_bill(path, _read_whole(inner, path))


def _load_from_zip(path: str) -> ProviderBill:
    with open_zip(path, path) as members:
        for info, packed in members:
            with open_member(packed, info, path) as inner:
                content = _read_whole(inner, path)
            if is_bill(content.decode("utf-8-sig", "replace")):
                return read_bill(f"{path}/{info.filename}", content)
    raise InvalidData([Problem(path, 0, "holds no bill", _HINT)])


def _read_whole(stream: IO[bytes], shown: str) -> bytes:
    content = stream.read(LONGEST_BILL + 1)
    if len(content) > LONGEST_BILL:
        raise InvalidData([Problem(shown, 0, f"is longer than {LONGEST_BILL:,} bytes, and so no bill", _HINT)])
    return content
