"""Records of one call: which of them counts, in words that engines share.

A call that was streamed, stored, logged again or copied is in several records with one name of the provider's. The
fullest counts: that with the most tokens; of these the one that knows most of them to be cached, then the latest.
Records that name different models are never one call: rather is something counted twice than anything lost.
"""

import re

from tokencost.logs.records.kind import REPEAT
from tokencost.logs.sql.aggregate import chosen_sql
from tokencost.logs.sql.fields import literal
from tokencost.logs.sql.parsing import matches_sql
from tokencost.logs.usage_query import UsageQuery

SHORTEST = 16
"""Letters and digits that a name has at least. Some servers number calls at random below a thousand."""
_UUID = "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_TRACE, _SPAN = "(0x|trace_)?[0-9a-fA-F-]{32,36}", "(0x|span_)?[0-9a-fA-F-]{16,36}"
FORMS = (
    # Chat Completions and those before it, of OpenAI and of those who answer in its format.
    "(chatcmpl|cmpl)-[A-Za-z0-9_-]+",
    # Responses, Anthropic's messages, OpenRouter, batches and their requests. People give such names too, but no such
    # end of random letters.
    "(resp|msg|gen|batch)[_-][A-Za-z0-9_-]*[A-Za-z0-9]{16,}",
    # DeepSeek's, those of gateways, and what LangChain calls a message.
    f"((lc_)?run--?)?{_UUID}(-[0-9]+)?",
    # Hexadecimal digits; a number alone may be that of a row, or a time.
    "[0-9a-fA-F]*[a-fA-F][0-9a-fA-F]*",
    f"{_TRACE}/{_SPAN}",
    # A trace and its span as protocol buffers write bytes in JSON.
    "[A-Za-z0-9+/]{22}==/[A-Za-z0-9+/]{11}=",
)
"""What names a call in all files. The numbers of rows, and names that people gave, are unique in one file at best."""
FORM = "|".join(f"({form})" for form in FORMS)


SHORT_FORM = "(chatcmpl|cmpl)-[A-Za-z0-9_-]+|(resp|msg|gen|batch)[_-][A-Za-z0-9]+"
"""What begins as a provider's name does, and is too short to be the only one: with its time it names a call."""


def is_name_sql(text: str) -> str:
    """Whether a text is of the form of a name of a call."""
    return f"length({text}) >= {SHORTEST} AND {matches_sql(text, f'^({FORM})$')}"


def may_name_sql(text: str) -> str:
    """Whether a text names a call, alone or with a time; and other long texts."""
    return f"length({text}) >= {SHORTEST} OR {matches_sql(text, f'^({SHORT_FORM})$')}"


def may_name(text: str) -> bool:
    """Whether a text names a call, alone or with a time."""
    return bool((len(text) >= SHORTEST and re.fullmatch(FORM, text)) or re.fullmatch(SHORT_FORM, text))


def _name_sql(text: str) -> str:
    timed = f"{text} || '@' || CAST(instant AS VARCHAR)"
    short = matches_sql(text, f"^({SHORT_FORM})$")
    return f"CASE WHEN {is_name_sql(text)} THEN {text} WHEN {short} THEN {timed} END"


def marked_sql(every: str, query: UsageQuery) -> str:
    """The records that `problems_sql` gives, with the code of repeats where another record of the call counts.

    What is rejected or was not billed stays so, whatever it repeats. Without a name a record is a call of its own.
    """
    names = _columns(query)
    kept = ", ".join(name for name in names if name != "code")
    call = f"CASE WHEN code IS NULL THEN {_name_sql('id')} END AS call_name"
    named = f"SELECT {', '.join(names)}, {call} FROM ({every}) AS r"
    # Records without a name would be one heap, and sorted on one machine: they are parted by what they hold.
    apart = "CASE WHEN call_name IS NULL THEN instant END, CASE WHEN call_name IS NULL THEN input END"
    # A gateway may write the provider before the model: https://docs.litellm.ai/docs/providers
    model = "replace(replace(lower(model), 'openai/', ''), 'deepseek/', '')"
    rank = f"row_number() OVER (PARTITION BY call_name, {model}, {apart} ORDER BY {_fullest_first(query)})"
    ranked = (
        f"SELECT {', '.join(names)}, CASE WHEN call_name IS NULL THEN 1 ELSE {rank} END AS place FROM ({named}) AS r"
    )
    code = f"CASE WHEN place > 1 THEN {literal(REPEAT)} ELSE code END AS code"
    return f"SELECT {kept}, {code} FROM ({ranked}) AS r{chosen_sql(query)}"


def unmarked_sql(every: str, query: UsageQuery) -> str:
    """Records that repeat no other, under the same columns."""
    kept = ", ".join(name for name in _columns(query) if name != "code")
    return f"SELECT {kept}, code FROM ({every}) AS r{chosen_sql(query)}"


def _columns(query: UsageQuery) -> list[str]:
    """The columns of records, without that of their name."""
    names = ["file", "shape", "model", "input", "output", "cached", "write", "requests", "summed", "instant", "until"]
    names += ["tier", "code", *(f"field_{place}" for place in range(len(query.fields)))]
    names += ["logged", "logged_in"] if query.compare_to else []
    return [*names, *query.call_columns]


def _fullest_first(query: UsageQuery) -> str:
    """The order in which records of a call count; it tells all apart that would cost or group differently."""
    order = ["input + output DESC", "cached + write DESC", "coalesce(instant, -1) DESC", "cached DESC", "output DESC"]
    order += [f"{name} DESC" for name in query.call_columns]
    order += ["CASE WHEN logged IS NULL THEN 1 ELSE 0 END", "logged DESC"] if query.compare_to else []
    # What says its tier, or who served it, comes before what says nothing and is `standard`.
    order += ["coalesce(tier, '')", "requests", "coalesce(until, -1)"]
    for field in (f"field_{place}" for place in range(len(query.fields))):
        order += [f"CASE WHEN {field} IS NULL THEN 1 ELSE 0 END", f"coalesce({field}, '')"]
    return ", ".join(order)
