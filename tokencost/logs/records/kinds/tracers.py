"""What tracers store of the calls that they watch: Langfuse and LangSmith."""

from tokencost.logs.records.kind import LogKind, Path, Test, at, keys

_LANGFUSE = "https://langfuse.com/docs/observability/features/token-and-cost-tracking"
_OBSERVATIONS = "GENERATION|EMBEDDING|SPAN|EVENT|AGENT|TOOL|CHAIN|RETRIEVER|EVALUATOR|GUARDRAIL"
_SUMS = "SPAN|EVENT|AGENT|CHAIN"
"""Observations that call no model themselves: what they have of usage is that of the observations below them."""
_NO_MODEL = "SPAN|EVENT|AGENT|CHAIN|TOOL|RETRIEVER|EVALUATOR|GUARDRAIL"


def _langfuse() -> tuple[LogKind, ...]:
    """Observations of Langfuse, as its API and its page export them, and as it writes them to storage.

    The buckets of `usageDetails` exclude each other, and what the provider counts within the input or the output is
    added to it. Until it knew some instrumentations, theirs included each other: then the total is less than the sum
    (https://github.com/langfuse/langfuse/pull/13572). Nothing in an observation says which host served the request.
    """
    exported = _observation("langfuse", "usageDetails", ("traceId",), ("startTime",), ("endTime",))
    stored = _observation("langfuse-stored", "usage_details", ("trace_id",), ("start_time",), ("end_time",))
    return (
        _as_answered(exported, "usageDetails"),
        exported,
        _as_answered(stored, "usage_details"),
        stored,
        _without_usage(exported, ("traceId",), ("startTime",)),
        _without_usage(stored, ("trace_id",), ("start_time",)),
    )


def _observation(name: str, root: str, trace: Path, start: Path, end: Path) -> LogKind:
    return LogKind(
        name,
        _LANGFUSE,
        marks=(("type",), trace, (root, "input")),
        # Of what was named at first, and of the three ways in which it is written.
        model=at("model", "providedModelName", "provided_model_name"),
        input=keys(root, "input"),
        output=keys(root, "output"),
        # As the API of OpenAI, LangChain, OpenInference and Anthropic name it.
        cached=keys(
            root, "input_cached_tokens", "input_cache_read", "prompt_details.cache_read", "cache_read_input_tokens"
        ),
        write=keys(
            root,
            "input_cache_write_tokens",
            "input_cache_creation",
            "input_cache_write",
            "prompt_details.cache_write",
            "cache_creation_input_tokens",
        ),
        # `completionStartTime` is the time of the first token.
        time=(end, start),
        # As its wrapper of OpenAI's library notes it, in exports that have parameters as an object.
        tier=at("modelParameters.service_tier", "model_parameters.service_tier"),
        no_call=((("type",), _SUMS),),
        tests=(Test(("type",), _OBSERVATIONS),),
        total=keys(root, "total"),
        added=tuple(
            ("output", path)
            for path in keys(
                root,
                "output_reasoning_tokens",
                "output_reasoning",
                "output_accepted_prediction_tokens",
                "output_rejected_prediction_tokens",
            )
        ),
        excludes_cache=True,
        overlaps=True,
        id_pairs=((trace, ("id",)),),
    )


def _as_answered(kind: LogKind, root: str) -> LogKind:
    """Usage with fields that OpenAI's API has not, as DeepSeek's: it is stored as the provider answered it."""
    return kind._replace(
        name=f"{kind.name}-answered",
        marks=(*kind.marks[:2], (root, "prompt_tokens")),
        input=keys(root, "prompt_tokens"),
        output=keys(root, "completion_tokens"),
        cached=keys(root, "prompt_cache_hit_tokens", "cached_tokens"),
        write=keys(root, "cache_write_tokens"),
        total=keys(root, "total_tokens"),
        added=(),
        excludes_cache=False,
        overlaps=False,
    )


def _without_usage(kind: LogKind, trace: Path, start: Path) -> LogKind:
    """Observations of which no usage is known: most are no calls, and a generation that is none has failed."""
    return kind._replace(
        name=f"{kind.name}-other",
        marks=(("type",), trace, start),
        failed=((("level",), "ERROR"),),
        no_call=((("type",), _NO_MODEL),),
    )


_TIERS = ("", "priority_", "flex_")
_RUNS = "llm|chain|tool|retriever|embedding|prompt|parser"


def _langsmith() -> tuple[LogKind, ...]:
    """Runs of LangSmith: with the counts that its service makes, or those that a program sent to it.

    Runs that call no model have the sums of the runs below them. The input includes the cached tokens: "Sum of all
    input token types". The wrapper of OpenAI's library puts the name of a tier before `cache_read`.
    """

    def run(name: str, usage: str, tokens: str, details: str) -> LogKind:
        named = "input", "output"
        if tokens == "prompt":
            named = "prompt", "completion"
        counts = [f"{usage}.{side}_tokens" if usage else f"{side}_tokens" for side in named]
        read = [f"{place}.{tier}cache_read" for place in dict.fromkeys((details, _SENT)) for tier in _TIERS]
        return LogKind(
            name,
            "https://docs.langchain.com/langsmith/run-data-format",
            marks=at("run_type", counts[0]),
            model=at(
                "outputs.model",
                "outputs.llm_output.model_name",
                "extra.metadata.ls_model_name",
                "extra.invocation_params.model",
            ),
            input=at(counts[0]),
            output=at(counts[1]),
            cached=at(*read, f"{details}.cached_tokens"),
            write=at(f"{details}.cache_creation", f"{details}.cache_write"),
            time=at("end_time", "start_time"),
            tier=at("outputs.service_tier", "extra.invocation_params.service_tier"),
            hosts=at("extra.metadata.ls_provider"),
            no_call=((("run_type",), "chain|tool|retriever|prompt|parser"),),
            tests=(Test(("run_type",), _RUNS),),
            total=at(f"{usage}.total_tokens" if usage else "total_tokens"),
            id=at("id"),
        )

    counted = run("langsmith", "", "prompt", "prompt_token_details")
    other = counted._replace(
        name="langsmith-other", marks=at("run_type", "start_time"), failed=((("status",), "error|pending"),)
    )
    return (
        counted,
        run("langsmith-sent", "outputs.usage_metadata", "input", _SENT),
        run(
            "langsmith-metadata",
            "extra.metadata.usage_metadata",
            "input",
            "extra.metadata.usage_metadata.input_token_details",
        ),
        run(
            "langsmith-result",
            "outputs.llm_output.token_usage",
            "prompt",
            "outputs.llm_output.token_usage.prompt_tokens_details",
        ),
        other,
    )


_SENT = "outputs.usage_metadata.input_token_details"

TRACERS = (*_langfuse(), *_langsmith())
