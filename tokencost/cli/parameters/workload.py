"""The fields of a workload as people type them: `40k`, `55%`, `mon-fri`, `cached=0:100%:10%`."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tokencost.errors import InvalidRequest
from tokencost.quantities import DOLLARS, is_like_a_number, number, parse_request
from tokencost.quantities import factor as read_factor
from tokencost.render import FORMATS

if TYPE_CHECKING:
    from tokencost.analysis.workload.sweep import Axis


def option_of(field: str) -> str:
    """The option that gives a field: `--output` alone would be a file."""
    return f"--{field}-tokens" if field in ("input", "output") else f"--{field.replace('_', '-')}"


def refuse_tokens(output: str | None) -> None:
    """Refuse a file that is named by a number of tokens, such as 350, 1.5k or 350tokens."""
    # A file may be called 2026.csv: digits with a suffix that a format has are a name.
    suffixes = tuple(suffix for known in FORMATS.values() for suffix in known.suffixes)
    if output and (is_like_a_number(output) or (output[0].isdigit() and not output.lower().endswith(suffixes))):
        option = option_of("output")
        raise InvalidRequest(
            f"--output is a file; tokens are {option} {output}",
            f"write {option} 350 or 1.5k; a file: --output costs.csv",
        )


def check_fields(options: Mapping[str, str | None], factors: tuple[str, ...]) -> dict[str, Any]:
    """The fields that options give as `field_requests` and so on, each checked; a problem names its option."""
    from tokencost.analysis.workload.fields import FIELDS

    checked = {}
    for key, text in options.items():
        if text is not None:
            name = key.removeprefix("field_")
            checked[name] = parse_request(FIELDS[name].check, text, option_of(name))
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
