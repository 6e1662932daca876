"""The rules on calling that offhook comes with: data to be checked and edited, not legal advice.

Every entry says where it comes from, and where that is an overview and not the text of the law. Overviews of the states'
hours disagree in places; then the stricter one stands here. None has been compared with the law by offhook's makers, so
none has a day on which it was checked: an organization's own rule has. Rules that mean consumers alone are kept for
business numbers, too: a mobile is often both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Shipped(NamedTuple):
    """A rule as `core.entities.CallingRule` would hold it."""

    hours: Mapping[str, str] = {}
    daily_cap: int | None = None
    gap_minutes: int | None = None
    notices: tuple[str, ...] = ()
    source: str = ""


def _week(
    weekdays: str, saturday: str | None = None, sunday: str | None = None, holiday: str | None = None
) -> dict[str, str]:
    """Monday to Friday; the other days where they differ from these."""
    found = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), weekdays)
    found["sat"] = weekdays if saturday is None else saturday
    found["sun"] = weekdays if sunday is None else sunday
    if holiday is not None:
        found["holiday"] = holiday
    return found


_NO_CALLS = ""
_UNREAD = "not compared with the text of the law"
_LISTS = f"overviews of the states’ calling hours of 2025, the stricter where they disagree; {_UNREAD}"


def _state(hours: Mapping[str, str], source: str = _LISTS, **more: int) -> Shipped:
    return Shipped(hours, source=source, daily_cap=more.get("daily_cap"))


_STATES = {
    "AL": _state(_week("08:00-20:00", sunday=_NO_CALLS, holiday=_NO_CALLS)),
    "CT": _state(_week("09:00-20:00")),
    "FL": _state(_week("08:00-20:00"), "Fla. Stat. § 501.616(6)", daily_cap=3),
    "IL": _state(_week("09:00-21:00")),
    "KY": _state(_week("10:00-21:00")),
    "LA": _state(_week("08:00-20:00", sunday=_NO_CALLS, holiday=_NO_CALLS)),
    "MD": _state(_week("08:00-20:00"), daily_cap=3),
    "MA": _state(_week("08:00-20:00")),
    "MI": _state(_week("09:00-21:00")),
    "MN": _state(_week("09:00-21:00")),
    # One list allows holidays, another counts Mississippi among the states that forbid them.
    "MS": _state(_week("08:00-20:00", sunday=_NO_CALLS, holiday=_NO_CALLS)),
    "NV": _state(_week("09:00-20:00")),
    "NM": _state(_week("09:00-21:00")),
    "OK": _state(_week("08:00-20:00"), "Okla. Stat. tit. 15, § 775C.4", daily_cap=3),
    "PA": _state(_week("08:00-21:00", saturday="08:00-12:00", holiday=_NO_CALLS)),
    "RI": _state(
        _week("09:00-18:00", saturday="10:00-17:00", sunday=_NO_CALLS, holiday=_NO_CALLS),
        f"R.I. Gen. Laws § 5-61-3.6 with § 5-61-2(9); {_UNREAD}",
    ),
    "TX": _state(_week("09:00-21:00", sunday="12:00-21:00"), f"Tex. Bus. & Com. Code § 301.051; {_UNREAD}"),
    "UT": _state(
        _week("08:00-21:00", sunday=_NO_CALLS, holiday=_NO_CALLS), f"Utah Code § 13-25a-103; {_UNREAD}"
    ),
    "WA": _state(_week("08:00-20:00"), f"RCW 80.36.390; {_UNREAD}"),
}

_ALL_PARTY = (
    "CA", "CT", "DE", "FL", "IL", "MD", "MA", "MI", "MT", "NV", "NH", "OR", "PA", "WA",
)  # fmt: skip
"""States where all who are on the line must agree to a recording, in some or all cases."""
_ALL_PARTY_NOTICE = "Ask before you record: here everybody on the line must agree."
_ALL_PARTY_SOURCE = f"overviews of the states’ acts on recording; mixed rules count; {_UNREAD}"

_EU = (
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT",
    "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
)  # fmt: skip
"""European Union and European Economic Area."""
_EU_NOTICE = "Ask before you record: in the EU and EEA a recording needs consent."
_EU_SOURCE = f"GDPR (EU) 2016/679, Art. 6 and 7; {_UNREAD}"


def _with_consent(states: Mapping[str, Shipped]) -> dict[str, Shipped]:
    found = {f"US-{code}": rule for code, rule in states.items()}
    for code in _ALL_PARTY:
        rule = found.get(f"US-{code}", Shipped())
        source = " · ".join(filter(None, (rule.source, _ALL_PARTY_SOURCE)))
        found[f"US-{code}"] = rule._replace(notices=(*rule.notices, _ALL_PARTY_NOTICE), source=source)
    return found


SHIPPED_RULES: dict[str, Shipped] = {
    "*": Shipped(gap_minutes=60, source="our default, no source"),
    "US": Shipped(_week("08:00-21:00"), source="47 CFR 64.1200(c)(1)"),
    "US-ME": Shipped(
        notices=("Dial by hand: an autodialler may call here only once in 8 hours.",),
        source=f"overviews of 2025; {_UNREAD}",
    ),
    **_with_consent(_STATES),
    "CA": Shipped(
        _week("09:00-21:30", saturday="10:00-18:00", sunday="10:00-18:00"),
        source=f"CRTC Unsolicited Telecommunications Rules, Part III; {_UNREAD}",
    ),
    "AU": Shipped(
        _week("09:00-20:00", saturday="09:00-17:00", sunday=_NO_CALLS, holiday=_NO_CALLS),
        source="Telecommunications (Telemarketing and Research Calls) Industry Standard 2017",
    ),
    "GB": Shipped(
        notices=(
            "Check TPS and CTPS first: 28 days after a number was put there, calling it without consent is unlawful.",
            "Show your number.",
        ),
        source="Privacy and Electronic Communications Regulations 2003, reg. 21; hours: our default, no source",
    ),
    **{
        code: Shipped(notices=(_EU_NOTICE,), source=f"{_EU_SOURCE}; hours: our default, no source")
        for code in _EU
    },
}
"""By region, as `core.entities.CallingRule.region` names them."""

MOBILE_NOTICE = (
    "If this is a private mobile, consumer rules hold: check the National DNC registry (at most 31 days old)."
)
"""Said before a mobile or home number in the United States is called (47 CFR 64.1200(c)(2))."""

_FRIDAY_OFF = (
    "AF", "BD", "BH", "DJ", "DZ", "EG", "IQ", "IR", "JO", "KW", "LY", "MV", "OM", "PS", "QA", "SA", "SD",
    "SY", "YE",
)  # fmt: skip
_SATURDAY_OFF = ("IL", "NP")


def default_hours(country: str) -> Shipped:
    """The hours of a country that no rule says any of: by day, and not on its day of rest."""
    rest = "fri" if country in _FRIDAY_OFF else "sat" if country in _SATURDAY_OFF else "sun"
    return Shipped({**_week("08:00-20:00"), rest: _NO_CALLS}, source="our default, no source")
