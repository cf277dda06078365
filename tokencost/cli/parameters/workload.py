"""The fields of a workload as people type them: `40k`, `55%`, `mon-fri`, `cached=0:100%:10%`."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tokencost.errors import InvalidRequest
from tokencost.quantities import DOLLARS, is_like_a_number, number, parse_request
from tokencost.quantities import factor as read_factor
from tokencost.render import FORMATS, PICTURES

if TYPE_CHECKING:
    from tokencost.analysis.workload.sweep import Axis


SUFFIXES = tuple(
    suffix for known in (*(each.suffixes for each in FORMATS.values()), *PICTURES.values()) for suffix in known
)


def tokens_or_file(outputs: tuple[str, ...]) -> tuple[str | None, str | None]:
    """What `--output` gives: the output tokens where it is a number, else the file to write."""
    tokens = file = None
    for text in outputs:
        if is_like_a_number(text):
            tokens = text
        elif text[:1].isdigit() and not text.lower().endswith(SUFFIXES):
            raise InvalidRequest(
                f"--output: {text!r} is neither TOKENS nor the name of a file", "write 350 or 1.5k; a file: costs.csv"
            )
        else:
            file = text
    return tokens, file


def checked_fields(options: Mapping[str, str | None], factors: tuple[str, ...]) -> dict[str, Any]:
    """The fields that options give, each checked; a problem names its option."""
    from tokencost.analysis.workload.fields import FIELDS

    checked = {}
    for name, text in options.items():
        if text is not None:
            option = f"--{name.replace('_', '-')}"
            checked[name] = parse_request(FIELDS[name].check, text, option)
    given = {}
    for text in factors:
        model, equals, factor = text.rpartition("=")
        if not equals or not model:
            raise InvalidRequest(f"--token-factor: {text!r} names no model", "write it like deepseek-flash=1.1")
        given[model] = parse_request(read_factor, factor, "--token-factor")
    if given:
        checked["token_factors"] = given
    return checked


def parse_dollars(text: str, option: str) -> Fraction:
    """`500` or `$500`."""
    return parse_request(lambda given: number(given, DOLLARS), text, option)


def parse_axis(text: str) -> "Axis":
    """`cached=0:100%:10%` as the values of a field."""
    from tokencost.analysis.workload.sweep import axis

    field, _, values = text.partition("=")
    parts = values.split(":")
    if len(parts) != 3:  # noqa: PLR2004  # from, to, step
        raise InvalidRequest(f"--sweep: {text!r} is not a sweep", "write FIELD=FROM:TO:STEP, such as cached=0:100%:10%")
    first, last, step = parts
    return axis(field.strip().replace("-", "_"), first, last, step)
