"""The entry point: from an argument list to an exit code.

What is typed most is decided here by hand, before Typer is loaded: opening the app, and `find`.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs offhook and returns its exit code. Never raises and never shows a traceback.

    Args:
        arguments: without the program's name; those of the process where it is None.
    """
    # A start makes a hundred thousand objects and no garbage. Looking for some among them, on the way and once more
    # at exit, would take a fifth of the time of a `find`.
    gc.disable()
    try:
        return int(_guarded(list(sys.argv[1:] if arguments is None else arguments)))
    except KeyboardInterrupt:
        return 130
    finally:
        gc.freeze()
        gc.enable()


def _guarded(given: list[str]) -> int:
    """Runs offhook; whatever goes wrong becomes a sentence and an exit code."""
    from cli.output import Code, complain, complain_of, prepare_streams
    from core.errors import OffhookError

    as_json = "--json" in given
    prepare_streams()
    try:
        code = _run(given, as_json)
        sys.stdout.flush()
    except OffhookError as error:
        return complain_of(error, as_json=as_json)
    except BrokenPipeError:
        # Whoever read has read enough (`offhook find x | head -1`).
        _drop_output()
        return Code.FINE
    except KeyboardInterrupt:
        complain("Stopped.", Code.STOPPED, as_json=as_json)
        return Code.STOPPED
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            from cli.crash import report

            return report(error, as_json=as_json)
        _drop_output()
        complain(f"The answer cannot be written: {error.strerror}.", Code.UNREACHABLE, as_json=as_json)
        return Code.UNREACHABLE
    except Exception as error:  # noqa: BLE001 (a user is told where the log is, whatever happened)
        from cli.crash import report

        return report(error, as_json=as_json)
    return code


def _drop_output() -> None:
    """Lets go of what could not be written; Python would complain about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(given: list[str], as_json: bool) -> int:
    if "_OFFHOOK_COMPLETE" not in os.environ:
        demo = given[:1] == ["--demo"]
        rest = given[1:] if demo else given
        if not rest or given == ["demo"]:
            return _open_app(demo or bool(given))
        if rest[0] == "find" and (plain := _plain_find(rest[1:])):
            from cli.find import find
            from cli.session import Session

            text, limit = plain
            return find(Session(demo=demo, json=as_json), text, limit)
    return _typer(given, as_json)


def _open_app(demo: bool) -> int:
    from cli.session import Session

    if demo:
        from cli.sample import demo as open_demo

        return open_demo(Session(demo=True))
    from cli.app import run_app

    return run_app(Session())


def _plain_find(arguments: Sequence[str]) -> tuple[str, int] | None:
    """(text, limit) of a `find` that needs no parser; None where it does, if only to say what is wrong."""
    words: list[str] = []
    limit = 20
    rest = iter(arguments)
    for argument in rest:
        if argument == "--json":
            continue
        if argument == "--limit" or argument.startswith("--limit="):
            value = argument[8:] if "=" in argument else next(rest, "")
            if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 1000):
                return None
            limit = int(value)
        elif argument.startswith("-"):
            return None
        else:
            words.append(argument)
    return (" ".join(words), limit) if words else None


def _typer(given: list[str], as_json: bool) -> int:
    import typer

    from cli.commands import app
    from cli.output import Code

    gc.enable()

    try:
        code = app(args=given, prog_name="offhook", standalone_mode=False)
    except typer.TyperException as error:
        return _usage(error, as_json=as_json)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            # Typer makes it an exit code of its own.
            raise end.__context__ from None
        raise
    return code if isinstance(code, int) else Code.FINE


def _usage(error: Exception, *, as_json: bool) -> int:
    """A mistake in the command line, in Typer's words."""
    from cli.output import Code, complain

    message = str(getattr(error, "format_message", lambda: str(error))())
    context = getattr(error, "ctx", None)
    if message.startswith("Usage: ") and not as_json:
        sys.stderr.write(message + "\n")
        return Code.USAGE
    if not as_json and context is not None and "\n" not in message:
        message += f"\n{context.get_usage()}\nMore: {context.command_path} --help"
    complain(message, Code.USAGE, as_json=as_json)
    return Code.USAGE


if __name__ == "__main__":
    sys.exit(main())
