"""Each slip of an author's is named in the line where it stands, in words that say what to do."""

from pathlib import Path

import pytest

from bot.bank import loader
from tests.bank.conftest import GOOD, Write

TITLE = "title: Fast on average, slow every tenth minute"
NOT_YAML = "this is not valid YAML: "


def listed(path: Path) -> list[tuple[int, str]]:
    """The problems of one file, by line."""
    _, problems = loader.read([path])
    assert all(problem.file == str(path) for problem in problems)
    return [(problem.line, problem.message) for problem in problems]


def test_a_file_in_good_shape_becomes_a_bank(write: Write) -> None:
    bank = loader.load(write().parent)

    question = bank.question("slow-every-tenth-minute")
    assert question is not None
    assert len(bank) == 1
    assert bank.topic_of(question.id).name == "Deployment and serving"
    assert question.rubric[2].heard == ("gc pause", "stop the world")
    assert question.prompt == "P50 is 12 ms and P99 is 900 ms.\n\nWhat do you look at, in what order?\n"


def test_a_byte_order_mark_and_foreign_line_ends_do_no_harm(write: Write) -> None:
    path = write(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())

    assert loader.load(path.parent).topics == loader.load(write().parent).topics


def test_the_header_may_hold_skills_and_the_plan(write: Write) -> None:
    header = "skills:\n  - {id: tail-latency, is: What the slowest see}\nmatrix: {easy: [3, 1, 0], medium: [3, 2, 1], hard: [2, 2, 0]}\nquestions:"

    (topic,) = loader.load(write(GOOD.replace("questions:", header)).parent).topics

    assert [(skill.id, skill.meaning) for skill in topic.skills] == [("tail-latency", "What the slowest see")]
    assert topic.matrix is not None
    assert topic.matrix.medium == (3, 2, 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (TITLE, f"titel: {TITLE[7:]}", 7, "unknown key `titel`: did you mean `title`?"),
        (TITLE, f"titel: {TITLE[7:]}", 6, "`title` is missing"),
        ("topic: serving", "id: serving", 2, "unknown key `id`"),
        ("        weight: 2", "        wieght: 2", 29, "unknown key `wieght`: did you mean `weight`?"),
        ("        weight: 2", "        wieght: 2", 28, "`weight` is missing"),
        ("    minutes: 10\n", "    minutes: 10\n    12: 1\n", 12, "unknown key `12`: known here are id, title,"),
        ("    title:", '    "ti\\ntle":', 7, "unknown key `ti tle`: did you mean `title`?"),
        ("    minutes: 10\n", "    minutes: 10\n    zzz: 1\n", 12, "unknown key `zzz`: known here are id, title,"),
        (TITLE, "title: " + "x" * 92, 7, "`title` is 92 characters, 12 too many"),
        ("P50 is 12 ms", "P50 is 12 ms" + " and so on" * 160, 12, "`prompt` is 1,669 characters, 169 too many"),
        ("- cron job", "- '" + "x" * 200 + "'", 26, "item 1 of `heard` is 200 characters, 40 too many"),
        ("minutes: 10", "minutes: ten", 11, "`minutes` is text where a whole number belongs"),
        ("minutes: 10", "minutes: '10'", 11, "`minutes` is text where a whole number belongs: leave out the quotes"),
        ("minutes: 10", "minutes: 10.5", 11, "YAML reads `10.5` as a number that is not a plain whole one"),
        ("minutes: 10", "minutes: 010", 11, "YAML reads `010` as a number that is not a plain whole one"),
        ("minutes: 10", "minutes: 0", 11, "`minutes` is 0: it must be at least 1"),
        ("minutes: 10", "minutes: -5", 11, "`minutes` is -5: it must be at least 1"),
        ("weight: 3", "weight: 4", 20, "`weight` is 4: it must be at most 3"),
        ("minutes: 10", "minutes: yes", 11, "YAML reads `yes` as true or false: put it in quotes"),
        ("minutes: 10", "minutes:", 11, "`minutes` has no value: write one, or remove the line"),
        ("difficulty: easy", "difficulty: simple", 8, "`difficulty` is `simple`: it must be one of 'easy', 'medium' or 'hard'"),
        ("type: technical", "type: [technical]", 9, "`type` is a list: it must be one of"),
        ("      mid: Finds the job.", "      yes: Finds the job.", 63, "YAML reads `yes` as true or false: put it in quotes"),
        ("          - cron job", "          - no", 26, "YAML reads `no` as true or false: put it in quotes"),
        ("          - cron job", "          - On", 26, "YAML reads `On` as true or false: put it in quotes"),
        ("          - cron job", "          - null", 26, "YAML reads `null` as no value: put it in quotes"),
        ("          - cron job", "          - 390", 26, "item 1 of `heard` is a number where text belongs: put it in quotes"),
        ("          - cron job", "          - 4.26", 26, "YAML reads `4.26` as a number that is not a plain whole one: put text in quotes"),
        ("          - cron job", "          - 12:30", 26, "YAML reads `12:30` as a number that is not a plain whole one: put text in quotes"),
        ("          - cron job", "          - 2026-11-24", 26, "YAML reads `2026-11-24` as a date: put it in quotes"),
        ("          - cron job", "          - =", 26, "`=` has a meaning of its own in YAML: put it in quotes"),
        ("          - cron job", "          - a: b", 26, "item 1 of `heard` is a mapping where text belongs"),
        ("          - cron job", "          - '  '", 26, "item 1 of `heard` is empty"),
        ("          - cron job", '          - "cron\\tjob"', 26, "there is a tab: use spaces"),
        ("          - cron job", '          - "cron\\0job"', 26, "there is a control character (U+0000): remove it"),
        ("    type: technical", "    type: technical\n    type: behavioral", 10, "the key `type` stands twice in the same mapping"),
        (TITLE, "title: |\n      Fast on average\n      and slow", 7, "`title` has a line break: it stands on a single line"),
        ("skills: [tail-latency]", "skills: [Tail latency]", 10, "item 1 of `skills` must be lower-case words and digits joined by hyphens"),
        ("skills: [tail-latency]", "skills: tail-latency", 10, "`skills` is text where a list belongs: begin each item with `- `"),
        ("skills: [tail-latency]", "skills: []", 10, "`skills` has 0 items: at least 1 belong there"),
        ("      - What else happens every ten minutes?", "      - a\n" * 5, 16, "`hints` has 5 items: at most 4 belong there"),
        (
            "    levels:\n      mid: Finds the job.\n      senior: Proves it.\n      staff: Prevents the next one.",
            "    levels: all",
            62,
            "`levels` is text where keys with values belong",
        ),
        ("https://doi.org", "doi.org", 67, "`url` must be an address that begins with https://"),
        ("topic: serving", "topic: severing", 2, "the topic `severing` stands in the file `serving.yaml`: rename one of the two"),
        ("topic: serving", "topic: &a serving", 2, "anchors (&), aliases (*) and tags (!) are not allowed"),
        ("minutes: 10", "minutes: *a", 11, "anchors (&), aliases (*) and tags (!) are not allowed"),
        ("minutes: 10", "minutes: !!int 10", 11, "anchors (&), aliases (*) and tags (!) are not allowed"),
        ("minutes: 10", "minutes: ! 10", 11, "anchors (&), aliases (*) and tags (!) are not allowed"),
        ("skills: [tail-latency]", "skills: !!python/tuple [a]", 10, "anchors (&), aliases (*) and tags (!) are not allowed"),
        ("    minutes: 10", "    <<: {minutes: 10}", 11, "`<<` merges mappings in YAML, which is not allowed here"),
        ("    minutes: 10", "    ? [a]\n    : b", 11, "a list or mapping where a key belongs"),
        ("    minutes: 10", "\tminutes: 10", 11, "there is a tab: use spaces"),
        (TITLE, TITLE.replace("Fast on", "Fast: on"), 7, NOT_YAML + "mapping values are not allowed in this context (put text with a colon in"),
        (TITLE, "title: @once", 7, NOT_YAML + "found character that cannot start any token (put text that begins with such a sign in quotes)"),
        (TITLE, 'title: "Fast" on average', 7, NOT_YAML + "did not find expected key (indent the line like those beside it, or look for a quote"),
        (f"    {TITLE}", f"   {TITLE}", 7, NOT_YAML + "did not find expected '-' indicator (indent the line like those beside it)"),
        (TITLE, "title: 'Fast on average", 7, NOT_YAML + "found unexpected end of stream (the quote that opens here is not closed)"),
        ("minutes: 10", "minutes: [10", 12, NOT_YAML + "did not find expected ',' or ']'"),
        ("    minutes: 10", "    minutes: 10\n---", 12, "a second document begins here (`---`): one file holds one topic"),
    ],
)
def test_a_slip_is_named_in_its_line(write: Write, old: str, new: str, line: int, message: str) -> None:
    assert old in GOOD

    problems = listed(write(GOOD.replace(old, new, 1)))

    assert any(at == line and text.startswith(message) for at, text in problems), problems


def test_all_slips_of_all_files_are_named_at_once_in_order(write: Write) -> None:
    broken = GOOD.replace("topic: serving", "topic: drift").replace("minutes: 10", "minutes: no").replace("weight: 3", "weight: 9")
    first = write(broken.replace("slow-every-tenth-minute", "another"), "drift.yaml")
    second = write(GOOD.replace("P50 is", "<" * 2_000).replace("mid:", "middle:"))

    _, problems = loader.read([first.parent])

    assert [(problem.file, problem.line) for problem in problems] == [
        (str(first), 11),
        (str(first), 20),
        (str(second), 12),
        (str(second), 62),
        (str(second), 63),
    ]


def test_one_wrong_value_is_one_line(write: Write) -> None:
    assert listed(write(GOOD.replace("minutes: 10", "minutes: yes"))) == [(11, "YAML reads `yes` as true or false: put it in quotes")]


def test_of_thousands_of_slips_the_first_are_named_and_the_rest_counted(write: Write) -> None:
    problems = listed(write(GOOD.replace("          - cron job\n", "          - yes\n" * 1_500)))

    assert len(problems) == loader.MOST_PROBLEMS + 1
    assert problems[-1] == (1_025, "from here on there are 501 more: mend those above first")


def test_two_wrong_values_on_one_line_are_both_named(write: Write) -> None:
    path = write(GOOD.replace('{title: "The Tail at Scale", url: "https://doi.org/10.1145/2408776.2408794"}', "{title: 4.5, url: nowhere}"))

    assert [line for line, _ in listed(path)] == [67, 67]


def test_a_question_id_that_is_taken_says_where_the_other_is(write: Write) -> None:
    first = write(GOOD.replace("topic: serving", "topic: drift"), "drift.yaml")
    second = write()

    _, problems = loader.read([first, second])

    assert [str(problem) for problem in problems] == [f"{second}:6: the question id `slow-every-tenth-minute` is taken: it stands at {first}:6 too"]


def test_a_topic_in_two_folders_is_named(write: Write) -> None:
    write(GOOD.replace("slow-every-tenth-minute", "another"), "more/serving.yaml")
    path = write()

    _, problems = loader.read([path.parent])

    assert [problem.message for problem in problems] == [f"the topic id `serving` is taken: it stands at {path}:2 too"]


def test_a_bank_with_problems_is_refused_with_the_lines_that_check_prints(write: Write) -> None:
    path = write(GOOD.replace("minutes: 10", "minutes: yes"))

    with pytest.raises(loader.BankProblems) as refused:
        loader.load(path.parent)

    assert refused.value.text == f"{path}:11: YAML reads `yes` as true or false: put it in quotes"


def test_files_below_where_the_author_stands_are_named_from_there(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(GOOD.replace("minutes: 10", "minutes: yes"), "questions/serving.yaml")
    monkeypatch.chdir(tmp_path)

    _, problems = loader.read([Path("questions")])

    assert [problem.file for problem in problems] == ["questions/serving.yaml"]
