"""What the account room looks like."""

from discord import ui

from bot.ui.actions import FIRST_QUESTION
from bot.ui.cards import card

HELP = """### Practise interviews on machine learning system architecture
1. `/interview medium` draws a question and posts it here with a timer; so do `easy`, `hard` and `any`. `topic` and `type` narrow the choice, \
`minutes` sets the time.
2. Press `Answer` and type. Anyone here may answer the same card; nobody else sees what you send. `Hint` helps, step by step.
3. Your debrief compares your wording with the rubric. Tick what you covered with `Self-check`, then read the `Model answer`. Discord forgets \
private messages when it reloads: `My debrief` on the card brings yours back.

`/stats` shows what you have practised and your streak. `Report` in a debrief tells whoever runs the bot what is wrong with a question."""


def help_card(questions: int, topics: int) -> ui.LayoutView:
    """How it works, and one press to a first question."""
    return card(HELP, [FIRST_QUESTION.draw(primary=True)], f"-# The first question is an easy one. There are {questions} in {topics} topics.")
