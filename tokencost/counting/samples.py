"""What samples say of workloads and logs: how many tokens the same texts are on each model."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tokencost.counting.count import count_files, known_vocabulary
from tokencost.counting.counted import CountedBy, counted_by
from tokencost.errors import InvalidRequest
from tokencost.pricetable.resolve import find_named, split_time
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When


class Sample(NamedTuple):
    """Files that were counted for some models, as averages of their requests."""

    files: tuple[str, ...]
    requests: int
    tokens: Mapping[str, Fraction]
    """Tokens of a request, by vocabulary."""
    counted_by: Mapping[str, CountedBy]
    """The vocabulary of each model, by the name under which it was asked for."""

    def of(self, name: str) -> Fraction:
        """The tokens of a request on a model."""
        return self.tokens[self.counted_by[name].name]

    def factors(self, baseline: str) -> dict[str, Fraction]:
        """For each model, how many tokens for each one on the baseline. Raises `InvalidRequest` for no text at all."""
        if not self.of(baseline):
            raise InvalidRequest(f"{', '.join(self.files)} has no tokens to measure by", "name a file with text")
        return {name: self.of(name) / self.of(baseline) for name in self.counted_by}


def count_sample(
    table: PriceTable, files: Sequence[str], names: Iterable[str], on: When, *, answer: bool = False
) -> Sample:
    """Count files for models. An `answer` is text alone; chat messages of a prompt have their template.

    Raises as `count_files` does, and `UnknownModel`.
    """
    vocabularies = {name: vocabulary_of(table, name, on) for name in names}
    used = tuple(dict.fromkeys(by.name for by in vocabularies.values()))
    counts = count_files(files, used, plain_text=answer)
    requests = len(counts.requests[used[0]])
    tokens = {name: Fraction(counts.tokens(name), requests) for name in used}
    return Sample(tuple(text.name for text in counts.texts), requests, tokens, vocabularies)


def vocabulary_of(table: PriceTable, name: str, on: When) -> CountedBy:
    """The vocabulary of the model of this name, at its own time where it carries one."""
    bare, own = split_time(name)
    when = on if own is None else own
    return known_vocabulary(table, name, counted_by(table, find_named(table, bare, when), when))
