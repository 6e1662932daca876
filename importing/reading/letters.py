"""How likely a reading of bytes as an 8-bit encoding is: by the letters that texts in its languages are made of."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping

# How often a letter comes among the letters beyond ASCII, of 100, over the languages that an encoding is for. Only what
# sets encodings apart has to be right. Whatever is not named here has `_RARE`.
_WESTERN = (
    "é18 ü12 ä11 ö10 á5 í4 ó4 ñ3 è4 ç4 à4 ø2.5 å3 ã2 ß3 ê2 ú1.5 æ1.5 â1 î.8 ô1 ë1 ï.7 ù.3 ì.6 ò.5 õ.5 û.5 œ.2 ý.2 ð.3 "
    "þ.2 ÿ.02 š.1 ž.1 º.4 ª.3 °.2"
)
_CENTRAL = (
    "á12 í10 é9 ř6 č5 ě4 š5 ž4 ů2 ý3 ł4 ó5 ą2.5 ę2.5 ś2 ż2 ń1.5 ć2 ź.5 ö3 ü2 ő2 ű1.5 ä.7 ă2 ş1.5 ţ1.5 î.8 â.8 đ.7 ú2 ň.4 "
    "ť.5 ď.4 ľ.6 ĺ.1 ŕ.05 ß.2 ô.1 ç.02 ë.02"
)
_TURKISH = "ı16 ş12 ğ9 ü14 ö8 ç9 İ6 â.4 î.2 û.1 é.3"
_BALTIC = "ā12 š8 ž5 ī7 ē6 ė6 ū5 ų4 į3 ą4 ę3 č4 ņ2.5 ļ4 ģ1 ķ3 õ2 ä4 ö2 ü4 é.3 ó.3"
_CYRILLIC = (
    "о10 е8 а8 и7 н6.5 т6 с5 р4.5 в4.5 л4.3 к3.4 м3.2 д3 п2.8 у2.6 я2 ы1.8 ь1.7 г1.6 з1.6 б1.6 ч1.4 й1.2 х1 ж.9 ш.7 ю.6 "
    "ц.5 щ.4 э.3 ф.4 ъ.1 ё.2 і2 ї.6 є.4 ґ.05 ў.2 ј.3 љ.1 њ.2 ћ.2 ђ.1 џ.05"
)
_GREEK = (
    "α10 ο9 ι7 ε6 τ6 σ4.5 ν6 η4 υ4 ρ4.5 π4 κ4 μ3.3 ς4 λ3 ω1.5 ό2 ί2.5 ά2.5 έ2 ή1.5 ύ1.2 ώ1 γ1.7 δ1.8 θ1.2 φ.9 χ1.1 β.8 ξ.5 "
    "ζ.4 ψ.2 ϊ.1"
)
_HEBREW = (
    "י11 ו10 ה8 ל7 א7 מ6 ר6 ת5 ב5 נ4 ש4.5 ם3 ע3 ד3 ק2.5 פ2.2 ח2.5 כ2 ג1.3 ן1.5 ט1.3 ז1 ס1.5 צ1 ך.8 ף.3 ץ.3"
)
_ARABIC = "ا13 ل11 ي8 م6.5 و6 ن6 ر5 ت4 ب4 ع4 د4 ه4 ة4 س3 ف3 أ2.5 ك2.5 ح3 ق2.5 ج1.5 ش1.5 ى1.2 ص1.2 ط1.2 خ1.2 ض.8 ذ.8 إ1 ز1 غ.6 ث.8 ظ.3 ئ.4 ء.5 ؤ.2 آ.3"

_RARE = 0.01
_PUNCTUATION = {"’": 4.0, "‘": 0.5, "“": 0.8, "”": 0.8, "–": 1.5, "—": 0.6, "…": 0.4, "€": 1.0, "\xa0": 1.5, "£": 0.5, "•": 0.3, "®": 0.3, "™": 0.3, "°": 0.3, "§": 0.1, "·": 0.2, "„": 0.4, "«": 0.3, "»": 0.3, "´": 0.3, "№": 0.3, "₪": 0.2, "¿": 0.1, "¡": 0.1}  # fmt: skip


def _table(text: str) -> Mapping[str, float]:
    return {entry[0]: float(entry[1:]) for entry in text.split()}


_SCRIPTS: Mapping[str, Mapping[str, float]] = {
    "western": _table(_WESTERN),
    "central": _table(_CENTRAL),
    "turkish": _table(_TURKISH),
    "baltic": _table(_BALTIC),
    "cyrillic": _table(_CYRILLIC),
    "greek": _table(_GREEK),
    "hebrew": _table(_HEBREW),
    "arabic": _table(_ARABIC),
}
_ALPHABETIC = frozenset({"cyrillic", "greek", "hebrew", "arabic"})
"""Whose words are made of letters beyond ASCII alone."""


def likelihood(text: str, script: str) -> float:
    """The logarithm of how likely the characters beyond ASCII of a text are, in their places.

    Args:
        text: lines that hold such characters.
        script: western, central, turkish, baltic, cyrillic, greek, hebrew or arabic.
    """
    letters, alphabetic = _SCRIPTS[script], script in _ALPHABETIC
    before, total = " ", 0.0
    places = enumerate(text)
    for place, character in places:
        if character >= "\x80":
            after = text[place + 1] if place + 1 < len(text) else " "
            total += math.log(_weight(character, before, after, letters, alphabetic) / 100)
        before = character
    return total


def _weight(character: str, before: str, after: str, letters: Mapping[str, float], alphabetic: bool) -> float:
    inside = before.isalpha() and after.isalpha()
    if not character.isalpha() or character in "ºª":
        if character in _PUNCTUATION:
            # An apostrophe stands in words; what else stands there was a letter.
            return _PUNCTUATION[character] * (0.02 if inside and character != "’" else 1.0)
        return letters.get(character, _RARE * 0.1 if unicodedata.category(character)[0] == "C" else _RARE)
    lower = character.lower()
    weight = letters.get(character) or letters.get(lower, _RARE)
    if character != lower and character not in letters:
        weight *= 0.2
        if before.isalpha() and before.islower():
            return weight * 0.02
        if after.isalpha() and after.isupper() and before == " ":
            weight *= 0.5
    elif before.isalpha() and before.isupper() and after.isalpha() and after.isupper():
        return weight * 0.02
    foreign = (before.isalpha() and before < "\x80") or (after.isalpha() and after < "\x80")
    if lower in "ìòù" and letters is _SCRIPTS["western"]:
        # In Italian at the end of a word.
        weight *= 0.4 if after.isalpha() else 1.5
    if alphabetic:
        return weight * (0.02 if foreign else 1.0)
    if before >= "\x80" and before.isalpha():
        return weight * 0.15
    return weight
