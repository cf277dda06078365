"""The keys that records have: which of them are near to a name, and which probably hold what is billed."""

import re
from collections.abc import Iterable, Iterator, Mapping

from tokencost.logs.records.kind import Path
from tokencost.logs.records.paths import show_path

MOST_KEYS = 400
"""So many keys of records are looked at; more are of no log of requests."""
MOST_NEAR = 4
MOST_SHOWN = 12
CLOSE = 0.6
"""From this likeness on a key is near to a name, as `difflib` takes it."""
_DEEPEST = 8
_WORDS = re.compile("[^a-z0-9]")


def keys_of(record: Mapping[str, object]) -> Iterator[tuple[Path, object]]:
    """The fields of a record that hold values, each with its path; lists are not looked into."""
    yield from _below(record, ())


def _below(record: Mapping[str, object], above: Path) -> Iterator[tuple[Path, object]]:
    for name, value in record.items():
        path = (*above, name)
        if isinstance(value, Mapping) and value and len(path) < _DEEPEST:
            yield from _below(value, path)
        elif value is not None:
            yield path, value


def near_keys(wanted: Path, keys: Iterable[Path]) -> list[str]:
    """The keys that are near to a name, the nearest first, as they are typed: the last part of a path says most."""
    from difflib import SequenceMatcher

    whole, last = _plain(".".join(wanted)), _plain(wanted[-1])

    def likeness(path: Path) -> float:
        parts = (whole, _plain(".".join(path))), (last, _plain(path[-1]))
        return max(SequenceMatcher(None, one, other).ratio() for one, other in parts)

    found = sorted(((likeness(path), show_path(path)) for path in keys), key=lambda pair: (-pair[0], pair[1]))
    return [shown for ratio, shown in found if ratio >= CLOSE][:MOST_NEAR]


def _plain(name: str) -> str:
    return _WORDS.sub("", name.lower())


_MODEL = ("model", "modelname", "modelid", "modelslug", "llmmodel", "engine", "deployment")
_TIME = (
    "completedat", "endtime", "finishedat", "timestamp", "time", "createdat", "created", "datetime", "ts", "date",
    "starttime", "startedat", "at", "when",
)  # fmt: skip
_INPUT = (
    "inputtokens", "prompttokens", "tokensin", "tokensinput", "tokensprompt", "inputtokencount", "prompttokencount",
    "ninputtokens", "nprompttokens", "promptn", "input", "prompt", "intokens", "tokenin",
)  # fmt: skip
_OUTPUT = (
    "outputtokens", "completiontokens", "tokensout", "tokensoutput", "tokenscompletion", "outputtokencount",
    "completiontokencount", "noutputtokens", "ncompletiontokens", "completionn", "output", "completion", "outtokens",
    "tokenout",
)  # fmt: skip


def probable_mapping(fields: Mapping[Path, object]) -> str:
    """The `--map` options that would probably do for records with these fields; empty where no tokens are seen.

    A value that is not known, such as those of a column, is None.
    """
    texts = [path for path, value in fields.items() if isinstance(value, str | None) and not _is_count(value)]
    counts = [path for path, value in fields.items() if value is None or _is_count(value)]
    cached = [path for path in counts if "cache" in _plain(path[-1]) or "cache" in _plain(".".join(path[-2:]))]
    written = [path for path in cached if re.search("writ|creat", _plain(".".join(path[-2:])))]
    read = [path for path in cached if path not in written and "miss" not in _plain(path[-1])]
    plain = [path for path in counts if path not in cached]
    found = {
        "model": _first(_MODEL, texts),
        "input_tokens": _first(_INPUT, plain),
        "output_tokens": _first(_OUTPUT, plain),
        "cached_input_tokens": read[0] if read else None,
        "cache_write_tokens": written[0] if written else None,
        "time": _first(_TIME, fields),
    }
    if found["input_tokens"] is None or found["output_tokens"] is None:
        return ""
    return " ".join(f"--map {_quoted(f'{name}={show_path(path)}')}" for name, path in found.items() if path)


def _is_count(value: object) -> bool:
    if isinstance(value, str):
        return bool(re.fullmatch("[0-9]{1,15}", value))
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _first(names: tuple[str, ...], paths: Iterable[Path]) -> Path | None:
    """The path whose end is the first of these names; of several the one that is nested least."""
    for name in names:
        ends = [path for path in paths if name in (_plain(path[-1]), _plain(path[-1].rpartition(".")[2]))]
        if not ends:
            ends = [path for path in paths if _plain(".".join(path)).endswith(name) and len(name) > MOST_NEAR]
        if ends:
            return min(ends, key=len)
    return None


def _quoted(text: str) -> str:
    """As a shell takes it."""
    from shlex import quote

    return quote(text)
