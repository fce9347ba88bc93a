"""The whole bot on a simulated Discord, shown in the browser: no account, no token, no network."""

import logging

# SimCord tries discord.py out when it is imported, and discord.py warns of what the trial lacks. The bot needs none of that.
logging.disable(logging.WARNING)
try:
    import simcord  # noqa: F401 - for those who import it after us
finally:
    logging.disable(logging.NOTSET)
