"""Yes and no, as files say it."""

# ruff: noqa: SIM905 (lists of words are read more easily as text)
from __future__ import annotations

from core.imports.shapes import Unread
from core.imports.values.texts import is_blank
from core.text import clean_line, fold, printable

_YES = frozenset(
    """
    yes y true t 1 1.0 on x ✓ ✔ ☑ ✅ checked active enabled ja j wahr oui o vrai si s verdadero sim verdadeiro vero tak prawda ano
    pravda igen igaz evet dogru да истина так da adevarat kylla tosi はい 是 예 נעם نعم
    """.split()
)
_NO = frozenset(
    """
    no n false f 0 0.0 off ✗ ✘ ☐ ❌ unchecked inactive disabled nein falsch non faux falso nao nie falsz ne nepravda nem hamis hayir
    yanlis нет ложь ні nu fals ei epatosi nej nee onwaar いいえ 否 아니요 לא لا
    """.split()
)


def read_flag(text: str) -> bool | None:
    """Whether a cell says yes or no; None where it says nothing.

    Raises:
        Unread: it says something else.
    """
    if is_blank(text):
        return None
    word = fold(clean_line(text))
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unread(f"“{printable(text.strip())[:40]}” is neither yes nor no.")
