"""What records are recognised by: names in the form in which two spellings of one are the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from core.text import fold, words

_FORMS_OF_COMPANIES = (
    "gmbh ggmbh mbh ag kg ohg gbr ug haftungsbeschrankt ev eg kgaa inc incorporated ltd limited llc llp lp plc corp corporation"
    " co company sa sas sasu sarl eurl snc srl srls spa sl slu bv nv vof cv oy oyj ab as asa aps is sro spol doo dd kft zrt bt"
    " nyrt spzoo zoo sp oo ooo zao pty pvt pte ltda lda eireli me kk gk sdn bhd se sia uab ou ehf hf sal sae fzco fze dmcc"
)  # fmt: skip
_FORMS = frozenset(_FORMS_OF_COMPANIES.split())
"""Words at the end of a company's name that say what it is in law, folded and without points."""
_TAILS = (
    "", " gmbh", " ag", " inc", " inc.", ", inc.", " ltd", " ltd.", " limited", " llc", " corp", " plc", " sa", " s.a.", " srl",
    " bv", " ab", " gmbh & co. kg",
)  # fmt: skip
"""How the legal form is written most often, for finding a company whose name is given without."""
_SPELLED = re.compile(r"\b(?:\w\.\s?){2,}")

_MAILERS = (
    "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de ymail.com hotmail.com hotmail.co.uk hotmail.fr outlook.com"
    " live.com msn.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de proton.me"
    " protonmail.com mail.com mail.ru yandex.ru yandex.com qq.com 163.com 126.com orange.fr free.fr wanadoo.fr laposte.net"
    " libero.it virgilio.it seznam.cz wp.pl o2.pl interia.pl onet.pl comcast.net verizon.net att.net sbcglobal.net bellsouth.net"
    " btinternet.com sky.com hey.com fastmail.com zoho.com rediffmail.com naver.com bluewin.ch hispeed.ch telenet.be skynet.be"
)  # fmt: skip
FREE_MAILERS = frozenset(_MAILERS.split())
"""Domains of e-mail addresses that say nothing of where somebody works."""


@lru_cache(maxsize=16_384)
def company_key(name: str) -> str:
    """A company's name folded, without punctuation and without its legal form: `Acme, Inc.` and `ACME` are one."""
    # “s.r.o.” and “S. A.” are one word each.
    joined = _SPELLED.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", fold(name))
    parts = words(joined)
    kept = parts
    while len(kept) > 1 and kept[-1] in _FORMS:
        kept = kept[:-1]
    return " ".join(kept) or joined.strip()


def company_names(name: str) -> tuple[str, ...]:
    """The sort keys that a company of that name may have here: with a legal form and without."""
    folded, bare = fold(name), company_key(name)
    return tuple(dict.fromkeys((folded, *(bare + tail for tail in _TAILS))))


def contact_names(first: str, last: str) -> tuple[str, ...]:
    """The sort keys that a contact of that name may have here: last name first, the other way round, or all in one field."""
    if not (first or last):
        return ()
    whole, turned = fold(f"{last} {first}".strip()), fold(f"{first} {last}".strip())
    return (whole,) if whole == turned else (whole, turned)


def person_key(first: str, last: str) -> str:
    """A person's name as two of them are compared: the folded words, whatever their order."""
    if not (first or last):
        return ""
    return " ".join(sorted(words(f"{first} {last}")))


def former_name(name: str) -> str:
    """What somebody without a company keeps of their name when an import gives them a company, or more of a name.

    The row that knew them by it alone means them the next time, too.

    Args:
        name: theirs until then, as `person_key` has it.
    """
    return f"called>import:{blake2b(name.encode(), digest_size=12).hexdigest()}"


def email_key(value: str) -> str:
    """An address as it is compared."""
    return value.strip().lower()


def phone_key(value: str) -> str:
    """A number without its extension."""
    return value.partition(";")[0]


def email_keys(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses of a contact."""
    return tuple(email_key(item["value"]) for item in row.get("emails") or ())


def phone_keys(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The numbers of a contact."""
    return tuple(phone_key(item["value"]) for item in row.get("phones") or ())


def domain_key(value: str) -> str:
    """A company's domain as it is compared; empty where it is one of a free mailer."""
    bare = value.strip().lower().removeprefix("www.")
    return "" if bare in FREE_MAILERS else bare


def systems(external_ids: Iterable[str]) -> dict[str, set[str]]:
    """Ids by the system that gave them; marks of what is still to come (`company_id>hubspot:1`) are none."""
    found: dict[str, set[str]] = {}
    for one in external_ids:
        system, colon, key = one.partition(":")
        if colon and ">" not in system:
            found.setdefault(system, set()).add(key)
    return found


def differ(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two records are known to the same system by different ids: then they are two."""
    mine, theirs = systems(one), systems(other)
    return any(not (mine[system] & theirs[system]) for system in mine.keys() & theirs.keys())


def waiting_mark(field: str, external_id: str) -> str:
    """What a record keeps of a link to a record that has not come yet."""
    return f"{field}>{external_id}"
