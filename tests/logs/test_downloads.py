"""Downloads as they come: zip files, and folders with files beside the logs that are none."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from tokencost import PriceTable
from tokencost.errors import InvalidData, InvalidRequest
from tokencost.logs.usage import usage

LOG = "model,time,input_tokens,output_tokens\ngpt-4o,2025-03-01T12:00:00Z,1000,100\n"
LINE = json.dumps(
    {"model": "gpt-4o", "created": 1740830400, "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}
)
BILL = "user_id,utc_date,model,wallet_type,cost,currency\nu,2025-03-01,deepseek-chat,Paid,1,CNY\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def zipped(path: Path, **members: bytes | str) -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return str(path)


def test_a_zip_file_is_read_as_its_members(shipped: PriceTable, tmp_path: Path) -> None:
    members: dict[str, bytes | str] = {
        "a.csv": LOG, "deep/b.jsonl": LINE + "\nnope\n", "c.jsonl.gz": gzip.compress(LINE.encode()), "empty.jsonl": "",
        "notes.txt": "not a log", "__MACOSX/a.csv": "x", "deep/.hidden.csv": "x", "folder.csv/": "",
    }  # fmt: skip
    path = zipped(tmp_path / "logs.zip", **members)
    result = usage(shipped, path)
    assert (result.priced, result.rejected_count) == (3, 1)
    assert (result.rejected[0].file, result.rejected[0].line) == (f"{path}/deep/b.jsonl", 2)
    assert result.empty == (f"{path}/empty.jsonl",)


def test_a_zip_file_from_standard_input_or_without_its_suffix(
    shipped: PriceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "logs.json", **{"a.csv": LOG})
    assert usage(shipped, path).priced == 1
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(Path(path).read_bytes()))))
    assert usage(shipped, "-").priced == 1


def test_siblings_in_a_folder_a_pattern_or_a_zip_file_are_left_alone(shipped: PriceTable, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    members: dict[str, bytes | str] = {
        "amount.csv": LOG,
        "cost-2025-3.csv": BILL,
        "team.csv": "name,city\nx,y\n",
        "picture.json": PNG,
    }
    for name, content in members.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    packed = zipped(tmp_path / "export.zip", **members)
    for name in (str(folder), str(folder / "*"), packed):
        result = usage(shipped, name)
        assert (result.read, result.priced, result.complete) == (1, 1, True)
        said = " ".join(result.left_alone)
        assert len(result.left_alone) == 3
        assert "cost-2025-3.csv is a bill, which --bill sets beside the costs" in said
        assert "team.csv holds no usage that is recognised" in said
        assert "picture.json is a picture" in said


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("cost.csv", BILL.encode(), InvalidRequest, "is a bill"),
        ("team.csv", b"name,city\nx,y\n", InvalidRequest, "holds no usage that is recognised"),
        ("picture.json", PNG, InvalidData, "it is a picture"),
    ],
)
def test_what_is_named_itself_is_an_error(
    shipped: PriceTable, tmp_path: Path, name: str, content: bytes, error: type[Exception], message: str
) -> None:
    (tmp_path / "log.csv").write_text(LOG)
    path = tmp_path / name
    path.write_bytes(content)
    for names in ([str(path)], [str(tmp_path), str(path)], [str(path), str(tmp_path)]):
        with pytest.raises(error, match=message):
            usage(shipped, names)


def test_a_folder_of_siblings_alone(shipped: PriceTable, tmp_path: Path) -> None:
    (tmp_path / "cost.csv").write_text(BILL)
    with pytest.raises(InvalidRequest, match="no request logs there") as raised:
        usage(shipped, str(tmp_path))
    assert "cost.csv is a bill" in (raised.value.hint or "")
    (tmp_path / "team.csv").write_text("name,city\nx,y\n")
    with pytest.raises(InvalidRequest, match=r"team\.csv holds no usage"):
        usage(shipped, str(tmp_path))


def test_text_in_the_wrong_encoding_is_not_left_alone(shipped: PriceTable, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(LOG)
    (tmp_path / "b.csv").write_bytes(LOG.encode("utf-16"))
    with pytest.raises(InvalidData, match="text in UTF-16"):
        usage(shipped, str(tmp_path))


def _spoiled(packed: bytes) -> dict[str, bytes]:
    locked = bytearray(packed)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[packed.index(sign) + place] |= 1
    body = bytearray(packed)
    body[60] ^= 0xFF
    return {"cut": packed[:-30], "locked": bytes(locked), "changed": bytes(body), "magic": b"PK\x03\x04"}


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [("cut", "damaged"), ("locked", "has a password"), ("changed", "damaged"), ("magic", "damaged")],
)
def test_a_zip_file_that_cannot_be_read(shipped: PriceTable, tmp_path: Path, spoilt: str, message: str) -> None:
    path = Path(zipped(tmp_path / "logs.zip", **{"a.csv": LOG * 50}))
    path.write_bytes(_spoiled(path.read_bytes())[spoilt])
    with pytest.raises(InvalidData, match=message):
        usage(shipped, str(path))


def test_a_zip_file_without_logs(shipped: PriceTable, tmp_path: Path) -> None:
    for members in ({"a.md": "x"}, {}):
        with pytest.raises(InvalidData, match="without logs in it"):
            usage(shipped, zipped(tmp_path / "x.zip", **members))
    with pytest.raises(InvalidRequest, match="no request logs there"):
        usage(shipped, zipped(tmp_path / "x.zip", **{"a.txt": "x"}))


def test_text_files_of_a_folder_are_read_where_they_are_streams_and_those_of_a_pattern_whatever_they_are(
    shipped: PriceTable, tmp_path: Path
) -> None:
    (tmp_path / "lines.txt").write_text(LINE + "\n")
    (tmp_path / "stream.txt").write_text(f"data: {LINE}\n\n")
    (tmp_path / "notes.txt").write_text("not a log")
    assert (usage(shipped, str(tmp_path)).priced, usage(shipped, str(tmp_path / "lines.txt")).priced) == (1, 1)
    result = usage(shipped, str(tmp_path / "*.txt"))
    assert (result.priced, result.rejected_count) == (2, 1)


def test_a_folder_is_looked_into_with_its_zip_files(shipped: PriceTable, tmp_path: Path) -> None:
    """What lies unpacked beside its zip file, or was downloaded twice, counts once."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.csv").write_text(LOG)
    zipped(tmp_path / "deep" / "one.zip", **{"a.csv": LOG, "b.jsonl": LINE, "cost.csv": BILL})
    zipped(tmp_path / "deep" / "two (1).ZIP", **{"b.jsonl": LINE, "c.jsonl": f"{LINE}\n{LINE}"})
    zipped(tmp_path / "photos.zip", **{"a.jpg": "x"})
    locked = zipped(tmp_path / "locked.zip", **{"a.csv": LOG * 50})
    Path(locked).write_bytes(_spoiled(Path(locked).read_bytes())["locked"])
    for names in (str(tmp_path), [str(tmp_path / "**" / "*")]):
        result = usage(shipped, names)
        assert (result.read, result.priced, result.complete) == (4, 4, True)
        assert sorted(each.removeprefix(f"{tmp_path}/") for each in result.left_alone) == [
            f"deep/one.zip/a.csv is a copy of {tmp_path}/a.csv: left alone",
            "deep/one.zip/cost.csv is a bill, which --bill sets beside the costs",
            f"deep/two (1).ZIP/b.jsonl is a copy of {tmp_path}/deep/one.zip/b.jsonl: left alone",
            "locked.zip a.csv in it has a password: left alone",
            "photos.zip is a zip file without logs in it: left alone",
        ]


def test_a_zip_file_that_is_named_is_meant_whatever_lies_beside_it(shipped: PriceTable, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(LOG)
    one = zipped(tmp_path / "one.zip", **{"a.csv": LOG})
    assert usage(shipped, [one, str(tmp_path / "a.csv")]).priced == 2


def test_a_damaged_zip_file_in_a_folder_is_not_left_alone(shipped: PriceTable, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(LOG)
    (tmp_path / "one.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(InvalidData, match="damaged"):
        usage(shipped, str(tmp_path))


def test_so_many_members_the_zip_files_of_a_folder_may_have_together(
    shipped: PriceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        zipped(tmp_path / f"{name}.zip", **{f"{name}.csv": LOG + name, f"{name}-2.csv": LOG})
    monkeypatch.setattr("tokencost.logs.files.zipped.MOST_MEMBERS", 4)
    assert usage(shipped, str(tmp_path)).priced == 3
    monkeypatch.setattr("tokencost.logs.files.zipped.MOST_MEMBERS", 3)
    with pytest.raises(InvalidData, match="makes 4 logs in zip files, more than 3"):
        usage(shipped, str(tmp_path))


def test_members_whose_names_lead_elsewhere_stay_in_the_private_folder(shipped: PriceTable, tmp_path: Path) -> None:
    path = zipped(tmp_path / "logs.zip", **{"../../evil.csv": LOG, "/abs.csv": LOG, "a=b/*.csv": LOG})
    assert usage(shipped, path).priced >= 1
    assert not (tmp_path.parent.parent / "evil.csv").exists()
    assert not Path("/abs.csv").exists()
