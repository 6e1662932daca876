"""`offhook log …` as Typer declares it."""

# ruff: noqa: D301 (\b is the mark by which the help keeps the lines of examples)
from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsJson, Who, beginning, session
from core.calling.outcomes import DEFAULT_OUTCOMES

log_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

OUTCOMES = tuple(outcome.key for outcome in DEFAULT_OUTCOMES)
"""How a call can end, as far as that is known without a workspace."""

Text = Annotated[
    list[str] | None,
    typer.Argument(help="What was said. A single - reads it from standard input.", show_default=False),
]
At = Annotated[
    str, typer.Option(help="When it was, as in “yesterday 3pm”. Otherwise now.", show_default=False)
]
Minutes = Annotated[float | None, typer.Option(min=0, max=1440, help="How long it took.", show_default=False)]
Subject = Annotated[str, typer.Option(help="A headline.", show_default=False)]
AboutDeal = Annotated[
    str,
    typer.Option(
        "--deal",
        help="Which deal it is about: id, beginning of one, or words of its title.",
        show_default=False,
    ),
]


@log_app.callback()
def log() -> None:
    """Logs a call, note, e-mail or meeting in the timeline of a contact, deal or company.

    \b
    offhook log call anna --outcome interested --minutes 12 "Wants an offer by Friday"
    offhook log call anna --outcome "left voicemail"
    offhook log note "acme renewal" - < minutes.txt

    JSON: {status, summary, changeset_id, revision, unsent, parked, activity}.
    """


@log_app.command("call")
def log_call(
    context: typer.Context,
    who: Who,
    text: Text = None,
    outcome: Annotated[
        str,
        typer.Option(
            help=f"How it ended: {', '.join(OUTCOMES)}, or what your organization has besides.",
            autocompletion=lambda incomplete: beginning(OUTCOMES, incomplete),
            show_default=False,
        ),
    ] = "",
    minutes: Minutes = None,
    at: At = "",
    deal: AboutDeal = "",
    next_step: Annotated[
        str,
        typer.Option(
            "--next", help="What comes next, as in “tue 3pm” or “send offer friday”.", show_default=False
        ),
    ] = "",
    effects: Annotated[
        bool,
        typer.Option("--effects", help="With all that the outcome brings: follow-up, lead status, move."),
    ] = False,
    incoming: Annotated[bool, typer.Option("--incoming", help="They called.")] = False,
    as_json: AsJson = False,
) -> int:
    """Logs a call, for a contact's one open deal where there is just one.

    A call that is logged afterwards brings no follow-up, unless you ask for it. Who asked not to be called is not
    called again, and a number that was wrong is not dialled again, in any case.

    \b
    offhook log call anna --outcome interested --minutes 12 "Wants an offer" --next "send offer friday"
    offhook log call anna --outcome "do not call" --at "yesterday 3pm"
    """
    from cli.write import log as run

    return run(
        session(context, as_json), "call", who, " ".join(text or ()), outcome=outcome, minutes=minutes, at=at,
        incoming=incoming, deal=deal, next_step=next_step, effects=effects,
    )  # fmt: skip


@log_app.command("note")
def log_note(
    context: typer.Context,
    who: Who,
    text: Text = None,
    at: At = "",
    deal: AboutDeal = "",
    as_json: AsJson = False,
) -> int:
    """Writes a note."""
    from cli.write import log as run

    return run(session(context, as_json), "note", who, " ".join(text or ()), at=at, deal=deal)


@log_app.command("email")
def log_email(
    context: typer.Context,
    who: Who,
    text: Text = None,
    subject: Subject = "",
    at: At = "",
    deal: AboutDeal = "",
    incoming: Annotated[bool, typer.Option("--incoming", help="They wrote.")] = False,
    as_json: AsJson = False,
) -> int:
    """Logs an e-mail that went another way. Nothing is sent."""
    from cli.write import log as run

    return run(
        session(context, as_json),
        "email",
        who,
        " ".join(text or ()),
        subject=subject,
        at=at,
        incoming=incoming,
        deal=deal,
    )


@log_app.command("meeting")
def log_meeting(
    context: typer.Context,
    who: Who,
    text: Text = None,
    subject: Subject = "",
    minutes: Minutes = None,
    at: At = "",
    deal: AboutDeal = "",
    as_json: AsJson = False,
) -> int:
    """Logs a meeting."""
    from cli.write import log as run

    return run(
        session(context, as_json),
        "meeting",
        who,
        " ".join(text or ()),
        subject=subject,
        minutes=minutes,
        at=at,
        deal=deal,
    )
