"""How likely a reading of bytes as an 8-bit encoding is: by the letters that words in its languages are made of."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

# Of each language the letters beyond ASCII: how many of a hundred of them each is, what letters stand before it, and which
# behind it (a point is the end of the word). Counted in names of people and places, and in words of headers. What sets
# encodings apart is less the letters than their neighbours: the byte of the ř in “Jiří” is the ø in “Jørgen”.
_LATIN: Mapping[str, str] = {
    "cs": "á20:vknrlztdhmspbřčižjš:.nvltkdřmzsrhcšžčbpj í19:nřvtmlcčjžšsdbpz:.ktnrsldvžmcřzščjhbp "
    "ý13:nkvltrhbmd:.rcvšsntmzkl ě10:nvmtdpb:.tlsndkjržřzmvhcšp ř9:ptáo.bakíděehúiévz:eií.saoáknb "
    "č7:.eoaiuáníúrvldbykpj:enik.íatáol š6:.uieáoavíyýlěnzrjmp:etk.oiínťalápvsm "
    "ž6:o.aueníáěrůilm:ei.ínkéoadbsámcl é4:klvnržitmfd:.rhknsmzřdlt ů2:rdpmvtlchnjk:svm.žlrzckd "
    "ú2:.sa:sčřdptzvkn ň1:eaá:.osak ó0.6:lnmkzfgvpit:gndlmrz ť0.4:šsěeiuay:.aosá",
    "sk": "á40:vknrlzthmbidpsjg:.rnklmčtvšhdcľbzžs č11:.ianeáourljvúbíptýk:eoiank.íástum "
    "š11:.auoiáyeúrlkbínm:otka.iensuípváťlúň í8:nlrčtmvšbcdžzpisg:kncrž.lčtpvmbšdsgz "
    "é7:knvlrtžmgih:.hrnmldzg ý6:nkvltrmhs:.csrtčkvm ž5:.aiueáoníldr:inaeoébksí.duňm ľ4:eo.áakupidú:aoku.snš "
    "ú3:.klcdrthsmvšzfnp:crbšzdkčstvňphľ ň2:aeoiáryžhšúvŕlu.:ao.á ď0.9:.ael:uaoá ó0.8:lntmrd:gnrmk "
    "ô0.5:hdnbpgkm.t:trsplc ť0.4:sšo.erúí:.aáo ä0.4:vmp:tz",
    "pl": "ł32:ao.swóegudibkzptcrmh:aoy.ukąeógętcnw ć13:aśiye.uęą:.kw ś13:.oaeyuji:ć.cwlnrkm "
    "ó10:rpiwkłngmzżtjhbc:wrłdjzlżbgźtc ę9:ijztrłdwnpgkl:.dgctkspżbć ż8:.oaeęuódyąr:yeao.nuókdlw "
    "ń7:oaeiuy:.sc ą6:iłdlzsjwrnbm:dbtcszkgżć ź2:doa.ó:.ndwr",
    "hu": "á28:tvzrlkmgnh.sbjdpyei:rnslgctzbdmkphj é26:.nmktvpsgzhblfdyrc:srknpmvglbdtz.c "
    "ő13:tzldnykbsrg:.rszkhmifj ó12:tlrdzgjkibs.:.zgsrtnfbd ö8:nkr.tdfzml:knrzslvdgp í5:zymgtrsdph:trmn "
    "ü3:.zrfs:glzrv ű2:myzfkdt:vzcsrijt ú2:.arjgbdmp:jzt.sldr",
    "ro": "ţ36:iuna.e:iaă.e ă36:crţmsltzbd:.ldruntic ş24:ea.iuo:.toaiue â4:rdsvct:nmlr î0.6:.:n",
    "hr": "č29:ia.nuervšjolpb:eaik.nuor š28:.iaoeurvnmkdp:kitae.nčluopvmcj ć25:iaoeu:.ean ž15:.oedunaril:eianuj.d "
    "đ2:a.eor:eaui",
    "de": "ü42:grfmjl.bktwhzdn:rnbhlcsßgt ö26:jkrgh.mbdlvs:rhntfßlsdg ä20:hjblkt.wrmzf:tnfrhmcgs ß11:ioöaüue:e. "
    "é0.7:sn:.",
    "fr": "é76:g.rmtdpnhcslvoaf:nc.tredlsvgmapoq è13:iltrdchgbfvm:rmnsvtglcq ô2:rhcta:tlmnp ê2:rpunmv.:tcm "
    "î2:a.:tnl à2:.lj:. û0.9:sorf:trl â0.9:pbclét.:tlbcg ç0.8:nar:oa ï0.6:a:dtsqr ë0.2:ao:l",
    "es": "í24:rltmcufgnbda:anst.oqr ó24:ircdlj.tbmeg:n.smñ á21:r.ldcnimzbvtgsu:nr.slcvgfzxt "
    "é18:smnrbltcidfhovpy.:.snrlgtbc ñ9:aeiuúó:oaei ú4:p.angtsdf:nlbñrzs.t à0.2:z:.",
    "pt": "ã21:çsoitmrlhnjpvdc:o.e ç21:aniuelcro:ãaõoú é15:tmsrlnfcagbpdvoj:cdr.tslgmnui "
    "á13:mr.tnuilpcbdsgvhof:rqtfl.scgubdvp í9:lurtmfae.nscvoügd:csnmdltvbfçrp.z "
    "ó7:tnrmldcpei.jgbfs:lrgnsv.ipct ú4:apdmrjlçnct:sdbrcnlj â3:cltrmfu:nm õ3:çts:e ê3:ticgmd:nxu.s "
    "ô2:rltfvm:nmo. ü0.4:qg:iíêe à0.3:.:.",
    "it": "à37:trnfpi:. ò23:rldiztn:. ì16:dlstvr:. è8:fosunr:. ù6:iltd:. é3:hs:. ö3:hstnv:lftß ü2:mt:hcn "
    "ß1.0:öi:.e ä0.5:r:.",
    "da": "ø53:rjs.tlhmnbkfdgi:rn.dljyvbmeskga æ24:lvbrnjtpmk.sfdg:rgslkdntbva å21:g.rlhmkpvtbs:r.sldgbnkvt "
    "é1.0:lnfm:e.s ü0.3:rkm:gcn",
    "sv": "ä69:ljmpäkvtnhrs.:.rnälkimjsetvhyga ö25:krjtnilö.sdfvbygmpä:.nmrlsböpadkgytj å3:.reh:sk.bn "
    "é2:rdlzmn:nae ž0.8:d:ai š0.4:t:ae",
    "nl": "ë57:ioae:.lnr é16:rnmshv:.el ï9:aoeu:snt â5:wl:ln ö4:obrmhk:rkelns ç3:an:ao è3:nji:sng û2:hkm:sbn "
    "ü0.5:d:m ú0.5:h:n å0.5:.:l",
    "is": "ó23:jþrdns.thmlegðíkb:rlsnðmti.dafpekhvb í21:rldvn.tgsmfbak:sanðm.egkfrudóvtl "
    "ð17:iruíóaöoúeáé:usab.imvlrngfóþjd ö9:j.rvlhnbs:rðlkfgn á8:.jrlhmpkfbvsn:srln.ðftkmi "
    "þ8:.ngrðltyi:óojreuyai ú6:rj.hnlgmkdtbfs:nlstrðebdia ý4:ntdlmr.sg:.rsmtj æ3:sn.lkhb:rvbnlmgshi "
    "é0.7:hrlv:ðltrsdgk",
    "tr": "ı25:cçdklrysntşğgzph:.klrnmscşzçtgy ü22:gmt.rcdlskhnbyzç:lr.nmhtşsdzkcyfçv "
    "ç16:.tknşpalıiueüoh:iıae.uolübö ş15:.aieıüyulnmr:.aeiıçtklrohcu ö10:.gtysdkrfzç:zrnkğlmvhp "
    "ğ6:aoueöi:alur.dıbem İ5:.:lnsşçzmbkp â0.8:lkh:lrmhyn.k",
    "lt": "ė49:lntrvdpkm:.jdnžl ž13:.ąėai:ueiya ū12:rimjtk:nrtb č10:i.a:iake š9:.uio:airk ų3:ij:. ę2:k:s ą2:.:ž "
    "į1:.:m",
    "lv": "ņ23:i.zo:šaiē ā18:.mvdjkptil:rbnlvjc ē16:rjbp.ņsķzc:rtkszml ī15:lrdtvz:tngbc š14:ņ.:.ķ ū6:jrld:mlrscd "
    "ķ3:.ši:eē ģ3:.ļo:ie ļ2:.ko:eaģ ž0.4:a:a č0.4:i:a",
    "et": "ä41:mkäpjlhvrst:renätghsdl õ28:pjn.vltbrkm:ldmseinughšt ü17:jmükpr.:rültv š8:t.rõ:eaot ö3:msö:löt "
    "ž3:.e:ud",
}

# The same of languages that are written in such letters alone, by how often they come.
_OTHERS: Mapping[str, str] = {
    "cyrillic": "о10 е8 а8 и7 н6.5 т6 с5 р4.5 в4.5 л4.3 к3.4 м3.2 д3 п2.8 у2.6 я2 ы1.8 ь1.7 г1.6 з1.6 б1.6 ч1.4 й1.2 х1 ж.9 ш.7 ю.6 "
    "ц.5 щ.4 э.3 ф.4 ъ.1 ё.2 і2 ї.6 є.4 ґ.05 ў.2 ј.3 љ.1 њ.2 ћ.2 ђ.1 џ.05",
    "greek": "Ά1 α10 ο9 ι7 ε6 τ6 σ4.5 ν6 η4 υ4 ρ4.5 π4 κ4 μ3.3 ς4 λ3 ω1.5 ό2 ί2.5 ά2.5 έ2 ή1.5 ύ1.2 ώ1 γ1.7 δ1.8 θ1.2 φ.9 χ1.1 β.8 ξ.5 "
    "ζ.4 ψ.2 ϊ.1",
    "hebrew": "י11 ו10 ה8 ל7 א7 מ6 ר6 ת5 ב5 נ4 ש4.5 ם3 ע3 ד3 ק2.5 פ2.2 ח2.5 כ2 ג1.3 ן1.5 ט1.3 ז1 ס1.5 צ1 ך.8 ף.3 ץ.3",
    "arabic": "ا13 ل11 ي8 م6.5 و6 ن6 ر5 ت4 ب4 ع4 د4 ه4 ة4 س3 ف3 أ2.5 ك2.5 ح3 ق2.5 ج1.5 ش1.5 ى1.2 ص1.2 ط1.2 خ1.2 ض.8 ذ.8 إ1 ز1 غ.6 ث.8 "
    "ظ.3 ئ.4 ء.5 ؤ.2 آ.3",
}
_LANGUAGES: Mapping[str, Mapping[str, float]] = {
    "western": {
        "de": 0,
        "fr": 0,
        "es": 0,
        "pt": 0,
        "it": -0.5,
        "da": -0.3,
        "sv": -0.3,
        "nl": -1,
        "is": -3,
        "et": -3,
    },
    "central": {"cs": 0, "pl": 0, "hu": 0, "sk": -0.3, "ro": -0.5, "hr": -0.5, "de": -1},
    "turkish": {"tr": 0},
    "baltic": {"lt": 0, "lv": 0, "et": -1},
    **{script: {script: 0} for script in _OTHERS},
}
"""The languages that an encoding is for, and how much less likely a file is in them (a logarithm)."""
_GUEST = -2.5
"""How much less likely a word of another language is than one of the language of its file."""

_RARE = 0.02
_ELSEWHERE = 0.08
"""What is left of a letter between neighbours that it does not have."""
_CAPITALS = 0.5
"""How likely a word is written in capitals."""
_PUNCTUATION = {"’": 4.0, "‘": 0.5, "“": 0.8, "”": 0.8, "–": 1.5, "—": 0.6, "…": 0.4, "€": 1.0, "\xa0": 1.5, "£": 0.5, "•": 0.3, "®": 0.3, "™": 0.3, "°": 0.3, "§": 0.1, "·": 0.2, "„": 0.4, "«": 0.3, "»": 0.3, "´": 0.3, "№": 0.3, "₪": 0.2, "¿": 0.1, "¡": 0.1, "º": 1.0, "ª": 0.5}  # fmt: skip
_OPENING = "‘“„«»–—•§€£№₪¿¡\xa0"
"""What a word may begin with."""
_WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]+")


class _Letter(NamedTuple):
    weight: float
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


_Letters = Mapping[str, _Letter]


def words_of(sample: bytes, most: int = 600) -> Mapping[bytes, int]:
    """The words beyond ASCII of a text of bytes, and how often each comes, three times at the most."""
    found: dict[bytes, int] = {}
    for word in _WORD.findall(sample):
        if not word.isascii() and (word in found or len(found) < most):
            found[word] = min(found.get(word, 0) + 1, 3)
    return found


def likelihood(words: Mapping[bytes, int], encoding: str, script: str) -> float:
    """The logarithm of how likely words are in an encoding, by the characters beyond ASCII in their places.

    A file has one language; some of its words are of others that share its letters.

    Args:
        words: in bytes, and how often each comes.
        encoding: in which they are read.
        script: western, central, turkish, baltic, cyrillic, greek, hebrew or arabic.
    """
    languages = _LANGUAGES[script]
    totals = dict.fromkeys(languages, 0.0)
    for raw, times in words.items():
        word = raw.decode(encoding, "replace")
        scores = {language: _of_word(word, _letters(language), script in _OTHERS) for language in languages}
        guest = max(scores[language] + _GUEST + prior for language, prior in languages.items())
        for language, score in scores.items():
            totals[language] += times * max(score, guest)
    return max(totals[language] + prior for language, prior in languages.items())


@cache
def _letters(language: str) -> _Letters:
    made: dict[str, _Letter] = {}
    if language in _OTHERS:
        return {entry[0]: _Letter(float(entry[1:])) for entry in _OTHERS[language].split()}
    for entry in _LATIN[language].split():
        said, before, after = entry.split(":")
        made[said[0]] = _Letter(float(said[1:]), frozenset(before), frozenset(after))
    return made


def _of_word(word: str, letters: _Letters, alphabetic: bool) -> float:
    total, before = 0.0, " "
    if len(word) > 1 and word.isupper():
        # The lower case of İ is two characters.
        word, total = "İ".join(part.lower() for part in word.split("İ")), math.log(_CAPITALS)
    for place, character in enumerate(word):
        if character >= "\x80":
            after = word[place + 1] if place + 1 < len(word) else " "
            total += math.log(_weight(character, before, after, letters, alphabetic) / 100)
        before = character
    return total


def _weight(character: str, before: str, after: str, letters: _Letters, alphabetic: bool) -> float:
    inside = before.isalpha() and after.isalpha()
    if not character.isalpha() or character in "ºª":
        if character in _PUNCTUATION:
            # An apostrophe stands in words or behind them; what else stands there was a letter.
            if character == "’":
                return _PUNCTUATION[character] * (1.0 if before.isalpha() else 0.05)
            alone = inside or (after.isalpha() and character not in _OPENING)
            return _PUNCTUATION[character] * (0.02 if alone else 1.0)
        return _RARE * (0.01 if unicodedata.category(character)[0] == "C" or character == "\ufffd" else 0.5)
    lower = character.lower()
    known = letters.get(character) or letters.get(lower)
    weight = known.weight if known else _RARE
    if character != lower and character not in letters:
        weight *= 0.2
        if before.isalpha() and before.islower():
            return weight * 0.02
    elif before.isalpha() and before.isupper() and after.isalpha() and after.isupper():
        return weight * 0.02
    if alphabetic:
        foreign = (before.isalpha() and before < "\x80") or (after.isalpha() and after < "\x80")
        return weight * (0.02 if foreign else 1.0)
    if known:
        if (before.lower() if before.isalpha() else ".") not in known.before:
            weight *= _ELSEWHERE
        if (after.lower() if after.isalpha() else ".") not in known.after:
            weight *= _ELSEWHERE
    return weight
