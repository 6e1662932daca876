"""How workspaces begin: `init` and the first start of the app."""

from __future__ import annotations

import datetime as dt
import os
import sys

from cli import place
from cli.home import Home
from cli.naming import typed
from cli.output import Code, Usage, say, say_json
from cli.session import Session
from core.errors import Invalid, Refused
from core.money import CURRENCIES
from core.text import clean_line, printable
from core.workspace import Workspace

DEFAULT_ORGANIZATION = "My business"


def init(session: Session, *, name: str, organization: str, currency: str, country: str) -> Code:
    """Makes a workspace for one person; what is not given is guessed from the system."""
    if session.demo:
        raise Usage("The sample workspace is made by: offhook demo --generate-only")
    home = session.home
    if home.team_profile.exists():
        # What is opened would still be the team's.
        raise Refused(
            "You are logged in to a team's server. For a workspace of your own log out first: offhook logout"
        )
    workspace = start_alone(home, name=name, organization=organization, currency=currency, country=country)
    try:
        catalog, notes = workspace.catalog(), workspace.health().notes
    finally:
        workspace.close()
    made = catalog.organization
    if session.json:
        say_json(
            {
                "file": str(home.workspace),
                "name": catalog.me.name,
                "organization": made.name,
                "currency": made.currency,
                "country": made.country,
                "time_zone": made.time_zone,
                "notes": list(notes),
            }
        )
        return Code.FINE
    where = ", ".join(part for part in (made.country, made.currency, made.time_zone) if part)
    say(f"Made a workspace for {printable(catalog.me.name)}, {printable(made.name)} ({where}).")
    say(f"It lies in {printable(str(home.workspace))}")
    for note in notes:
        say(printable(note))
    say("Open it with: offhook")
    return Code.FINE


def start_alone(
    home: Home, *, name: str = "", organization: str = "", currency: str = "", country: str = ""
) -> Workspace:
    """Makes a workspace for one person and opens it; what is empty is guessed from the system.

    Raises:
        Refused, Invalid: there is one already, or a value cannot be kept.
        Unavailable: it cannot be written.
    """
    from core.defaults import founding
    from storage.solo import create_solo

    if home.workspace.exists():
        raise Refused(
            f"There is a workspace already, in {home.workspace}. Open it with “offhook”; nothing was changed."
        )
    zone = place.zone_name()
    land = _country(typed(country)) or place.country(zone=zone)
    first = founding(
        organization=clean_line(typed(organization)) or DEFAULT_ORGANIZATION,
        user=clean_line(typed(name)) or user_name(),
        currency=_currency(typed(currency)) or place.currency(land),
        country=land,
        time_zone=zone,
        now=dt.datetime.now(dt.UTC),
    )
    return create_solo(home.workspace, first)


def _country(given: str) -> str:
    from core.points import check_country

    return check_country(given) if given.strip() else ""


def _currency(given: str) -> str:
    code = given.strip().upper()
    if code and code not in CURRENCIES:
        raise Invalid({"currency": f"“{printable(given[:20])}” is not a currency code. Try EUR, USD or GBP."})
    return code


def user_name() -> str:
    """The user's name as the system knows it: the full name, else the login, made fit for the screen."""
    full = ""
    if sys.platform != "win32":
        import pwd

        try:
            full = pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0]
        except KeyError:
            full = ""
    login = next((os.environ[v] for v in ("USER", "LOGNAME", "USERNAME") if os.environ.get(v)), "")
    name = clean_line(typed(full)) or clean_line(typed(login))
    # Nobody's name; in a container there is often no other.
    return "Me" if name.lower() in ("", "root") else name
