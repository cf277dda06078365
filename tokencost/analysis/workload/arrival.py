"""When requests arrive, as people write it: `mon-fri`, `Monday-Friday`, `weekdays`, `9-18`, `9am-5pm`.

Options, workload.toml and Python all come here. Each check raises `ValueError(message, hint)`.
"""

import re

from tokencost.pricetable.hours import DAY_NAMES, OpenHours, parse_hours
from tokencost.pricetable.spelling import fold_case

FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORDS = {
    "weekdays": "mon-fri",
    "weekday": "mon-fri",
    "workdays": "mon-fri",
    "working days": "mon-fri",
    "business days": "mon-fri",
    "weekend": "sat-sun",
    "weekends": "sat-sun",
    "every day": "mon-sun",
    "all days": "mon-sun",
    "daily": "mon-sun",
    "all": "mon-sun",
}
SHORTEST_NAME = 2
"""Letters: `mo` is Monday, and no two days begin with the same two."""
NOON = 12
ALL_HOURS = ("all", "all day", "all hours", "always", "24h", "24 hours")
_AND = re.compile(r"[,;/&]|\band\b")
_TO = re.compile(r"\s*(?:-|\bto\b|\buntil\b)\s*")
_TIME = re.compile(r"(\d{1,2})(?:[:.h]?(\d\d))?\s*(?:([ap])\.?m\.?|h|uhr|o'clock)?", re.ASCII)
_SHORT = re.compile(r"\d{1,2}", re.ASCII)


def days_of_arrival(value: object) -> frozenset[int]:
    """`mon-fri`, `"Monday-Friday"` or `["mon", "fri"]` as weekday numbers, Monday 0."""
    hint = "write them like mon-fri, sat,sun or weekdays"
    numbers: set[int] = set()
    for part in _parts(value, "days are weekdays", hint):
        first, *rest = _TO.split(WORDS.get(part, part))
        opens, ends = _weekday(first), _weekday(rest[0] if rest else first)
        if opens is None or ends is None or len(rest) > 1:
            raise ValueError(f"unknown weekday {part!r}", hint)
        numbers |= {(opens + n) % len(DAY_NAMES) for n in range((ends - opens) % len(DAY_NAMES) + 1)}
    return frozenset(numbers)


def hours_of_arrival(value: object) -> tuple[OpenHours, ...]:
    """`9-18`, `"9:00-12:00, 14:00-18:00"` or `["9am-5pm"]` as minutes of the day."""
    hint = "write them like 09:00-12:00,14:00-18:00, in 24 hours; 24:00 is the end of the day"
    parts = _parts(value, "hours are stretches of the day", hint)
    written: list[object] = []
    for part in parts:
        times = [_TIME.fullmatch(time) for time in _TO.split("0-24" if part in ALL_HOURS else part)]
        if len(times) != 2 or not (times[0] and times[1]):  # noqa: PLR2004  # from, to
            raise ValueError(f"malformed hours {part!r}", hint)
        opens, ends = _clock(times[0]), _clock(times[1])
        halves = [time[3] for time in times if time]
        small = all(_SHORT.fullmatch(time[0]) and int(time[0]) <= NOON for time in times if time)
        if (small and opens > ends) or (any(halves) and not all(halves)):
            raise ValueError(
                f"the hours {part!r} may be meant in the morning or in the afternoon",
                "write them in 24 hours, such as 09:00-17:00, or 21:00-05:00 for the night",
            )
        written.append(f"{opens}-{ends}")
    return parse_hours(written)


def _parts(value: object, what: str, hint: str) -> list[str]:
    """The items of a list, or of text with commas, in small letters."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError(what, hint)
    parts = [fold_case(part) for item in items for part in _AND.split(fold_case(item))]
    if not parts or not all(parts):
        raise ValueError(what, hint)
    return parts


def _weekday(text: str) -> int | None:
    """The number of the day of which this is the name, or the beginning of it."""
    name = text.removesuffix("s").removesuffix(".")
    found = [n for n, full in enumerate(FULL_NAMES) if len(name) >= SHORTEST_NAME and full.startswith(name)]
    return found[0] if len(found) == 1 else None


def _clock(time: re.Match[str]) -> str:
    """`9`, `9:30`, `0930` or `5pm` as `HH:MM`; what is no time of day, such as 30 or 14pm, stays one that is none."""
    hour, half = int(time[1]), time[3]
    if half and 1 <= hour <= NOON:
        hour = hour % NOON + (NOON if half == "p" else 0)
    elif half:
        return time[0]
    return f"{hour:02d}:{time[2] or '00'}"
