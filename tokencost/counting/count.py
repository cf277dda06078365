"""The tokens of texts: of one in memory, or of files of any number and length."""

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from typing import NamedTuple

from tokencost.counting.counted import CountedBy, counted_by
from tokencost.counting.messages import NOTHING, OVERHEADS, Conversation, is_message, read_conversation
from tokencost.counting.tally import Tally, count_word
from tokencost.counting.texts import Decoded, LeftOut, TextFile, find_texts, plain
from tokencost.errors import InvalidData, InvalidRequest, Problem
from tokencost.logs.files.detect import suffix
from tokencost.pricetable.resolve import resolve
from tokencost.pricetable.table import PriceTable
from tokencost.pricetable.when import When

TEXT, MESSAGES = "text", "messages"
JSON_LINES = (".jsonl", ".ndjson")
LONGEST_LINE = 16 * 1024 * 1024
"""Characters of the first line of a file, up to which it may be a record of chat messages."""


class TextCount(NamedTuple):
    """The tokens of one file."""

    name: str
    kind: str
    """`text`, or `messages`: JSON lines of chat messages."""
    requests: int
    """One for a text; for messages, one for each line that holds a conversation."""
    characters: int
    size: int
    """Bytes, inside any compression."""
    tokens: Mapping[str, int]
    """By vocabulary, those of the template included."""
    overhead: Mapping[str, int]
    """By vocabulary, those of the template alone: an estimate."""


@dataclass(frozen=True)
class Counts:
    """The tokens of files, each vocabulary for itself."""

    texts: tuple[TextCount, ...]
    vocabularies: tuple[str, ...]
    requests: Mapping[str, "array[int]"] = field(repr=False)
    """By vocabulary, the input tokens of every request."""
    left_out: tuple[LeftOut, ...] = ()
    """Files in folders that are no text."""
    invalid: tuple[str, ...] = ()
    """Files with bytes that are not in their encoding."""
    not_text: int = 0
    """How many parts of messages were not counted: pictures, and definitions of tools."""
    forced: int = 0
    """How often a text had to be cut where its count may change by a token or two."""

    def tokens(self, vocabulary: str) -> int:
        """All of them."""
        return self._sums[vocabulary]

    @cached_property
    def _sums(self) -> dict[str, int]:
        return {name: sum(tokens) for name, tokens in self.requests.items()}


class TokenCount(NamedTuple):
    """How many tokens a text is for a model."""

    tokens: int
    tokenizer: str
    """The vocabulary they were counted with."""
    estimated: bool
    """Whether the provider has not said that the model has this vocabulary: it is the nearest that is known."""


def count_tokens(table: PriceTable, text: str, model: str, *, on: When | str) -> TokenCount:
    """How many tokens a text is for a model, without any template around it.

    `model` may be written as people do, and may carry a time. Raises `MissingExtra` without the libraries of the extra
    `[count]`, `UnknownModel` and `NoPrice`, and `InvalidRequest` for a model whose vocabulary nobody knows.
    """
    side = resolve(table, model, on)
    by = known_vocabulary(table, side.label, counted_by(table, side.model, side.when))
    tally = Tally((by.name,))
    tally.begin_request()
    tally.add_text((plain(text),))
    return TokenCount(tally.finish()[by.name][0], by.name, by.estimated)


def known_vocabulary(table: PriceTable, label: str, by: CountedBy | None) -> CountedBy:
    """The vocabulary of a model. Raises `InvalidRequest` where the table names none."""
    if by is None:
        raise InvalidRequest(
            f"{table.file} names no vocabulary for {label}",
            'write tokenizer = "o200k_base" under it, or nearest_tokenizer under its provider',
        )
    return by


def count_files(names: Sequence[str], vocabularies: Sequence[str], *, plain_text: bool = False) -> Counts:
    """The tokens of all files that these names, folders and globs stand for, in every vocabulary.

    With `plain_text`, the text of chat messages alone, without what their template adds. Raises `InvalidRequest` and
    `InvalidData` for what cannot be read, `MissingExtra` without the libraries.
    """
    files, left_out = find_texts(names)
    counter = _Counter(Tally(vocabularies), vocabularies, plain_text=plain_text)
    for file in files:
        counter.add_file(file)
    return counter.finish(left_out)


class _Counter:
    """Adds one file after the other."""

    def __init__(self, tally: Tally, vocabularies: Sequence[str], *, plain_text: bool) -> None:
        self._tally, self._vocabularies, self._plain_text = tally, tuple(vocabularies), plain_text
        self._found: list[tuple[str, str, int, int, int, dict[str, int]]] = []
        self._invalid: list[str] = []
        self._not_text = 0

    def add_file(self, file: TextFile) -> None:
        decoded = Decoded(file)
        blocks = decoded.blocks()
        head = _first_line(blocks)
        overhead = dict.fromkeys(self._vocabularies, 0)
        whole = chain((head,), blocks)
        holds_messages = _holds_messages(head)
        if _should_hold_messages(file) and not holds_messages and head.strip():
            hint = 'a line is {"messages": [...]}; to count it as it stands: tokencost count - < FILE'
            raise InvalidData([Problem(file.shown, 1, "holds no chat messages, as JSON lines do", hint)])
        if holds_messages:
            found = (MESSAGES, *self._add_messages(file, whole, overhead))
        else:
            self._tally.begin_request()
            found = (TEXT, 1, self._tally.add_text(whole))
        self._found.append((file.shown, *found, decoded.size, overhead))
        if decoded.invalid:
            self._invalid.append(file.shown)

    def _add_messages(self, file: TextFile, blocks: Iterator[str], overhead: dict[str, int]) -> tuple[int, int]:
        """Each line a request; or all lines one, where each is a message. How many requests and characters."""
        requests = characters = 0
        one_request: bool | None = None
        for line, text in enumerate(_lines(blocks), start=1):
            if not text.strip():
                continue
            record = _parse(text)
            asked = read_conversation(record)
            if asked is None or one_request not in (None, is_message(record)):
                message = "holds no chat messages in the form of the first line of this file"
                raise InvalidData([Problem(file.shown, line, message, "mend the line, or leave it out")])
            if one_request is None or not is_message(record):
                self._tally.begin_request()
                self._add_overhead(NOTHING, overhead)
                requests += 1
            one_request = is_message(record)
            characters += self._add_conversation(asked, overhead)
        return requests, characters

    def _add_conversation(self, asked: Conversation, overhead: dict[str, int]) -> int:
        self._not_text += asked.left_out
        self._add_overhead(asked, overhead, beside=NOTHING)
        return sum(self._tally.add_text((plain(text),)) for text in asked.texts)

    def _add_overhead(self, asked: Conversation, overhead: dict[str, int], beside: Conversation | None = None) -> None:
        """Add what the template of each vocabulary takes; less what it took for `beside`, which was added before."""
        if self._plain_text:
            return
        added = {}
        for name in self._vocabularies:
            if (rule := OVERHEADS.get(name)) is not None:
                count = partial(count_word, name)
                added[name] = rule(asked, count) - (rule(beside, count) if beside is not None else 0)
                overhead[name] += added[name]
        self._tally.add_tokens(added)

    def finish(self, left_out: Sequence[LeftOut]) -> Counts:
        requests = self._tally.finish()
        texts = []
        first = 0
        for name, kind, number, characters, size, overhead in self._found:
            own = slice(first, first + number)
            tokens = {vocabulary: sum(found[own]) for vocabulary, found in requests.items()}
            texts.append(TextCount(name, kind, number, characters, size, tokens, overhead))
            first += number
        return Counts(
            tuple(texts),
            self._vocabularies,
            requests,
            tuple(left_out),
            tuple(self._invalid),
            self._not_text,
            self._tally.splitter.forced,
        )


def _first_line(blocks: Iterator[str]) -> str:
    """The beginning of a text, up to the end of its first line that is not empty, or further."""
    head = ""
    for block in blocks:
        head += block
        text = head.lstrip()
        if (text and not text.startswith("{")) or "\n" in text or len(head) > LONGEST_LINE:
            break
    return head


def _holds_messages(head: str) -> bool:
    first = head.lstrip().partition("\n")[0]
    return first.startswith("{") and len(first) <= LONGEST_LINE and read_conversation(_parse(first)) is not None


def _should_hold_messages(file: TextFile) -> bool:
    """Whether somebody named a file of JSON lines; those that a folder led to may hold anything."""
    return not file.sought and suffix(file.name) in JSON_LINES


def _parse(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _lines(blocks: Iterator[str]) -> Iterator[str]:
    rest = ""
    for block in blocks:
        *lines, rest = (rest + block).split("\n")
        yield from lines
    if rest:
        yield rest
