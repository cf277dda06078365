"""Chat messages: the text in them, and the tokens that their template adds.

Neither provider promises these rules, so that what they give is an estimate:

- OpenAI: 3 tokens for each message, its role, 1 more for a name beside the name, and 3 for the beginning of the answer
  (https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb, which compares
  it with what the API counted).
- DeepSeek: 1 token for the beginning, 1 for each message of a user, 3 for each of the assistant (its mark, the end of
  its thinking, the end of its text), 2 for the beginning of the answer (its mark, and where thinking begins or ends);
  what the system says stands there as it is (the chat templates of V3.1 and later, tokenizer_config.json in
  https://huggingface.co/deepseek-ai/DeepSeek-V3.1, and encoding_dsv4.py of V4). V3 took 1 token less, and R1 1 more.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
OPENAI_MESSAGE, OPENAI_NAME, OPENAI_ANSWER = 3, 1, 3
DEEPSEEK_BEGINNING, DEEPSEEK_ANSWER = 1, 2
DEEPSEEK_MESSAGE = {"user": 1, "tool": 1, "function": 1, "assistant": 3}


class Conversation(NamedTuple):
    """One request: its texts, and what its template is made of."""

    texts: tuple[str, ...]
    roles: tuple[str, ...]
    names: tuple[str, ...]
    left_out: int = 0
    """How many parts are no text, such as pictures, or are definitions of tools."""


def read_conversation(record: object) -> Conversation | None:
    """The messages of one request: `{"messages": [...]}`, a record of a batch with that `body`, or one message.

    None where it is none of these.
    """
    if not isinstance(record, Mapping):
        return None
    body = record["body"] if isinstance(record.get("body"), Mapping) else record
    messages = body.get("messages")
    if messages is None and is_message(record):
        messages = [record]
    if not isinstance(messages, list) or not messages or not all(map(is_message, messages)):
        return None
    texts: list[str] = []
    left_out = len(body["tools"]) if isinstance(body.get("tools"), list) else 0
    for message in messages:
        found, others = _texts_of(message)
        texts += found
        left_out += others
    return Conversation(
        tuple(texts),
        tuple(message["role"] for message in messages),
        tuple(message["name"] for message in messages if isinstance(message.get("name"), str)),
        left_out,
    )


def is_message(record: object) -> bool:
    """Whether this is one message of a conversation."""
    return (
        isinstance(record, Mapping) and record.get("role") in ROLES and ("content" in record or "tool_calls" in record)
    )


def _texts_of(message: Mapping[str, Any]) -> tuple[list[str], int]:
    """The texts of a message, and how many other parts it has."""
    content = message.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    if not isinstance(parts, list):
        return [], 1
    texts = [part["text"] for part in parts if isinstance(part, Mapping) and isinstance(part.get("text"), str)]
    left_out = len(parts) - len(texts)
    for call in message.get("tool_calls") or ():
        function = call.get("function") if isinstance(call, Mapping) else None
        if isinstance(function, Mapping):
            arguments = function.get("arguments", "")
            texts += [str(function.get("name", "")), arguments if isinstance(arguments, str) else json.dumps(arguments)]
        else:
            left_out += 1
    return texts, left_out


def openai_overhead(asked: Conversation, count: Callable[[str], int]) -> int:
    """What the template adds with OpenAI's vocabularies."""
    named = sum(count(name) + OPENAI_NAME for name in asked.names)
    return OPENAI_ANSWER + named + sum(OPENAI_MESSAGE + count(role) for role in asked.roles)


def deepseek_overhead(asked: Conversation, count: Callable[[str], int]) -> int:  # noqa: ARG001  # as the other
    """What the template adds with DeepSeek's; roles are marks there, and names are not passed on."""
    return DEEPSEEK_BEGINNING + DEEPSEEK_ANSWER + sum(DEEPSEEK_MESSAGE.get(role, 0) for role in asked.roles)


OVERHEADS: dict[str, Callable[[Conversation, Callable[[str], int]], int]] = {
    "cl100k_base": openai_overhead,
    "o200k_base": openai_overhead,
    "deepseek-v3": deepseek_overhead,
}
"""The template that goes with each vocabulary."""
NOTHING = Conversation((), (), ())
"""What a template adds to a request whatever its messages are, is what it adds to this."""
