"""Samples in place of numbers: `--prompt FILE`, `--answer FILE`, and `--token-factor @FILE`."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from tokencost.errors import InvalidRequest
from tokencost.pricetable.when import When

if TYPE_CHECKING:
    from tokencost.analysis.workload.fields import Workload
    from tokencost.counting.samples import Sample
    from tokencost.documents.document import Sentence
    from tokencost.pricetable.table import PriceTable

MARK = "@"
"""Begins a file where a number may stand, as it does with curl."""


class Samples(NamedTuple):
    """The files that are to be counted for a workload."""

    prompt: str | None
    answer: str | None
    factors: Mapping[str | None, str]
    """Files that measure token factors: of one model, or of all under None."""

    def __bool__(self) -> bool:
        return bool(self.prompt or self.answer or self.factors)


def split_factors(given: Sequence[str]) -> tuple[tuple[str, ...], dict[str | None, str]]:
    """`--token-factor` as numbers, and as files: `@prompts.jsonl`, or `o1=@prompts.jsonl` for one model."""
    numbers: list[str] = []
    files: dict[str | None, str] = {}
    for text in given:
        model, equals, value = text.partition(f"={MARK}")
        if text.startswith(MARK):
            model, equals, value = "", MARK, text.removeprefix(MARK)
        if not equals:
            numbers.append(text)
        elif not value:
            raise InvalidRequest(f"--token-factor: {text!r} names no file", "write it like @prompts.jsonl")
        else:
            files[model or None] = value
    return tuple(numbers), files


def use_samples(
    table: "PriceTable", workloads: Sequence["Workload"], samples: Samples, names: Sequence[str], on: When
) -> tuple[tuple["Workload", ...], list["Sentence"]]:
    """The workloads with the tokens that the samples have on each model, and what is to be said of it.

    `names` are the models, the baseline last: the input and output tokens of a workload are those on the baseline.
    """
    from tokencost.counting.samples import count_sample
    from tokencost.documents.count import say_sample

    *_, baseline = names
    used = tuple(workloads)
    said: list[Sentence] = []

    def count(file: str, *, answer: bool = False) -> "Sample":
        return count_sample(table, (file,), dict.fromkeys(names), on, answer=answer)

    for model, file in samples.factors.items():
        sample = count(file) if model is None else count_sample(table, (file,), (model, baseline), on)
        found = sample.factors(baseline)
        used = tuple(
            each._replace(token_factors={**found, **each.token_factors, **({model: found[model]} if model else {})})
            for each in used
        )
        said += say_sample(sample, "Token factors are measured in")
    if samples.prompt:
        sample = count(samples.prompt)
        found = sample.factors(baseline)
        # What was typed for the output holds for it still.
        used = tuple(
            each._replace(
                input=sample.of(baseline),
                token_factors=found,
                output_factors=each.token_factors if each.output_factors is None else each.output_factors,
            )
            for each in used
        )
        said += say_sample(sample, "The input of a request is that of")
    if samples.answer:
        sample = count(samples.answer, answer=True)
        used = tuple(
            each._replace(output=sample.of(baseline), output_factors=sample.factors(baseline)) for each in used
        )
        said += say_sample(sample, "The output of a request is that of")
    return used, [*dict.fromkeys(said)]


def measure_factors(
    table: "PriceTable",
    files: Mapping[str | None, str],
    models: Sequence[str],
    logged: Callable[[], Mapping[str, When]],
) -> tuple[dict[str | None, Fraction], list["Sentence"]]:
    """Token factors of `--as` models for logs: tokens on them for each one on the models that the logs are of.

    `logged` gives these models with a time of each. Raises `InvalidRequest` where they have several vocabularies.
    """
    from tokencost.counting.samples import count_sample, vocabulary_of
    from tokencost.documents.count import say_sample
    from tokencost.quantities import MOST_DECIMALS

    if not models:
        raise InvalidRequest("--token-factor goes with --as", "name a model: --as deepseek-flash")
    own = logged()
    vocabularies = {vocabulary_of(table, name, when).name: name for name, when in own.items()}
    if len(vocabularies) != 1:
        names = ", ".join(sorted(vocabularies)) or "none"
        raise InvalidRequest(
            f"these logs are of models with {len(vocabularies)} vocabularies ({names}), so that no one factor holds",
            "measure each with tokencost count, and price logs of one vocabulary at a time",
        )
    (baseline,) = vocabularies.values()
    factors: dict[str | None, Fraction] = {}
    said: list[Sentence] = []
    for model, file in files.items():
        chosen = models if model is None else (model,)
        sample = count_sample(table, (file,), dict.fromkeys((*chosen, baseline)), max(own.values()))
        found = sample.factors(baseline)
        # A log's tokens are multiplied as decimal numbers, by the engine.
        factors |= {name: round(found[name], MOST_DECIMALS) for name in chosen}
        said += say_sample(sample, "Token factors are measured in")
    return factors, [*dict.fromkeys(said)]
