"""Whatever lies in the folder, the answer is a line with file and number: no traceback, no wait."""

import os
import re
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bank import check, loader
from tests.bank.conftest import GOOD, Write

MIB = 1 << 20
LONGEST_S = 20.0  # for a file of 1 MiB made to be slow, on a busy machine; the slowest takes some 3 s on an idle one
LINE = re.compile(r"[^\n]+:[1-9][0-9]*: [^\n]+")
SHIPPED = sorted((Path(__file__).parents[2] / "questions").glob("*.yaml"))


def answer(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What `check` prints on a file that is no good."""
    assert check.run([path], path.parent, strict=False, as_json=False) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(LINE.fullmatch(line) for line in lines), lines[:3]
    return lines


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", ":1: the file is empty"),
        (b" \n\n", ":1: the file is empty"),
        (b"# nothing yet\n", ":1: the file is empty"),
        (b"---\n", ":1: the file is empty"),
        (b"- a\n- b\n", ":1: a list or text where a mapping belongs"),
        (b"just words\n", ":1: a list or text where a mapping belongs"),
        (b"topic: x\nname: caf\xe9\n", ":2: this is not UTF-8 text"),
        (GOOD.encode("utf-16"), ":1: this is not UTF-8 text"),
        (GOOD.encode("utf-16-le"), ":1: there is a control character (U+0000)"),
        (b"topic: x\nname: \x07\n", ":2: there is a control character (U+0007)"),
        ("topic: é\nname: a\u2028b\n".encode(), ":2: there is a control character (U+2028)"),
        (b"topic: x\n\tname: y\n", ":2: there is a tab: use spaces"),
        (b"%YAML 9.9\n---\ntopic: x\n", ":1: this is not valid YAML"),
        (b"a: 1\n--- \nb: 2\n", ":2: a second document begins here"),
        (b"? {a: b}\n: c\n", ":1: a list or mapping where a key belongs"),
        (b"[" * 500_000 + b"]" * 500_000, ":1: more than 50 levels of nesting"),
        (b"[" * 500_000, ":1: more than 50 levels of nesting"),
        (b"{a: " * 200_000, ":1: more than 50 levels of nesting"),
        (b"- " * 500_000, ":1: more than 50 levels of nesting"),
        (b"? " * 500_000, ":1: a list or mapping where a key belongs"),
        ("".join(" " * depth + "a:\n" for depth in range(60)).encode(), ":51: more than 50 levels of nesting"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n", ":2: anchors (&), aliases (*)"),
        (b"a: !!python/object/apply:os.system ['echo']\n", ":1: anchors (&), aliases (*) and tags (!)"),
        (b"- []\n" * 20_001, ":20000: more than 20,000 lists and mappings: split the topic"),
        (b"x" * (MIB + 1), ":1: the file is larger than 1 MiB (1,048,577 bytes)"),
    ],
    ids=lambda value: repr(value[:16]),
)
def test_a_file_that_cannot_be_is_refused_in_a_line(write: Write, capsys: pytest.CaptureFixture[str], content: bytes, problem: str) -> None:
    path = write(content)

    assert any(line.startswith(f"{path}{problem}") for line in answer(path, capsys))


@pytest.mark.parametrize(
    "content",
    [
        "- yes\n" * (MIB // 6),
        "".join(f"k{number}: a\n" for number in range(MIB // 12)),
        "topic: serving\nquestions:\n" + "- id: a\n" * (MIB // 9),
        "topic: serving\nquestions:\n" + "- a\n" * (MIB // 5),
        "topic: serving\nquestions:\n- rubric:\n" + "  - {}\n" * (MIB // 8),
        "topic: serving\nquestions:\n" + "- id: a\n" * 19_000,
        "a: " + "1_" * (MIB // 2 - 4),
        "a: " + "1:" * (MIB // 2 - 4) + "1",
        '"' + "a" * (MIB - 2),
        "x" * (MIB - 4) + ": a",
        '"' + "x" * (MIB - 9) + '": a',
        "a: |\n" + "\n" * (MIB - 8),
        GOOD.replace("I would first", "  |\n      " + "| " * 2_000),
        GOOD.replace("I would first", "```\n      " * 500),
    ],
    ids=lambda content: repr(content[:16]),
)
def test_a_large_file_made_to_be_slow_is_answered_in_time(write: Write, capsys: pytest.CaptureFixture[str], content: str) -> None:
    began = monotonic()

    answer(write(content), capsys)

    assert monotonic() - began < LONGEST_S


@pytest.mark.parametrize(
    ("name", "make", "problem"),
    [
        ("folder.yaml", lambda path: path.mkdir(), "this is a folder, not a file"),
        ("pipe.yaml", os.mkfifo, "this is not a regular file"),
        ("gone.yaml", lambda path: path.symlink_to("nowhere"), "no such file or folder"),
        ("loop.yaml", lambda path: path.symlink_to("loop.yaml"), "it cannot be read: Too many levels of symbolic links"),
        ("zero.yaml", lambda path: path.symlink_to("/dev/zero"), "this is not a regular file"),
        (
            "short.yml",
            lambda path: path.write_text(GOOD.replace("serving", "short").replace("tenth", "ninth")),
            "question files end in .yaml: rename it",
        ),
        ("LOUD.YAML", lambda path: path.write_text(""), "question files end in .yaml: rename it"),
        ("new\nline.yaml", lambda path: path.write_text(""), "the file is empty"),
        (os.fsdecode(b"caf\xe9.yaml"), lambda path: path.write_text(""), "the file is empty"),
    ],
)
def test_what_is_no_question_file_is_named_beside_those_that_are(
    write: Write, capsys: pytest.CaptureFixture[str], name: str, make: object, problem: str
) -> None:
    folder = write().parent
    assert callable(make)
    make(folder / name)

    lines = [line for line in answer(folder, capsys) if "serving.yaml" not in line]

    assert any(f":1: {problem}" in line for line in lines), lines


def test_a_file_that_may_not_be_read_is_named(write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write()
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything
        monkeypatch.setattr(Path, "open", _denied)

    assert answer(path, capsys) == [f"{path}:1: it cannot be read: Permission denied"]


def _denied(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("name", ["gone.yaml", "gone", "x" * 300])
def test_a_path_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (line,) = answer(tmp_path / name, capsys)

    assert line.startswith(f"{tmp_path / name}:1: ")


def test_an_empty_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(tmp_path, capsys) == [f"{tmp_path}:1: there is no question file (*.yaml) in this folder"]


def test_what_editors_leave_in_the_folder_is_passed_over(write: Write) -> None:
    folder = write().parent
    (folder / ".#serving.yaml").symlink_to("someone@somewhere")
    write("broken: [", ".backup/serving.yaml")
    write("broken: [", "serving.yaml~")

    assert len(loader.load(folder)) == 1


SNIPPETS = st.sampled_from(
    [
        b"yes",
        b"&a ",
        b"*a",
        b"!!str ",
        b"\t",
        b"\x00",
        b"\xff",
        b"[",
        b"{",
        b"}",
        b": ",
        b"- ",
        b"<<: ",
        b"\n---\n",
        b"|\n",
        b"'",
        b'"',
        b"~",
        b"1e9",
        b"#",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A shipped file with bytes, lines or indentation changed in a few places."""
    path = draw(st.sampled_from(SHIPPED))
    header, list_begins, questions = path.read_bytes().partition(b"\nquestions:\n")
    data = header + list_begins + b"\n  - id: ".join(questions.split(b"\n  - id: ")[:2])  # a whole file takes too long to break so often
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 40))
        lines = data.splitlines(keepends=True) or [b""]
        row = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 6)):
            case 0:
                data = data[:at] + draw(st.binary(max_size=12)) + data[at:]
            case 1:
                data = data[:at] + data[at + length :]
            case 2:
                data = data[:at] + draw(SNIPPETS) + data[at:]
            case 3:
                data = b"".join(lines[:row] + lines[row + 1 :])
            case 4:
                data = b"".join([*lines[: row + 1], lines[row], *lines[row + 1 :]])
            case 5:
                data = b"".join([*lines[:row], b" " * draw(st.integers(1, 6)) + lines[row], *lines[row + 1 :]])
            case _:
                data = b"".join([*lines[:row], lines[row].lstrip(), *lines[row + 1 :]])
    return path.name, data


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=8) | st.sampled_from(["x" * 2_000, "a\nb", "easy"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.integers() | st.booleans(), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def rearranged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A shipped file that is YAML still, with a few of its values removed, replaced, or put under another key."""
    path = draw(st.sampled_from(SHIPPED))
    root = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    for _ in range(draw(st.integers(1, 3))):
        holder: Any = root
        while holder:
            key = draw(st.sampled_from(range(len(holder)) if isinstance(holder, list) else list(holder)))
            if not isinstance(holder[key], (dict, list)) or not holder[key] or draw(st.booleans()):
                break
            holder = holder[key]
        if not holder:
            continue
        match draw(st.integers(0, 2)):
            case 0:
                holder[key] = draw(VALUES)
            case 1:
                del holder[key]
            case _ if isinstance(holder, dict):
                holder[draw(st.text(max_size=8))] = holder.pop(key)
            case _:
                holder.insert(key, holder[key])
    return path.name, yaml.dump(root, Dumper=yaml.CSafeDumper, allow_unicode=draw(st.booleans()), sort_keys=False).encode()


@settings(max_examples=150, deadline=5_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=mutated() | rearranged())
def test_a_damaged_file_is_a_bank_or_lines_with_file_and_number(tmp_path: Path, file: tuple[str, bytes], capsys: pytest.CaptureFixture[str]) -> None:
    name, data = file
    path = tmp_path / "damaged" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)

    code = check.run([path], path.parent, strict=False, as_json=False)

    output = capsys.readouterr().out
    lines = output.splitlines()
    last = len(data.splitlines())
    assert "Input should" not in output  # the validator's words
    if code == 0:
        assert "In each cell" in output
    else:
        assert any(": warning: " not in line for line in lines)
        for line in lines:
            assert line.startswith(f"{path}:")
            assert LINE.fullmatch(line)
            assert int(line.removeprefix(f"{path}:").split(":")[0]) <= max(last, 1)
    path.unlink()


@settings(max_examples=100, deadline=5_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_are_answered(tmp_path: Path, data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(data)

    answer(path, capsys)
