"""The command line: `python -m bot`, and what its subcommands do."""

# Only what is there at once is imported here: a signal that comes while the rest loads is then met by `main`.
import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import Refused

if TYPE_CHECKING:
    from bot.settings import Settings

OK, PROBLEMS, REFUSED, INTERRUPTED = 0, 1, 2, 130  # exit codes
SERVING = ("run", "preview")  # subcommands that go on until a signal ends them, which is then no failure
HOW_TO_GO_LIVE = (
    "DISCORD_TOKEN is not set. Create an application in the Discord Developer Portal, copy its bot token into .env "
    "(README, “Run it on your server”); `python -m bot preview` needs none."
)
LIVE = "There is a DISCORD_TOKEN, so this is live mode. For the preview in your browser: `python -m bot preview`."
PREVIEW_INSTEAD = (
    "No DISCORD_TOKEN, so this is the preview in your browser. For your own server, README says under “Run it on your server” how to get one."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand. Returns the exit code; every refusal is one line on standard error."""
    given = sys.argv[1:] if arguments is None else arguments
    serving = not given or given[0] in SERVING
    try:
        if serving:  # until the event loop has handlers of its own, which let begun work finish; a shell's `&` would ignore SIGINT
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        options = _parser().parse_args(given)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # an output that is not UTF-8 gets escapes instead of a traceback
        code = _run(options)
        sys.stdout.flush()
    except Refused as refusal:
        print(refusal.text, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return OK if serving else INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough, as in `check | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at its exit
        return PROBLEMS
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Interview practice on Discord: live when there is a token, else a preview in the browser."
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="live mode; needs DISCORD_TOKEN")
    preview = commands.add_parser("preview", help="the same bot on a simulated Discord in the browser, without a token")
    preview.add_argument("--port", type=int, default=None, metavar="N", help="port to serve on (0: any free one)")
    preview.add_argument("--no-browser", action="store_true", help="only print the address")
    check = commands.add_parser("check", help="check the question bank")
    check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders; without one, the whole bank")
    check.add_argument("--strict", action="store_true", help="warnings fail too")
    check.add_argument("--json", action="store_true", help="print one JSON document")
    match = commands.add_parser("match", help="what the matcher hears in an answer on standard input")
    match.add_argument("question", metavar="ID", help="id of a question")
    match.add_argument("--json", action="store_true", help="print one JSON document")
    show = commands.add_parser("show", help="a question as its card and debrief show it")
    show.add_argument("question", metavar="ID", help="id of a question")
    new = commands.add_parser("new-question", help="a question to fill in, at the end of a topic's file")
    new.add_argument("topic", metavar="TOPIC", help="id of a topic")
    commands.add_parser("migrate", help="bring the database to the newest schema")
    backup = commands.add_parser("backup", help="copy the database, while the bot runs or not")
    backup.add_argument("file", type=Path, metavar="FILE", help="the copy; nothing may be there yet")
    reports = commands.add_parser("reports", help="what people reported about questions")
    reports.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _run(options: argparse.Namespace) -> int:
    # Each command loads what it needs: `check` starts in a tenth of the time without discord.py.
    from bot import settings

    configured = settings.read()
    if options.command == "check":
        from bot.bank import check

        return check.run(options.paths, configured.questions_dir, strict=options.strict, as_json=options.json)
    if options.command == "match":
        from bot.bank import loader
        from bot.matching import report

        return report.run(loader.load(configured.questions_dir), options.question, _standard_input(), as_json=options.json)
    if options.command == "show":
        from bot.bank import loader
        from bot.practice import show

        return show.run(loader.load(configured.questions_dir), options.question)
    if options.command == "new-question":
        from bot.bank import skeleton

        return skeleton.run(configured.questions_dir, options.topic)
    if options.command == "migrate":
        from bot.storage import prepare

        with prepare.prepare(configured.database_url) as prepared:
            print(prepared.done)
        return OK
    if options.command == "backup":
        from bot.storage import backup, prepare

        database = prepare.database_path(configured.database_url)
        size = backup.copy(database, options.file)
        print(f"Copied {database} to {options.file} ({size:,} bytes).")
        return OK
    if options.command == "reports":
        from bot import reports
        from bot.bank import loader
        from bot.storage import prepare

        database = prepare.database_path(configured.database_url)
        print(reports.reports(database, loader.load(configured.questions_dir), as_json=options.json))
        return OK
    from bot import logs

    logs.configure(configured.log_level, configured.log_format)
    if options.command == "preview" or (options.command is None and configured.discord_token is None):
        if options.command is None:
            print(PREVIEW_INSTEAD, flush=True)
        return _preview(configured, getattr(options, "port", None), open_browser=not getattr(options, "no_browser", False))
    if configured.discord_token is None:
        raise Refused(HOW_TO_GO_LIVE)
    if options.command is None:
        print(LIVE, flush=True)
    return _live(configured)


def _live(configured: "Settings") -> int:
    import asyncio
    import logging

    from bot import app
    from bot.storage import backup, prepare

    log = logging.getLogger("bot")
    bank = app.load_bank(configured)
    backup.check_folder(configured.backup_dir)
    with prepare.prepare(configured.database_url) as prepared:
        log.info(prepared.done)
        try:
            import uvloop
        except ImportError:  # Windows has none
            loop_factory = None
        else:
            loop_factory = uvloop.new_event_loop
        try:
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                runner.run(app.run_live(configured, bank))
        except Refused:
            raise
        except Exception:
            log.exception("live mode ended on an error of its own", extra={"action": "crashed"})
            return PROBLEMS
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, signal.SIG_IGN)  # everything is done; a second Ctrl-C must not make a failure of it
    return OK


def _preview(configured: "Settings", port: int | None, *, open_browser: bool) -> int:
    import asyncio
    import logging

    from bot import app
    from bot.preview import server
    from bot.preview.clock import Wall

    # Whoever tries the bot out needs the address only: not that it came online, nor that the client which SimCord draws its pages with sees nothing.
    logging.getLogger("bot.client").setLevel(max(logging.WARNING, logging.getLogger("bot").level))
    logging.getLogger("discord.state").setLevel(logging.ERROR)
    wall = Wall()
    asyncio.run(server.serve(app.passing(app.load_bank(configured), wall.now), wall, port, open_browser=open_browser))
    return OK


def _standard_input() -> str:
    if sys.stdin.isatty():
        print("Type an answer, then end it with Ctrl-D on a line of its own.", file=sys.stderr)
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise Refused("The answer on standard input is not UTF-8 text.") from None


if __name__ == "__main__":
    sys.exit(main())
