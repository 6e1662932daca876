"""A contact with a very long timeline, for finding out how the screens bear it."""

from __future__ import annotations

from cli.demo import texts
from cli.demo.floor import CALL_LENGTH, Account, Floor, Member
from cli.demo.places import countries
from cli.demo.rows import DAY, Choice, instant
from cli.demo.work import unreached

ENTRIES = 10_000
COMPANY = "Timeline Inc"
NAME = ("Timeline", "Tester")

_DAYS = 1_000
_KIND = Choice(
    [("unreached", 44), ("call", 14), ("email", 18), ("note", 13), ("meeting", 4), ("task_done", 4), ("edited", 3)]
)  # fmt: skip
_PARAGRAPHS = Choice([(1, 60), (2, 20), (4, 10), (10, 7), (40, 3)])


def tester(floor: Floor) -> None:
    """Adds the company, the contact and its ten thousand activities to the floor's batch, in the viewer's own book."""
    country = next(country for country in countries() if country.code == "US")
    city = country.cities[0]
    since = floor.hours.back(floor.now - _DAYS * DAY, city.zone, country.workdays)
    account = Account(floor.house.you, country, city, None, COMPANY, [], since)
    domain = floor.register.reserve("timeline-inc")
    place = {"city": city.name, "region": city.region, "country": country.code}
    stamps = {"created_at": instant(since), "book_id": account.owner.book_id}
    account.company = floor.batch.company(
        id=floor.ids.at(since),
        name=COMPANY,
        domain=domain,
        industry="Logistics",
        employees=3,
        **place,
        **stamps,
    )
    contact = floor.batch.contact(
        id=floor.ids.at(since), first_name=NAME[0], last_name=NAME[1], title="Chronicler",
        company_id=account.company_id, emails=({"value": f"timeline@{domain}", "label": "work"},),
        phones=({"value": floor.exchange.direct(city), "label": "work"},), lead_status="Connected",
        source="Referral", time_zone=city.zone.key, **place, **stamps,
    )  # fmt: skip
    member = Member(contact, NAME[0], city.zone, since)
    for _ in range(ENTRIES):
        at = floor.hours.within(since, floor.now, city.zone, country.workdays)
        _entry(floor, account, member, _KIND(floor.rng), at)


def _entry(floor: Floor, account: Account, member: Member, kind: str, at: int) -> None:
    rng = floor.rng
    if kind == "unreached":
        unreached(floor, account, member, at)
    elif kind == "email":
        floor.mail(
            account,
            member,
            at,
            rng.choice((*texts.COLD_MAILS, *texts.INBOUND_MAILS)),
            rng.choice(("out", "in")),
        )
    elif kind == "edited":
        old, new = rng.sample(texts.PERSONAS, 2)
        floor.tell(
            account, member, kind, at, subject=f"Persona: {old} → {new}",
            data={"fields": {"custom.persona": [old, new]}},
        )  # fmt: skip
    elif kind == "task_done":
        floor.tell(
            account, member, kind, at, subject=floor.fill(rng.choice(texts.CALLBACKS), account, member)
        )
    else:
        body = "\n\n".join(_paragraph(floor, account, member) for _ in range(_PARAGRAPHS(rng)))
        subject = rng.choice(texts.MEETINGS)[0] if kind == "meeting" else ""
        floor.tell(
            account, member, kind, at, subject=floor.fill(subject, account, member), body=body,
            direction="out" if kind == "call" else "", outcome="interested" if kind == "call" else "",
            duration=None if kind == "note" else CALL_LENGTH(rng),
        )  # fmt: skip


def _paragraph(floor: Floor, account: Account, member: Member) -> str:
    choice = floor.rng.choice
    parts = (
        choice(texts.COLD_OPENINGS),
        choice(texts.COLD_FACTS),
        choice(texts.COLD_OBJECTIONS),
        choice(texts.COLD_NEXT),
    )
    return floor.fill(" ".join(part for part in parts if part), account, member)
