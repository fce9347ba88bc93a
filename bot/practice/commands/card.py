"""The buttons of a question's card, and the form behind `Answer`."""

import logging

import discord

from bot.errors import Refused
from bot.practice.cards import debrief as debrief_cards
from bot.practice.cards import question as cards
from bot.practice.commands.places import spot
from bot.practice.delivery.channel import Delivery
from bot.practice.delivery.direct import Direct, DmsClosed
from bot.practice.model import Ending, Place, Seat, Sureness
from bot.practice.service.answering import Answering, TimeIsUp, TooLongForForm
from bot.practice.service.debriefing import Debriefing
from bot.practice.service.drafting import AnotherDraft, Drafting
from bot.practice.service.opening import Opening
from bot.ui import replies
from bot.ui.actions import MY_DEBRIEF
from bot.ui.buttons import PRIMARY, ButtonHandler, button
from bot.ui.modals import Fields, ModalHandler
from bot.ui.replies import NO_ANSWER, Interaction

log = logging.getLogger(__name__)

NOT_TYPING = "You are not typing an answer any more. `/interview any` draws a new question."


class CardCommands:
    """Answers, hints and the end of a question."""

    def __init__(
        self, opening: Opening, answering: Answering, drafting: Drafting, debriefing: Debriefing, delivery: Delivery, direct: Direct
    ) -> None:
        self.opening = opening
        self.answering = answering
        self.drafting = drafting
        self.direct = direct
        self.debriefing = debriefing
        self.delivery = delivery

    def buttons(self) -> dict[str, ButtonHandler]:
        """Those of the card, and of what it opens."""
        return {
            "answer": self.answer,
            "answer-in-dm": self.answer_in_dm,
            "answer-in-dm-anyway": self.answer_in_dm_anyway,
            "done": self.done,
            "end-draft": self.end_draft,
            "keep-draft": self.keep_draft,
            "go-private": self.go_private,
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
        await self._ask(itx, posting_id, edit=False)

    async def edit(self, itx: Interaction, posting_id: int) -> None:
        await self._ask(itx, posting_id, edit=True)

    async def _ask(self, itx: Interaction, posting_id: int, *, edit: bool) -> None:
        """Open the form; in direct messages where the answer is too long for one."""
        try:
            form = await self.answering.form(itx.user.id, posting_id)
        except TimeIsUp:
            await replies.send(itx, cards.time_is_up(posting_id))
        except TooLongForForm:
            await self._in_dm(itx, posting_id, again=True)
        else:
            await replies.ask(itx, cards.answer_form(form, edit=edit))

    async def answer_in_dm(self, itx: Interaction, posting_id: int) -> None:
        try:
            await self.drafting.other(itx.user.id, posting_id)
        except AnotherDraft as other:
            await replies.send(itx, cards.ask_to_switch(other.card, button("Send it and begin", "answer-in-dm-anyway", posting_id, style=PRIMARY)))
        else:
            await self._in_dm(itx, posting_id)

    async def answer_in_dm_anyway(self, itx: Interaction, posting_id: int) -> None:
        """The other draft is sent as it is."""
        await self._in_dm(itx, posting_id)

    async def _in_dm(self, itx: Interaction, posting_id: int, *, again: bool = False) -> None:
        await itx.response.defer(ephemeral=True, thinking=True)
        try:
            channel_id = await self.direct.channel_of(itx.user)
            await self.direct.all_heard(itx.user.id, channel_id)  # another draft may be sent by this
            card = await self.drafting.begin(itx.user.id, posting_id, channel_id, again=again)
            link = await self.direct.send_card(itx.user.id, channel_id, card)
        except TimeIsUp:
            await replies.send(itx, cards.time_is_up(posting_id))
        except DmsClosed:
            await replies.send(itx, cards.dms_closed(await self.opening.before(posting_id)))
        else:
            await replies.send(itx, cards.in_dm(link))

    async def done(self, itx: Interaction, posting_id: int) -> None:
        """`Done` under a draft, answered with the debrief, which stays in the direct messages."""
        await self._hear_all(itx)
        await self._sent(itx, await self.drafting.done(itx.user.id, posting_id))

    async def end_draft(self, itx: Interaction, posting_id: int) -> None:
        """`End now` under a draft."""
        await self._hear_all(itx)
        seat = await self.drafting.end(itx.user.id, posting_id)
        if seat.answer is not None:
            await self._sent(itx, seat)
            return
        card = self.opening.card(await self.opening.before(posting_id))
        if itx.response.is_done():
            await replies.send(itx, cards.draft_ended(card, sent=False))
            await self._show_ended(seat)
        else:
            await replies.edit(itx, cards.draft_ended(card, sent=False))

    async def _hear_all(self, itx: Interaction) -> None:
        if itx.channel_id is None:
            return
        if self.direct.behind(itx.channel_id):
            await itx.response.defer(thinking=True)
        await self.direct.all_heard(itx.user.id, itx.channel_id)

    async def _sent(self, itx: Interaction, seat: Seat) -> None:
        view, files = debrief_cards.debrief(self.debriefing.of(seat))
        message_id = await replies.send(itx, view, files=files, ephemeral=False)
        if message_id is not None and itx.channel_id is not None:
            await self.direct.remember(seat, itx.channel_id, message_id)
        await self._show_ended(seat)

    async def _show_ended(self, seat: Seat) -> None:
        """Nothing more is typed under the card in direct messages, if there is one."""
        found = None if seat.attempt is None or seat.attempt.dm_card_id is None else await self.drafting.draft(seat.attempt.id)
        if found is None:
            return
        try:
            await self.direct.show_ended(found[0], sent=seat.answer is not None)
        except (discord.HTTPException, *NO_ANSWER) as error:  # the answer is sent all the same, and the old buttons say so
            log.warning("card of draft %d stays as it is: %s", found[0].attempt.id, error, extra={"action": "card-unchanged"})

    async def keep_draft(self, itx: Interaction, _posting_id: int) -> None:
        """`Go on typing`."""
        draft = await self.drafting.typing(itx.user.id)
        if draft is None:
            raise Refused(NOT_TYPING)
        await replies.edit(itx, cards.kept_draft(self.opening.card(draft.posting)))

    async def go_private(self, itx: Interaction, posting_id: int) -> None:
        """`Go on here`, where direct messages are closed."""
        await replies.edit(itx, cards.opened(await self.opening.go_private(itx.user.id, posting_id, spot(itx))))

    async def answered(self, itx: Interaction, fields: Fields, posting_id: int) -> None:
        seat = await self._submit(itx, fields, posting_id)
        view, files = debrief_cards.debrief(self.debriefing.of(seat))
        await replies.send(itx, view, files=files)
        await self._show_ended(seat)

    async def edited(self, itx: Interaction, fields: Fields, posting_id: int) -> None:
        """The debrief from which the form was opened shows the new text."""
        seat = await self._submit(itx, fields, posting_id)
        view, files = debrief_cards.debrief(self.debriefing.of(seat))
        await replies.edit(itx, view, files=files)
        await self._show_ended(seat)

    async def _submit(self, itx: Interaction, fields: Fields, posting_id: int) -> Seat:
        chosen = fields.choice("sureness")
        sureness = None if chosen is None else Sureness(chosen)
        return await self.answering.submit(itx.user.id, posting_id, fields.texts["answer"], sureness, itx.created_at)

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
        elif itx.message is not None and itx.message.flags.ephemeral and ending.card.posting.place is not Place.PRIVATE:
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
