"""What `--map` does to the kinds of logs: each keeps its fields but for those that are said to stand elsewhere."""

from collections.abc import Mapping, Sequence

from tokencost.logs.records.kind import LogKind, Path
from tokencost.logs.records.kinds import LOG_KINDS

MAPPED_FIELDS = {
    "model": "model",
    "input_tokens": "input",
    "output_tokens": "output",
    "cached_input_tokens": "cached",
    "cache_write_tokens": "write",
    "time": "time",
    "until": "until",
    "tier": "tier",
    "region": "region",
    "requests": "requests",
}
"""What `--map` can say, in the words of the plain table, and the field of a kind that it sets."""
SUMMED_FIELDS = ("input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens")
"""Those of them that may be a sum of fields."""
MAPPED = "mapped"
"""The name of the kind that `--map` describes alone."""


def kinds_mapped(
    fields: Mapping[str, Sequence[Path]], kinds: Sequence[LogKind] = LOG_KINDS, *, excludes_cached: bool = False
) -> tuple[LogKind, ...]:
    """The kinds with these fields elsewhere, and the plain table with them for records of no other kind.

    `fields` holds the terms of each sum, by the names of `MAPPED_FIELDS`. `excludes_cached`: see `LogKind`.
    """
    known = [_with_fields(kind, fields) if _holds_usage(kind) else kind for kind in kinds]
    if fields:
        # After every kind that tells of usage, for those keep what is not mapped, and before those that tell of none.
        last = max((place for place, kind in enumerate(known) if _holds_usage(kind)), default=-1)
        known.insert(last + 1, plain_mapped(fields))
    if not excludes_cached:
        return tuple(known)
    return tuple(
        kind._replace(excludes_cache=True) if (kind.cached or kind.write) and not kind.types else kind for kind in known
    )


def plain_mapped(fields: Mapping[str, Sequence[Path]]) -> LogKind:
    """The plain table, with these of its fields elsewhere."""
    table = next(kind for kind in LOG_KINDS if kind.name == "table")
    # The region is looked at where it is mapped: a column of that name may mean anything.
    plain = table._replace(name=MAPPED, source="--map", flat=False, region=(), hosts=())
    kind = _with_fields(plain, fields)
    # A record may lack some fields of a sum, so that none of them marks it.
    summed = {name for name, _ in kind.added}
    marks = [getattr(kind, name)[0] for name in ("input", "output") if name not in summed]
    return kind._replace(marks=tuple(marks) or kind.model[:1])


def _holds_usage(kind: LogKind) -> bool:
    return bool(kind.input or kind.input_parts)


def _with_fields(kind: LogKind, fields: Mapping[str, Sequence[Path]]) -> LogKind:
    for name, terms in fields.items():
        field = MAPPED_FIELDS[name]
        added = tuple(term for term in kind.added if term[0] != field)
        if field in ("cached", "write"):
            kind = kind._replace(replaced=(*kind.replaced, *getattr(kind, field)))
        kind = kind._replace(
            added=(*added, *((field, path) for path in terms[1:])),
            **{field: (terms[0],)},  # type: ignore[arg-type]  # paths all
        )
        if field in ("input", "output"):
            # What is mapped is the whole of it, and is compared with no total.
            kind = kind._replace(total=(), input_parts=() if field == "input" else kind.input_parts)
        if field == "tier":
            kind = kind._replace(batch=(), fixed_tier=None)
    return kind
