"""What `/daily` offers while somebody types, and what they meant by it."""

from collections.abc import Callable

from discord.app_commands import Choice

from bot import zones
from bot.bank.bank import Bank
from bot.bank.schema import DIFFICULTIES
from bot.daily import options
from bot.daily.cards import schedules as cards
from bot.daily.model import ANY
from bot.daily.service.scheduling import NO_SUCH, Scheduling
from bot.errors import Refused
from bot.ui.choices import CHARS, MOST, fitting
from bot.ui.replies import Interaction

ANY_TOPIC = ("Any topic", ANY)
DAYS = [("Every day", "daily"), ("Monday to Friday", "weekdays"), ("Saturday and Sunday", "weekends"), ("Some: mon,wed,fri", "mon,wed,fri")]
LEVELS = [
    ("Any difficulty", ANY),
    *((name.capitalize(), name) for name in DIFFICULTIES),
    ("By day: mon=easy,wed=medium,fri=hard", "mon=easy,wed=medium,fri=hard"),
]


class Offers:
    """Autocomplete, and the reading of what it has filled in or somebody has typed instead."""

    def __init__(self, scheduling: Scheduling, bank: Bank) -> None:
        self.scheduling = scheduling
        self.bank = bank

    async def schedules(self, itx: Interaction, typed: str) -> list[Choice[str]]:
        """The server's schedules."""
        if itx.guild is None or not itx.permissions.manage_guild:
            return []
        named = []
        for each in await self.scheduling.all(itx.guild.id):
            channel = itx.guild.get_channel(each.schedule.plan.channel_id)
            named.append((cards.name(each.schedule, None if channel is None else channel.name), str(each.schedule.id)))
        return fitting(named, typed)

    async def zones(self, itx: Interaction, typed: str) -> list[Choice[str]]:
        """Zones and cities, with their time now; one's own first while nothing is typed."""
        if typed.strip():
            return [Choice(name=label, value=zone) for label, zone in zones.matching(typed, self.scheduling.now())]
        own = await self.scheduling.zone_of(itx.user.id)
        found = zones.matching(own, self.scheduling.now())[:1] + zones.matching("", self.scheduling.now())
        return [Choice(name=label, value=zone) for label, zone in dict(found).items()][: zones.MOST_MATCHES]

    async def days(self, _itx: Interaction, typed: str) -> list[Choice[str]]:
        """The usual ones, and what is being typed."""
        return _or_typed(DAYS, typed, options.days)

    async def levels(self, _itx: Interaction, typed: str) -> list[Choice[str]]:
        """The usual ones, and what is being typed."""
        return _or_typed(LEVELS, typed, options.levels)

    async def topics(self, _itx: Interaction, typed: str) -> list[Choice[str]]:
        """Those of the bank."""
        return fitting([ANY_TOPIC, *((topic.name, topic.id) for topic in self.bank.topics)], typed)

    async def questions(self, _itx: Interaction, typed: str) -> list[Choice[str]]:
        """Those of the bank, by title or id."""
        return fitting(((question.title, question.id) for topic in self.bank.topics for question in topic.questions), typed)

    def topic_id(self, typed: str) -> str | None:
        """A topic's id, None for any. Refused: there is no such topic."""
        return None if typed.strip().casefold() in (ANY, ANY_TOPIC[0].casefold()) else self.bank.topic_named(typed).id


def schedule_id(typed: str) -> int:
    """A schedule as it was chosen, or its number as it was typed. Refused: it is neither."""
    number = typed.strip().partition(" ")[0].lstrip("#")
    if not number.isdecimal() or len(number) > 18:
        raise Refused(NO_SUCH)
    return int(number)


def _or_typed(offered: list[tuple[str, str]], typed: str, read: Callable[[str], object]) -> list[Choice[str]]:
    found = fitting(offered, typed)
    try:
        read(typed)
    except Refused:
        return found
    own = typed.strip()
    return found if not own or any(each.value == own for each in found) else [Choice(name=own[:CHARS], value=own[:CHARS]), *found][:MOST]
