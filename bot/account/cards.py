"""What the account room looks like."""

from discord import ui

from bot.bank.bank import Bank
from bot.ui.actions import FIRST_QUESTION
from bot.ui.cards import card

HELP = """### Practise machine learning system design interviews
1. `/interview medium` draws a question and posts it here with a timer. `easy`, `hard` and `any` work too; `topic`, `type` and `minutes` narrow it.
2. Press `Answer` and type. Anyone here may answer the same card; nobody else sees what you send.
3. Your debrief compares your wording with the rubric. Tick what you covered with `Self-check`, then read the `Model answer`.

`/stats` shows what you have practised and your streak. `Report` in a debrief tells whoever runs the bot what is wrong with a question."""


def help_card(bank: Bank) -> ui.LayoutView:
    """How it works, and one press to a first question."""
    size = f"-# {len(bank)} questions in {len(bank.topics)} topics. An easy one takes some 10 minutes."
    return card(HELP, size, [FIRST_QUESTION.draw(primary=True)])
