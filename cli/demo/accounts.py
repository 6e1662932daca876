"""Companies and the people in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cli.demo.edges import EDGES, Edge
from cli.demo.floor import Account, Floor, Member
from cli.demo.house import Owner
from cli.demo.people import Name, names_of, slug
from cli.demo.places import City, Country, countries
from cli.demo.rows import DAY, Choice, Deck, instant
from cli.demo.texts import (
    COMPANY_TAGS,
    CONTACT_DESCRIPTIONS,
    CONTACT_TAGS,
    DESCRIPTIONS,
    LOCAL_TITLES,
    SOURCES,
    TITLES_BY_PERSONA,
)

_SOURCE = Choice(SOURCES)
_PERSONA = Choice([((persona, titles), weight) for persona, weight, titles in TITLES_BY_PERSONA])
_OWN_SCRIPT = 0.2
_EMPLOYEES = Choice(
    [(20, 6), (45, 10), (90, 14), (180, 16), (350, 14), (700, 10), (1_500, 7), (4_000, 4), (12_000, 2)]
)


@dataclass(frozen=True, slots=True)
class Plan:
    """An account before it is made.

    Attributes:
        size: how many contacts.
        alone: a contact without a company.
        country, city: where.
        owner: whose.
        edge: what is peculiar about it, if anything.
    """

    size: int
    alone: bool
    country: Country
    city: City
    owner: Owner
    edge: Edge | None = None


class Planner:
    """Decides what accounts there are, before any is made, so that deals can be spread over them.

    Args:
        floor: the sales floor.
    """

    _SIZE = Choice(
        [(1, 18), (2, 17), (3, 15), (4, 12), (5, 9), (6, 8), (8, 7), (10, 6), (14, 4), (25, 2), (40, 1)]
    )

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._country = Deck([(country, country.weight) for country in countries()])
        you, (manager, *reps), (europe, overseas) = floor.house.you, floor.house.colleagues, floor.house.pools
        self._owners = (
            Choice([(you, 33), (reps[0], 26), (reps[1], 25), (manager, 5), (europe, 11)]),
            Choice([(you, 30), (reps[2], 52), (manager, 5), (overseas, 13)]),
        )

    def plans(self, contacts: int) -> list[Plan]:
        """Accounts with `contacts` contacts in all. Those of the edges come first and are yours."""
        by_code = {country.code: country for country in countries()}
        out = []
        left = contacts
        for edge in EDGES:
            size = min(len(edge.contacts), left)
            if size:
                country = by_code[edge.country]
                out.append(Plan(size, False, country, country.cities[0], self._floor.house.you, edge))
                left -= size
        while left:
            country = self._country(self._floor.rng)
            alone = self._floor.chance(0.15)
            size = 1 if alone else min(self._SIZE(self._floor.rng), left)
            city = self._floor.rng.choice(country.cities)
            out.append(Plan(size, alone, country, city, self._owners[country.overseas](self._floor.rng)))
            left -= size
        return out


class Maker:
    """Makes accounts of plans.

    Args:
        floor: the sales floor.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._strangers = 0

    def make(self, plan: Plan, since: int) -> Account:
        """An account that came into offhook at `since`, with its company and contacts in the floor's batch."""
        floor = self._floor
        city = plan.city
        account = Account(plan.owner, plan.country, city, None, "", [], since)
        domain = main = ""
        if plan.alone:
            # Nobody has entered the company yet; notes name it all the same.
            account.short = floor.register.firm(plan.country.code, city.name).short
        else:
            domain, main = self._company(plan, account)
        taken: set[str] = set()
        for n in range(plan.size):
            came = since if n == 0 else since + int((floor.now - since) * floor.rng.random() ** 2.5)
            own = plan.edge.contacts[n] if plan.edge else {}
            account.members.append(self._member(account, came, domain, main, taken, own))
        return account

    def _company(self, plan: Plan, account: Account) -> tuple[str, str]:
        """Adds the company; returns its domain and its telephone number."""
        floor, city = self._floor, account.city
        rng = floor.rng
        firm = floor.register.firm(plan.country.code, city.name)
        name, short, domain = firm.name, firm.short, firm.domain
        if plan.edge:
            name = short = plan.edge.company
            domain = floor.register.reserve(plan.edge.domain)
        main = floor.exchange.switchboard(city)
        people = _EMPLOYEES(rng)
        account.short = short
        account.company = floor.batch.company(
            id=floor.ids.at(account.since),
            created_at=instant(account.since),
            book_id=plan.owner.book_id,
            name=name,
            domain=domain,
            website=f"https://www.{domain}" if floor.chance(0.8) else "",
            phone=main,
            industry=firm.industry,
            employees=people + rng.randrange(people) if floor.chance(0.9) else None,
            address=rng.choice(plan.country.streets).replace("#", str(rng.randrange(1, 180))),
            postal_code=self._postal(city),
            city=city.name,
            region=city.region,
            country=plan.country.code,
            description=floor.fill(
                rng.choice(DESCRIPTIONS), account, Member({}, "", city.zone, 0)
            ) if floor.chance(0.3) else "",
            tags=self._tags(COMPANY_TAGS),
            custom={"docks": rng.randrange(1, 40)} if floor.chance(0.5) else {},
        )  # fmt: skip
        return domain, main

    def _member(
        self, account: Account, came: int, domain: str, main: str, taken: set[str], own: dict[str, Any]
    ) -> Member:
        floor = self._floor
        rng, country = floor.rng, account.country
        first, last = self._name(country.code, own)
        persona, titles = _PERSONA(rng)
        if country.code in LOCAL_TITLES and floor.chance(0.25):
            titles = LOCAL_TITLES[country.code]
        own_script = bool(first.own and last.own) and floor.chance(_OWN_SCRIPT)
        city = account.city
        if floor.chance(0.08):
            # In the same zone, so that one clock is right for all the people of an account.
            city = rng.choice([other for other in country.cities if other.zone is city.zone])
        names = {"first_name": first.text, "last_name": last.text}
        if own_script:
            names = {"first_name": first.own, "last_name": last.own}
        row = floor.batch.contact(
            id=floor.ids.at(came),
            created_at=instant(came),
            book_id=account.owner.book_id,
            title=rng.choice(titles),
            company_id=account.company_id,
            emails=self._emails(first, last, domain, taken),
            phones=self._phones(country, city, main),
            lead_status="New",
            source=_SOURCE(rng),
            time_zone=city.zone.key,
            city=city.name,
            region=city.region,
            country=country.code,
            tags=self._tags(CONTACT_TAGS),
            custom=self._custom(first, last, persona),
            **names,
        )
        if account.company is None:
            row["address"] = rng.choice(country.streets).replace("#", str(rng.randrange(1, 180)))
            row["postal_code"] = self._postal(city)
        row.update(own)
        member = Member(row, row["first_name"] or row["last_name"] or "the contact", city.zone, came)
        if floor.chance(0.04):
            row["description"] = floor.fill(rng.choice(CONTACT_DESCRIPTIONS), account, member)
        return member

    def _name(self, country: str, own: dict[str, Any]) -> tuple[Name, Name]:
        names, choice = names_of(country), self._floor.rng.choice
        if self._floor.chance(0.46):
            first, last = choice(names.women), choice(names.last_women)
        else:
            first, last = choice(names.men), choice(names.last)
        return _given(own, "first_name", first), _given(own, "last_name", last)

    def _emails(self, first: Name, last: Name, domain: str, taken: set[str]) -> tuple[dict[str, str], ...]:
        floor = self._floor
        out = []
        if domain and floor.chance(0.95):
            local = f"{first.slug}.{last.slug}" if floor.chance(0.7) else f"{first.slug[0]}.{last.slug}"
            n = 1
            while (address := local if n == 1 else f"{local}{n}") in taken:
                n += 1
            taken.add(address)
            out.append({"value": f"{address}@{domain}", "label": "work"})
        if floor.chance(0.85 if not domain else 0.08):
            self._strangers += 1
            out.append(
                {"value": f"{first.slug}.{last.slug}{self._strangers}@postbox.example", "label": "home"}
            )
        return tuple(out)

    def _phones(self, country: Country, city: City, main: str) -> tuple[dict[str, str], ...]:
        floor = self._floor
        luck = floor.rng.random()
        if luck < 0.04:
            return ()
        out = []
        if luck < 0.84 or luck > 0.97:
            line = floor.exchange.direct(city) if not main or floor.chance(0.35) else ""
            if line or main:
                out.append({"value": line or floor.exchange.extension(main), "label": "work"})
        if luck > 0.60 and (mobile := floor.exchange.mobile(country)):
            out.append({"value": mobile, "label": "mobile"})
        if main and (luck > 0.97 or not out):
            out.append({"value": main, "label": "main"})
        return tuple(out)

    def _custom(self, first: Name, last: Name, persona: str) -> dict[str, Any]:
        floor = self._floor
        custom: dict[str, Any] = {}
        if floor.chance(0.7):
            custom["persona"] = persona
        if floor.chance(0.4):
            number = floor.rng.randrange(100, 1000)
            custom["linkedin"] = f"https://linkedin.example/in/{first.slug}-{last.slug}-{number}"
        return custom

    def _tags(self, weighted: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
        luck = self._floor.rng.random() * 100
        out = []
        for tag, share in weighted:
            if luck < share:
                out.append(tag)
                break
            luck -= share
        if out and self._floor.chance(0.1):
            other = self._floor.rng.choice(weighted)[0]
            out += [other] if other not in out else []
        return tuple(out)

    def _postal(self, city: City) -> str:
        digit = self._floor.rng.randrange
        return "".join(str(digit(10)) if c == "#" else c for c in city.postal)


def _given(own: dict[str, Any], field: str, name: Name) -> Name:
    """The name that is given, where an address can be made of it; otherwise the one by chance."""
    text = own.get(field, "")
    return Name(text, "", slug(text)) if slug(text) else name


def came_when(floor: Floor, plan: Plan, oldest_deal: int | None) -> int:
    """When an account came into offhook: before its first deal, otherwise some time in the last three years."""
    rng = floor.rng
    if oldest_deal is not None:
        wanted = oldest_deal - 3600 - int(rng.random() ** 2 * 90 * DAY)
    elif floor.chance(0.15):
        wanted = floor.now - int(rng.random() * 21 * DAY)
    else:
        wanted = floor.now - int(20 * DAY + rng.random() ** 1.6 * 1_000 * DAY)
    return floor.hours.back(wanted, plan.city.zone, plan.country.workdays)
