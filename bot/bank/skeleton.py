"""`python -m bot new-question TOPIC`: a question to fill in, at the end of its topic's file."""

import difflib
import os
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.bank import loader, yamlfile
from bot.bank.quality import ANSWER_WORDS, CLARIFICATIONS, CODE_COLUMNS, FEWEST_OWN_STEMS, MINUTES, MOST_TASKS
from bot.bank.schema import COMPETENCES, DIFFICULTIES, FEWEST_POINTS, POINT, POINTS, PROMPT, TITLE, TYPES
from bot.bank.yamlfile import Unreadable
from bot.errors import Refused

_RUBRIC_POINT = """\
    - point:
      weight:
      competence:
      weak:
      solid:
      strong:
      heard:
        -
        -
"""


def skeleton(skills: str) -> str:
    """A question without a value in it: for each place that is empty the check says so. `skills` says which there are."""
    minutes = ", ".join(f"{difficulty} {shortest} to {longest}" for difficulty, (shortest, longest) in MINUTES.items())
    return f"""\
# A new question. Write something wherever nothing stands yet, and take these comments out as you go.
# docs/writing-questions.md says what makes a question good, and shows one as it grows.
- id:  # the situation in a few words joined by hyphens; people's history hangs on it, so that it never changes
  title:  # at most {TITLE} characters; the situation, not the answer
  difficulty:  # {", ".join(DIFFICULTIES)}
  type:  # {", ".join(TYPES)}
  skills: []  # {skills}
  minutes:  # {minutes}
  # One decision between two good things, every number that decides it, and one surprise.
  # At most {PROMPT:,} characters, {MOST_TASKS} numbered tasks, and {CODE_COLUMNS} columns in a block of code.
  prompt: |

  # For a system design {CLARIFICATIONS[0]} to {CLARIFICATIONS[1]} things that a candidate may ask, and the answers:
  # clarifications:
  #   - ask:
  #     answer:
  # They open a door and never name the answer.
  hints:
    -
  # {FEWEST_POINTS} to {POINTS} ideas, each of which a decent answer could lack.
  # point: a claim with a verb, at most {POINT} characters, that fits this question only.
  # weight: 3 for the two or three that it turns on, else 2 or 1.
  # competence: {", ".join(COMPETENCES)}.
  # weak, solid, strong: how it sounds, in one sentence each.
  # heard: 6 to 18 short ways to say it, with at least {FEWEST_OWN_STEMS} words that no other point has.
  rubric:
{_RUBRIC_POINT * FEWEST_POINTS}\
  # {ANSWER_WORDS[0]} to {ANSWER_WORDS[1]} words: the decision first, sums that are shown, what is given up, what fails,
  # what would change it. For a behavioral question it begins: *An example of a strong answer; yours should be your own.*
  answer: |

  mistakes:
    -
  follow_ups:
    - ask:
      listen_for:
  levels:
    mid:
    senior:
    staff:
  # Only what you are sure exists:
  # references:
  #   - title:
  #     url:
"""


def run(questions_dir: Path, topic_id: str) -> int:
    """Write the skeleton and say where it stands. Returns the exit code. Refused: no such topic, or a file that is not YAML any more."""
    path = _file_of(questions_dir, topic_id)
    try:
        with path.open("rb") as stream:
            text = yamlfile.decode(stream.read())
        document = yamlfile.parse(text, with_lines=True)
    except Unreadable as problem:
        raise Refused(f"{loader.shown(path)}:{problem.line}: {problem.message}. Mend this first.") from None
    except OSError as error:
        raise Refused(f"{loader.shown(path)} cannot be read: {error.strerror}.") from None
    questions = document.value.get("questions") if isinstance(document.value, dict) else None
    if not isinstance(questions, list) or not questions:
        raise Refused(f"{loader.shown(path)} has no `questions:` with a question in it, after which another could stand. Mend this first.")
    lines = text.splitlines()
    begins = document.line(("questions", len(questions) - 1))
    indent = lines[begins - 1][: -len(lines[begins - 1].lstrip())]
    before = _end_of_list(lines, begins)
    added = textwrap.indent(skeleton(_skills(document.value)), indent).splitlines()
    newline = "\r\n" if "\r\n" in text else "\n"
    name = loader.shown(path)
    longer = newline.join([*lines[:before], *added, *lines[before:], ""])
    if not _has_one_more(longer, len(questions)):
        raise Refused(f"{name} is laid out in a way that I cannot add to: begin each question on a line of its own, with `- id:`.")
    _replace(path, longer)
    print(f"{name}:{before + 1}: a question to fill in. `python -m bot check {name}` says what is missing.")
    return 0


def _file_of(questions_dir: Path, topic_id: str) -> Path:
    found = {path.stem: path for path in sorted(questions_dir.rglob(f"*{loader.SUFFIX}")) if not path.name.startswith(".")}
    if topic_id in found:
        return found[topic_id]
    if not found:
        raise Refused(
            f"There is no question file in {loader.shown(questions_dir)}: set QUESTIONS_DIR, or begin one as docs/writing-questions.md says."
        )
    near = difflib.get_close_matches(topic_id, found, n=3, cutoff=0.4)
    known = f"Near it: {', '.join(near)}." if near else f"There are {', '.join(found)}."
    raise Refused(f"There is no topic “{topic_id}”. {known} A new one begins with a file of its own: docs/writing-questions.md shows how.")


def _end_of_list(lines: Sequence[str], begins: int) -> int:
    """How many lines stand before the end of the list of questions: the next key of the file ends it, and so does the file."""
    for number in range(begins, len(lines)):
        if lines[number][:1] not in ("", " ", "#", "-"):
            return number
    end = len(lines)
    while not lines[end - 1].strip():
        end -= 1
    return end


def _has_one_more(text: str, before: int) -> bool:
    try:
        return len(yamlfile.parse(text, with_lines=False).value["questions"]) == before + 1
    except Unreadable:
        return False


def _skills(value: dict[str, Any]) -> str:
    """The skills that the header names, as far as it names them well."""
    named = value.get("skills")
    listed = [str(skill["id"]) for skill in named if isinstance(skill, dict) and "id" in skill] if isinstance(named, list) else []
    return f"one or more of {', '.join(listed)}" if listed else "words of your own joined by hyphens, since this topic's header names none"


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all: an author's work must not be lost to a full disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise Refused(f"{loader.shown(path)} cannot be written: {error.strerror}.") from None
