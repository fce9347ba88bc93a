"""The buttons of a question's card, and the form behind `Answer`."""

import discord
from discord import ui

from bot.practice.cards import debrief as debrief_cards
from bot.practice.cards import question as cards
from bot.practice.delivery import NO_ANSWER, Delivery
from bot.practice.model import Ending, Sureness
from bot.practice.service.answering import Answering
from bot.practice.service.debriefing import Debriefing
from bot.practice.service.opening import Opening
from bot.ui import replies
from bot.ui.actions import MY_DEBRIEF
from bot.ui.buttons import ButtonHandler
from bot.ui.modals import Fields, ModalHandler
from bot.ui.replies import Interaction


class CardCommands:
    """Answers, hints and the end of a question."""

    def __init__(self, opening: Opening, answering: Answering, debriefing: Debriefing, delivery: Delivery) -> None:
        self.opening = opening
        self.answering = answering
        self.debriefing = debriefing
        self.delivery = delivery

    def buttons(self) -> dict[str, ButtonHandler]:
        """Those of the card, and of what it opens."""
        return {
            "answer": self.answer,
            "edit": self.edit,
            "hint": self.hint,
            "another-hint": self.another_hint,
            "end": self.end,
            "end-for-all": self.end_for_all,
            "end-listed": self.end_listed,
            MY_DEBRIEF.name: self.my_debrief,
        }

    def modals(self) -> dict[str, ModalHandler]:
        """The answer, sent from the card or from the debrief."""
        return {"answer": self.answered, "edit": self.edited}

    async def answer(self, itx: Interaction, posting_id: int) -> None:
        await replies.ask(itx, cards.answer_form(await self.answering.draft(itx.user.id, posting_id), edit=False))

    async def edit(self, itx: Interaction, posting_id: int) -> None:
        await replies.ask(itx, cards.answer_form(await self.answering.draft(itx.user.id, posting_id), edit=True))

    async def answered(self, itx: Interaction, fields: Fields, posting_id: int) -> None:
        view, files = await self._submit(itx, fields, posting_id)
        await replies.send(itx, view, files=files)

    async def edited(self, itx: Interaction, fields: Fields, posting_id: int) -> None:
        """The debrief from which the form was opened shows the new text."""
        view, files = await self._submit(itx, fields, posting_id)
        await replies.edit(itx, view, files=files)

    async def _submit(self, itx: Interaction, fields: Fields, posting_id: int) -> tuple[ui.LayoutView, list[discord.File]]:
        chosen = fields.choice("sureness")
        sureness = None if chosen is None else Sureness(chosen)
        seat = await self.answering.submit(itx.user.id, posting_id, fields.texts["answer"], sureness, itx.created_at)
        return debrief_cards.debrief(self.debriefing.of(seat))

    async def my_debrief(self, itx: Interaction, posting_id: int) -> None:
        view, files = debrief_cards.debrief(await self.debriefing.debrief(itx.user.id, posting_id))
        await replies.send(itx, view, files=files)

    async def hint(self, itx: Interaction, posting_id: int) -> None:
        await replies.send(itx, cards.hints(await self.debriefing.hint(itx.user.id, posting_id)))

    async def another_hint(self, itx: Interaction, posting_id: int) -> None:
        await replies.edit(itx, cards.hints(await self.debriefing.hint(itx.user.id, posting_id)))

    async def end(self, itx: Interaction, posting_id: int) -> None:
        """`End now` on the card, or on the private copy of it that `Show again` gives."""
        ending = await self.opening.end_now(itx.user.id, posting_id, sure=False)
        if not ending.closed:
            await replies.send(itx, cards.ask_to_end(ending))
        elif itx.message is not None and itx.message.flags.ephemeral:
            await self._end_elsewhere(itx, ending)
        else:
            await replies.edit(itx, cards.closed(ending.card))
            await self.opening.shown_closed(posting_id)

    async def end_listed(self, itx: Interaction, posting_id: int) -> None:
        """`End` in the list of open cards."""
        ending = await self.opening.end_now(itx.user.id, posting_id, sure=False)
        if ending.closed:
            await self._end_elsewhere(itx, ending)
        else:
            await replies.edit(itx, cards.ask_to_end(ending))

    async def end_for_all(self, itx: Interaction, posting_id: int) -> None:
        """The answer to the question whether to end it for others too."""
        await self._end_elsewhere(itx, await self.opening.end_now(itx.user.id, posting_id, sure=True))

    async def _end_elsewhere(self, itx: Interaction, ending: Ending) -> None:
        await replies.edit(itx, cards.ended(ending.card))
        try:
            await self.delivery.show_closed(ending.card)
        except (discord.HTTPException, *NO_ANSWER):
            return  # it is closed all the same, and the timer that `end_now` has set changes the card in a moment
        await self.opening.shown_closed(ending.card.posting.id)
