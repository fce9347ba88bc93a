"""`python -m bot show`: an author sees a question as people will."""

import pytest

from bot.bank.bank import Bank
from bot.errors import Refused
from bot.practice import show


def test_everything_that_people_see_of_a_question_is_printed(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    for topic in bank.topics:
        for question in topic.questions:
            assert show.run(bank, question.id) == 0
            printed = capsys.readouterr().out
            for part in (question.title, topic.name, question.prompt.strip(), *question.hints, *question.mistakes, question.levels.staff):
                assert part in printed
            for paragraph in question.answer.strip().split("\n\n"):
                assert paragraph.strip() in printed
            for asked in question.follow_ups:
                assert f"{asked.ask}\nA good interviewer listens for: ||{asked.listen_for}||" in printed
            for point in question.rubric:
                assert f"☐ {point.point}  ({point.competence}, weight {point.weight})\n    weak: {point.weak}\n" in printed
            assert f"Closes in {question.minutes} minutes, at " in printed
            assert "[ Answer ] [ Answer in DM ] [ Hint ] [ End now ] [ My debrief ]" in printed
            assert "<t:" not in printed


def test_an_id_that_is_not_there_is_answered_with_those_near_it(bank: Bank) -> None:
    with pytest.raises(Refused, match=r"There is no question “which-version-can-go-live” in the bank\. Near it: which-version-can-go-back-live"):
        show.run(bank, "which-version-can-go-live")
