"""Whether two names can be one person’s, where an address or a number that both have is no proof of it."""

from __future__ import annotations

from functools import lru_cache

from core.text import words

_ROLES = frozenset(
    words(
        "info office sales contact hello hi mail email admin administration support service team kontakt vertrieb verkauf einkauf"
        " buchhaltung zentrale post rechnung accounts accounting billing finance hr jobs marketing press purchasing orders"
        " order reception secretary secretariat sekretariat contacto ventas administracion contato vendas comercial"
        " commercial direction compta accueil bonjour informazioni vendite amministrazione biuro kontor obchod iroda"
        " enquiries inquiries customerservice helpdesk webmaster postmaster noreply family familie famille familia"
    )
)
"""What stands before the @ of an address that several people read."""
_SHORT = (
    "alexander alex sandy|andrew andy drew|anthony tony|benjamin ben|charles charlie chuck|christopher chris|daniel dan danny|"
    "david dave|edward ed eddie ted|elizabeth liz beth betty eliza lisa|francisco paco|frederick fred|gregory greg|"
    "henry harry|jacob jake|james jim jimmy|jennifer jen jenny|john johnny jack|jose pepe|joseph joe|katherine kate kathy katie|"
    "lawrence larry|margaret maggie peggy meg|matthew matt|michael mike mick|nicholas nick|patricia pat patty trish|"
    "patrick pat paddy|peter pete|philip phil|richard rick dick richie|robert rob bob bobby|ronald ron|samuel sam|"
    "stephen steven steve|susan sue|theodore ted|thomas tom tommy|timothy tim|victoria vicky|william will bill billy|zachary zach"
)
_NAMES_OF: dict[str, frozenset[int]] = {}
for _number, _names in enumerate(_SHORT.split("|")):
    for _name in _names.split():
        _NAMES_OF[_name] = _NAMES_OF.get(_name, frozenset()) | {_number}
_ALIKE = 75
"""From this likeness of two first names on (0 to 100) one may be a misspelling of the other."""
_ONE_WOMAN = frozenset({"ann", "dian", "joann", "lind", "susann"})
"""Names that an a more makes no other one of."""


def is_shared(email: str) -> bool:
    """Whether an address is read by several people: `info@`, `office@`."""
    return not _ROLES.isdisjoint(words(email.partition("@")[0].replace("_", " ")))


def at_one_address(one: tuple[str, str], other: tuple[str, str], *, shared: bool) -> bool:
    """Whether two of one e-mail address can be one person.

    Somebody marries, or is called Bob; but John and Mary Smith are two, and so are any two names that write from `info@`.

    Args:
        one: first and last name.
        other: the same of the other one.
        shared: the address is read by several people.
    """
    mine, theirs = set(words(" ".join(one))), set(words(" ".join(other)))
    if not mine or not theirs or mine <= theirs or theirs <= mine:
        return True
    first = _can_be_one(one[0], other[0])
    if shared:
        return first and _can_be_one(one[1], other[1])
    family = bool(one[0] and other[0] and one[1]) and words(one[1]) == words(other[1])
    return first or not family


def is_pair(one: str, other: str) -> bool:
    """Whether two names, their words in order, are those of a man and a woman: Paul and Paula Schmidt are two."""
    mine, theirs = set(one.split()), set(other.split())
    if len(mine - theirs) != 1 or len(theirs - mine) != 1:
        return False
    his, hers = sorted((*(mine - theirs), *(theirs - mine)), key=lambda name: (len(name), name[-1:] == "a"))
    if not hers.endswith("a") or his in _ONE_WOMAN:
        return False
    return hers == f"{his}a" or (his.endswith("o") and his[:-1] == hers[:-1])


@lru_cache(maxsize=4096)
def _can_be_one(one: str, other: str) -> bool:
    """Whether two parts of names can be one: the same, a beginning, a short form, a misspelling; or one is not said."""
    mine, theirs = words(one), words(other)
    if not mine or not theirs or not set(mine).isdisjoint(theirs):
        return True
    here, there = mine[0], theirs[0]
    if here.startswith(there) or there.startswith(here):
        return True
    if _NAMES_OF.get(here, frozenset()) & _NAMES_OF.get(there, frozenset()):
        return True
    from rapidfuzz import fuzz

    return float(fuzz.ratio(here, there)) >= _ALIKE
