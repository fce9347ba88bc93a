"""The buttons of the debrief, and the forms behind `Self-check`, `Rewrite one point` and `Report`."""

from bot.practice.cards import debrief as cards
from bot.practice.model import Recall
from bot.practice.service.debriefing import Debriefing
from bot.ui import replies
from bot.ui.buttons import ButtonHandler
from bot.ui.modals import Fields, ModalHandler
from bot.ui.replies import Interaction


class DebriefCommands:
    """What a person does with an answer once it is in."""

    def __init__(self, debriefing: Debriefing) -> None:
        self.debriefing = debriefing

    def buttons(self) -> dict[str, ButtonHandler]:
        """Those of the debrief and of the pages that it opens."""
        return {
            "self-check": self.self_check,
            "model": self.model,
            "model-page": self.model_page,
            "follow-up": self.follow_up,
            "report": self.report,
            "rewrite": self.rewrite,
        }

    def modals(self) -> dict[str, ModalHandler]:
        """Ticks, a report, and a point that was written again."""
        return {"self-check": self.self_checked, "report": self.reported, "rewrite": self.rewritten}

    async def self_check(self, itx: Interaction, posting_id: int) -> None:
        await replies.ask(itx, cards.self_check_form(await self.debriefing.debrief(itx.user.id, posting_id)))

    async def self_checked(self, itx: Interaction, fields: Fields, posting_id: int) -> None:
        """The debrief from which the form was opened shows the ticks."""
        ticked = [int(index) for index in fields.choices.get("points", ())]
        rating = fields.choice("recall")
        debrief = await self.debriefing.self_check(itx.user.id, posting_id, ticked, None if rating is None else Recall(rating))
        view, files = cards.debrief(debrief)
        await replies.edit(itx, view, files=files)

    async def rewrite(self, itx: Interaction, posting_id: int) -> None:
        """`Rewrite one point`."""
        await replies.ask(itx, cards.rewrite_form(await self.debriefing.to_rewrite(itx.user.id, posting_id)))

    async def rewritten(self, itx: Interaction, fields: Fields, posting_id: int) -> None:
        """The debrief from which the form was opened shows the new text beside the point."""
        point = fields.choice("point") or ""
        debrief = await self.debriefing.rewrite(itx.user.id, posting_id, int(point) if point.isdecimal() else -1, fields.texts.get("text", ""))
        view, files = cards.debrief(debrief)
        await replies.edit(itx, view, files=files)

    async def model(self, itx: Interaction, posting_id: int) -> None:
        question = await self.debriefing.model_answer(itx.user.id, posting_id)
        await replies.send(itx, cards.model_answer(question, posting_id, 0))

    async def model_page(self, itx: Interaction, posting_id: int, number: int, _direction: int) -> None:
        question = await self.debriefing.question_seen(itx.user.id, posting_id)
        await replies.edit(itx, cards.model_answer(question, posting_id, number))

    async def follow_up(self, itx: Interaction, posting_id: int, number: int | None = None) -> None:
        """The first follow-up opens beside the debrief; further ones take its place."""
        question = await self.debriefing.question_seen(itx.user.id, posting_id)
        if number is None:
            await replies.send(itx, cards.follow_up(question, posting_id, 0))
        else:
            await replies.edit(itx, cards.follow_up(question, posting_id, number))

    async def report(self, itx: Interaction, posting_id: int) -> None:
        await replies.ask(itx, cards.report_form(posting_id))

    async def reported(self, itx: Interaction, fields: Fields, posting_id: int) -> None:
        await self.debriefing.report(itx.user.id, posting_id, fields.texts["text"])
        await replies.send(itx, replies.sentence("Thank you. Your report is stored for those who look after the questions."))
