"""Fields that are mapped: one of a kind that is recognised, keys with dots, sums, and names that no record has."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost import PriceTable, price
from tokencost.errors import InvalidRequest, UnknownModel
from tokencost.logs.records.keys import probable_mapping
from tokencost.logs.records.paths import show_path, split_path, split_sum
from tokencost.logs.usage import usage

AT = "2025-03-01T12:00:00Z"
CHAT = {
    "object": "chat.completion", "model": "gpt-4o", "created": 1740830400,
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 200}},
}  # fmt: skip
FORMS = ["lines", "array"]


def written(folder: Path, *records: Any, form: str = "lines") -> str:
    path = folder / f"log.{form}"
    text = "\n".join(map(json.dumps, records)) if form == "lines" else json.dumps(records)
    path.write_text(text, encoding="utf-8")
    return str(path)


def cost(table: PriceTable, tokens: int, output: int, cached: int = 0) -> Decimal:
    return price(table, "gpt-4o", on=AT, input_tokens=tokens, output_tokens=output, cached_input_tokens=cached).total


@pytest.mark.parametrize("form", FORMS)
def test_one_field_is_mapped_and_the_others_stay(shipped: PriceTable, tmp_path: Path, form: str) -> None:
    record = CHAT | {"cache": {"hit": 600}, "asked": "gpt-4o-mini", "at": "2025-04-01T00:00:00Z", "sum": 7}
    path = written(tmp_path, record, form=form)
    assert usage(shipped, path).rows[0].cost.total == cost(shipped, 1000, 100, 200)
    (row,) = usage(shipped, path, mapping={"cached_input_tokens": "cache.hit"}).rows
    assert row.cost.total == cost(shipped, 1000, 100, 600)
    (row,) = usage(shipped, path, mapping={"model": "asked"}).rows
    assert (row.group, row.tokens.cached_input) == (("gpt-4o-mini",), 200)
    assert str(usage(shipped, path, mapping={"time": "at"}).first) == "2025-04-01"
    (row,) = usage(shipped, path, mapping={"output_tokens": "sum"}).rows
    assert row.cost.total == cost(shipped, 1000, 7, 200)


def test_a_mapped_input_is_the_whole_of_it_and_has_no_total(shipped: PriceTable, tmp_path: Path) -> None:
    usages = CHAT["usage"] | {"total_tokens": 1100}  # type: ignore[operator]  # a dict
    path = written(tmp_path, CHAT | {"usage": usages, "true_input": 1100})
    (row,) = usage(shipped, path, mapping={"input_tokens": "true_input"}).rows
    assert row.cost.total == cost(shipped, 1100, 100, 200)


def test_a_record_without_the_mapped_field_is_not_read_from_elsewhere(shipped: PriceTable, tmp_path: Path) -> None:
    path = written(tmp_path, CHAT | {"billed": 5}, CHAT)
    result = usage(shipped, path, mapping={"output_tokens": "billed"})
    assert (result.priced, [item.reason for item in result.rejected]) == (1, ["billed is missing"])


@pytest.mark.parametrize("form", FORMS)
def test_a_field_that_no_record_has(shipped: PriceTable, tmp_path: Path, form: str) -> None:
    path = written(tmp_path, CHAT, CHAT | {"flat.key": 1}, form=form)
    for mapping in ({"cached_input_tokens": "usage.prompt_tokens_detail.cached_tokens"},
                    {"output_tokens": "usage.completion_tokens+usage.reasoning"}):  # fmt: skip
        with pytest.raises(InvalidRequest, match=r"no record has the field usage\.") as raised:
            usage(shipped, path, mapping=mapping)
        assert path in str(raised.value)
    with pytest.raises(InvalidRequest) as raised:
        usage(shipped, path, mapping={"cached_input_tokens": "usage.prompt_tokens_detail.cached_tokens"})
    assert (raised.value.hint or "").startswith("near to it: usage.prompt_tokens_details.cached_tokens")
    with pytest.raises(InvalidRequest) as raised:
        usage(shipped, path, mapping={"output_tokens": "flat.key"})
    assert '"flat.key"' in (raised.value.hint or "")
    with pytest.raises(InvalidRequest, match="no record has the field spend that --compare-to names"):
        usage(shipped, path, compare_to="spend")


def test_a_field_that_some_record_has_is_enough(shipped: PriceTable, tmp_path: Path) -> None:
    path = written(tmp_path, *[CHAT] * 300, CHAT | {"hit": 5})
    (row,) = usage(shipped, path, mapping={"cached_input_tokens": "hit"}).rows
    assert row.tokens.cached_input == 5


def test_a_column_that_no_table_has(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"model,time,input_tokens,output_tokens,cache_hit\ngpt-4o,{AT},1000,10,400\n")
    with pytest.raises(InvalidRequest) as raised:
        usage(shipped, str(path), mapping={"cached_input_tokens": "cache_hits"})
    assert (raised.value.hint or "").startswith("near to it: cache_hit")
    (row,) = usage(shipped, str(path), mapping={"cached_input_tokens": "cache_hit"}).rows
    assert row.cost.total == cost(shipped, 1000, 10, 400)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("quoted", ['"{}"', '["{}"]', "['{}']"])
def test_keys_that_hold_dots(shipped: PriceTable, tmp_path: Path, form: str, quoted: str) -> None:
    record = {"llm.model_name": "gpt-4o", "n.in": 1000, "a": {"n.out": 10, "b": {"x.y": 600}}, "end": AT}
    path = written(tmp_path, record, form=form)
    inner = quoted.format("x.y")
    mapping = {
        "model": quoted.format("llm.model_name"), "input_tokens": quoted.format("n.in"),
        "output_tokens": f"a.{quoted.format('n.out')}", "time": "end",
        "cached_input_tokens": f"a.b{inner}" if inner.startswith("[") else f"a.b.{inner}",
    }  # fmt: skip
    (row,) = usage(shipped, path, mapping=mapping).rows
    assert row.cost.total == cost(shipped, 1000, 10, 600)
    assert usage(shipped, path, by=["llm.model_name", '"llm.model_name"'], mapping=mapping).rows[0].group == (
        None, "gpt-4o",
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_sums_of_fields(shipped: PriceTable, tmp_path: Path, form: str) -> None:
    parts = [{"fresh": 300, "hit": 600, "made": 100}, {"fresh": 5}, {"hit": 7}, {"fresh": "x", "hit": 1}]
    parts += [{"fresh": 9 * 10**18, "hit": 9 * 10**18}, {"fresh": -1, "hit": 3}, {}]
    path = written(tmp_path, *({"model": "gpt-4o", "time": AT, "n": each, "out": 10} for each in parts), form=form)
    mapping = {"input_tokens": "n.fresh+n.hit + n.made", "output_tokens": "out", "cached_input_tokens": "n.hit"}
    result = usage(shipped, path, mapping=mapping)
    assert (result.rows[0].tokens.input, result.rows[0].tokens.cached_input) == (1000 + 5 + 7, 607)
    assert (result.priced, result.rejected_count) == (3, 4)


def test_a_sum_is_for_tokens_alone(shipped: PriceTable, tmp_path: Path) -> None:
    path = written(tmp_path, CHAT)
    with pytest.raises(InvalidRequest, match="model is no sum of fields"):
        usage(shipped, path, mapping={"model": "a+b"})
    with pytest.raises(InvalidRequest, match="stands twice"):
        usage(shipped, path, mapping={"input_tokens": "a+a"})
    for wrong in ("a+", "+a", "a++b"):
        with pytest.raises(InvalidRequest, match="is not a field of a record"):
            usage(shipped, path, mapping={"input_tokens": wrong})


@pytest.mark.parametrize("form", [*FORMS, "csv"])
def test_input_that_excludes_what_is_cached(shipped: PriceTable, tmp_path: Path, form: str) -> None:
    names = ("model", "time", "input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens")
    rows = [("gpt-4o", AT, 300, 10, 600, 0), ("gpt-4o", AT, 50, 10, 0, 0)]
    if form == "csv":
        path = str(tmp_path / "log.csv")
        lines = [names, *rows]
        Path(path).write_text("".join(",".join(map(str, line)) + "\n" for line in lines))
    else:
        path = written(tmp_path, *(dict(zip(names, row, strict=True)) for row in rows), form=form)
    (row,) = usage(shipped, path, excludes_cached=True).rows
    assert row.cost.total == cost(shipped, 900, 10, 600) + cost(shipped, 50, 10)
    assert usage(shipped, path).rejected_count == 1


def test_a_model_for_records_that_name_none(shipped: PriceTable, tmp_path: Path) -> None:
    nameless = {key: value for key, value in CHAT.items() if key != "model"}
    path = written(tmp_path, nameless, nameless | {"model": ""}, CHAT | {"model": "o1"})
    result = usage(shipped, path, model="gpt-4o")
    assert [(row.group, row.tokens.requests) for row in result.rows] == [(("o1",), 1), (("gpt-4o",), 2)]
    assert usage(shipped, path).unpriced_rows == 2
    with pytest.raises(UnknownModel, match="gpt-4x"):
        usage(shipped, path, model="gpt-4x")


KEYS = st.text(st.sampled_from("ab.+[]\"' "), min_size=1, max_size=4).filter(lambda key: not {'"', "'"} <= set(key))


@given(st.lists(KEYS, min_size=1, max_size=4))
def test_a_path_is_read_as_it_is_shown(path: list[str]) -> None:
    shown = show_path(path)
    assert (split_path(shown) or tuple(shown.split("."))) == tuple(path)
    assert split_sum(f"{shown}+{shown}") == [shown.strip(), shown.strip()]


@pytest.mark.parametrize("name", ["a.b", 'say "x"', "[0]", "it's", '"', '""', '["x]', "a[b]", '"a"b', ".x", ""])
def test_a_name_in_which_quotes_mean_nothing(name: str) -> None:
    assert split_path(name) is None


def test_records_of_no_kind_say_what_would_read_them(shipped: PriceTable, tmp_path: Path) -> None:
    record = {"m": {"modelName": "gpt-4o"}, "tokens": {"in": 1000, "out": 10, "cacheRead": 400, "cacheWrite": 1},
              "prompt.tokens": 7, "completion.tokens": 8, "finishedAt": AT}  # fmt: skip
    for form in FORMS:
        path = written(tmp_path, record, {"x": 1}, form=form)
        (hint,) = usage(shipped, path).hints
        assert "m.modelName, tokens.in, tokens.out" in hint
        assert hint.endswith(
            "--map model=m.modelName --map 'input_tokens=\"prompt.tokens\"' "
            "--map 'output_tokens=\"completion.tokens\"' --map cached_input_tokens=tokens.cacheRead "
            "--map cache_write_tokens=tokens.cacheWrite --map time=finishedAt"
        )
    assert probable_mapping({("a",): 1, ("model",): "x"}) == ""
    assert usage(shipped, written(tmp_path, CHAT)).hints == ()


def test_a_table_of_no_kind_says_what_would_read_it(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"Model Name,When,Tokens In,Tokens Out\ngpt-4o,{AT},1,1\n")
    with pytest.raises(InvalidRequest) as raised:
        usage(shipped, str(path))
    said = "--map 'model=Model Name' --map 'input_tokens=Tokens In' --map 'output_tokens=Tokens Out' --map time=When"
    assert said in (raised.value.hint or "")


def test_a_plain_record_without_a_model_is_priced_once_it_is_named(shipped: PriceTable, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"time": "2025-03-01T12:00:00Z", "input_tokens": 1000, "output_tokens": 20}\n', encoding="utf-8")
    assert usage(shipped, path).unpriced_rows == 1
    result = usage(shipped, path, model="gpt-4o")
    assert (result.complete, [row.group for row in result.rows]) == (True, [("gpt-4o",)])
