"""Accounts that are peculiar on purpose, as real data is sooner or later. They lie in the viewer's own book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Edge:
    """A peculiar account.

    Attributes:
        country: where it is.
        company: its name.
        domain: its domain without the TLD.
        contacts: for each contact the values that are not as usual.
    """

    country: str
    company: str
    domain: str
    contacts: tuple[dict[str, Any], ...]


EDGES = (
    Edge(
        "DE",
        "Vereinigte Oberschlehenbacher Lagerhaus-, Kommissionierungs- und Kühltransportgesellschaft vormals Gebrüder"
        " Hasselfink & Söhne, Zweigniederlassung Unterschlehenbach mbH & Co. KGaA",
        "oberschlehenbacher-lagerhaus",
        ({"first_name": "Meenakshi", "last_name": "", "title": "Projektleitung"}, {"phones": ()}),
    ),
    Edge(
        "SE",
        "Fuchs & Hare 🦊🐇 Leksaker AB",
        "fuchs-hare-leksaker",
        (
            {"first_name": "Zoë 🌟", "last_name": "Åkerlund-Öst"},
            {"first_name": "", "last_name": "", "phones": (), "emails": ({"value": "lager@fuchs-hare-leksaker.example", "label": "work"},)},
        ),
    ),
    Edge(
        "EG",
        "شركة نور الميناء للتخزين (Noor El-Mina Storage)",
        "noor-el-mina",
        ({"first_name": "نور الدين", "last_name": "عبد الرحمن"}, {"first_name": "Abdelrahman", "last_name": "El-Sayed"}),
    ),
    Edge(
        "JP",
        "株式会社鳴神倉庫",
        "narukami-soko",
        ({"first_name": "健太", "last_name": "佐藤", "title": "倉庫長"}, {"first_name": "Yui", "last_name": "Satō"}),
    ),
    Edge(
        "GB",
        "Bracket [&] Sons Ltd",
        "bracket-sons",
        ({"first_name": "Jean-Luc", "last_name": "D’Arcy-O’Shaughnessy van den Bergh"}, {"title": ""}),
    ),
)  # fmt: skip
