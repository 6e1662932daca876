"""Names of companies that nobody has: invented stems, what the trade is called there, and the legal form."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache

from cli.demo.people import slug

INDUSTRIES = (
    "Logistics",
    "E-commerce",
    "Food & beverage",
    "Automotive",
    "Pharma & healthcare",
    "Retail",
    "Electronics",
    "Furniture & home",
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How companies of a country are named.

    Attributes:
        stems: first parts; a colon separates the own script.
        trades: one entry per industry, alternatives separated by a slash; a colon separates the own script.
        forms: whole names with {stem} and {trade}.
        own: the whole name in the own script; empty where that is Latin.
    """

    stems: tuple[str, ...]
    trades: tuple[tuple[str, ...], ...]
    forms: tuple[str, ...]
    own: str


@dataclass(frozen=True, slots=True)
class Firm:
    """A company's name, and what follows from it.

    Attributes:
        name: as it is registered.
        short: what people call it.
        domain: under the TLD that is kept free for examples.
        industry: one of `INDUSTRIES`.
    """

    name: str
    short: str
    domain: str
    industry: str


@dataclass(slots=True)
class Register:
    """Gives out names, each once."""

    rng: random.Random
    _taken: set[str] = field(default_factory=set)

    def firm(self, country: str, city: str) -> Firm:
        """A company that is not there yet."""
        pick = self.rng.choice
        city = city.partition(" / ")[0]
        manner = manner_of(country)
        industry = self.rng.randrange(len(INDUSTRIES))
        stem, _, own_stem = pick(manner.stems).partition(":")
        trade, _, own_trade = pick(manner.trades[industry]).partition(":")
        short = f"{stem} {trade}"
        while self._key(short, country) in self._taken:
            if city not in short:
                stem = f"{stem} {city}"
            else:
                stem = f"{stem} {pick(manner.stems).partition(':')[0]}"
            own_stem = ""
            short = f"{stem} {trade}"
        key = self._key(short, country)
        self._taken.add(key)
        name = pick(manner.forms).format(stem=stem, trade=trade)
        if manner.own and own_stem and self.rng.random() < 0.2:
            name = manner.own.format(stem=own_stem, trade=own_trade)
        return Firm(name, short, self._domain(key), INDUSTRIES[industry])

    def reserve(self, label: str) -> str:
        """Takes a name, as it stands in a domain, for a company that is named elsewhere; returns the domain."""
        self._taken.add(label)
        return self._domain(label)

    def _domain(self, key: str) -> str:
        # A label of a domain has at most 63 characters; what is cut off must not make two of them the same.
        label = key if len(key) <= 50 else f"{key[:40].strip('-')}-{len(self._taken)}"
        return f"{label}.example"

    @staticmethod
    def _key(short: str, country: str) -> str:
        parts = (slug(part, umlauts=country in ("DE", "CH")) for part in short.split())
        return "-".join(part for part in parts if part)


@cache
def manner_of(country: str) -> Manner:
    """How companies of a country (ISO 3166 alpha-2) are named.

    Raises:
        KeyError: the sample data has no company there.
    """
    stems, trades, forms, own = _MANNERS[country]
    return Manner(
        _stems(stems),
        tuple(tuple(trade.split("/")) for trade in trades.split("|")),
        tuple(forms.split("|")),
        own,
    )


def _stems(text: str) -> tuple[str, ...]:
    """Two groups of syllables are joined each with each; one group stands as it is."""
    groups = [group.split() for group in text.split("+")]
    if len(groups) == 1:
        return tuple(stem.replace("_", " ") for stem in groups[0])
    return tuple(f"{head}{tail}".replace("_", " ") for head in groups[0] for tail in groups[1])


_GERMAN_STEMS = """Falken Brenn Linden Silber Hohen Eich Moor Wolfs Greifen Königs Birken Sturm Hasel Grün Alt Kranich Ulmen
Rüben Föhren Mühl + steg wald hof au brück feld berg tal horst moos see stein rain kamp büll"""
_ENGLISH_STEMS = """Bracken Thorn Alder Raven Holm Quill Wren Marl Harrow Penny Cinder Larch Fallow Gorse Whin Otter Heron
Tarn Ember Saffron + moor wick combe ford dale hurst gate mere well stead croft worth bridge lea thwaite"""
_AMERICAN_STEMS = """Cedar_ Copper_ Prairie_ Blue_Heron_ Iron_ Granite_ Maple_ Silver_ Juniper_ Red_Barn_ Lone_ Cobalt_
Bison_ Timber_ Sage_ Canyon_ Magnolia_ Pelican_ Birch_ Amber_ + Hollow Ridge Fork Summit Landing Crossing Bend Harbor
Creek Mesa Point Bluff Grove Falls Run"""
_ENGLISH_TRADES = (
    "Logistics/Freight|Direct/Online|Foods/Provisions|Auto Parts/Motors|Health/Pharma|Stores/Supply|Electronics/Devices"
    "|Home/Furnishings"
)
_ARABIC_MANNER = (
    """Rimal:رمال Noorain:نورين Sahil:ساحل Waha:واحة Qamar:قمر Safwan:صفوان Zahra:زهرة Marsa:مرسى Bahr:بحر Nakheel:نخيل
    Yaqut:ياقوت Fajr:فجر Sidra:سدرة Rawabi:روابي Lulua:لؤلؤة""",
    (
        "Cargo:للشحن|Online:للتجارة الإلكترونية|Foods:للأغذية|Motors:للسيارات|Medical:الطبية|Trading:للتجارة"
        "|Electronics:للإلكترونيات|Furnishing:للأثاث"
    ),
    "{stem} {trade} LLC|{stem} {trade} FZCO|{stem} General {trade} Est.",
    "شركة {stem} {trade}",
)

_MANNERS: dict[str, tuple[str, str, str, str]] = {
    "DE": (
        _GERMAN_STEMS,
        (
            "Logistik/Spedition|Versand/Onlinehandel|Feinkost/Lebensmittel|Fahrzeugtechnik/Autoteile|Pharma/Medizintechnik"
            "|Handel/Warenhaus|Elektronik/Messtechnik|Möbel/Küchen"
        ),
        "{stem} {trade} GmbH|{stem} {trade} GmbH|{stem} {trade} GmbH & Co. KG|{stem} {trade} AG|{stem} {trade} e. K.",
        "",
    ),
    "CH": (
        _GERMAN_STEMS.replace("büll", "ried").replace("kamp", "egg"),
        "Logistik/Transporte|Versand|Feinkost/Schokolade|Fahrzeuge|Pharma/Medtech|Handel|Elektronik/Präzision|Möbel",
        "{stem} {trade} AG|{stem} {trade} AG|{stem} {trade} GmbH|{stem} {trade} SA",
        "",
    ),
    "FR": (
        """Vent Clair Haute Bel Mont Roche Val Sainte Pierre Fontaine Noir Bois Étang Grand Champ Lune + ombre rive lac
        fleury marais ville preux vallon sèche taille garde noire bord pré chêne""",
        (
            "Logistique/Transports|Expédition/Colis|Alimentaire/Primeurs|Automobile/Mécanique|Santé/Pharma"
            "|Distribution/Négoce|Électronique/Mesure|Mobilier/Maison"
        ),
        "{stem} {trade} SAS|{stem} {trade} SARL|{stem} {trade} SA|Groupe {stem} {trade}|Établissements {stem} {trade}",
        "",
    ),
    "ES": (
        """Costa Sierra Valle Peña Monte Fuente Río Torre Alta Villa Campo Oliva Arroyo Puerto + fior blanca negra lúa
        dorada serena mar verde nieve roble luz grana viento jara""",
        (
            "Logística/Transportes|Envíos/Online|Alimentación/Conservas|Automoción/Recambios|Farma/Sanidad"
            "|Distribución/Almacenes|Electrónica/Sistemas|Muebles/Hogar"
        ),
        "{stem} {trade} S.L.|{stem} {trade} S.A.|{stem} {trade} e Hijos S.L.|Grupo {stem} {trade}",
        "",
    ),
    "IT": (
        """Monte Val Costa Rocca Ponte Bel Fonte Selva Riva Casal Torre Poggio Lago Colle + serena bruna lupo chiara fiorita
        verde quercia mora gialla rossa nebbia stella falco""",
        (
            "Logistica/Trasporti|Spedizioni/Online|Alimentari/Conserve|Meccanica/Ricambi|Farmaceutici/Sanità"
            "|Distribuzione/Ingrosso|Elettronica/Sistemi|Arredamenti/Casa"
        ),
        "{stem} {trade} S.r.l.|{stem} {trade} S.p.A.|Fratelli {stem} {trade} S.n.c.|{stem} {trade} S.r.l.",
        "",
    ),
    "PL": (
        """Brzozo Dębo Jodło Wilko Sosno Żura Orle Głazo Kruko Łąko Świerko Zimno Trzcino Borso + wice grodek polany wisko
        mierz brzeg sława szyn głowy żany stok""",
        (
            "Logistyka/Spedycja|Przesyłki/Wysyłka|Spożywcza/Delikatesy|Motoryzacja/Części|Farmacja/Zdrowie|Handel/Hurt"
            "|Elektronika/Pomiary|Meble/Wnętrza"
        ),
        "{stem} {trade} Sp. z o.o.|{stem} {trade} S.A.|{stem} {trade} Sp. k.|P.P.H.U. {stem} {trade}",
        "",
    ),
    "SE": (
        """Björk Åsk Gran Ek Älv Sjö Norr Öst Skog Lärk Häger Fjäll Järn Ljung + hamra vik ånger lunda fors näs dal hult
        torp ryd mark sele åsen""",
        (
            "Logistik/Frakt|E-handel/Postorder|Livsmedel/Delikatesser|Fordon/Bildelar|Läkemedel/Vård|Handel/Varuhus"
            "|Elektronik/Mätteknik|Möbler/Hem"
        ),
        "{stem} {trade} AB|{stem} {trade} AB|{stem} {trade} HB|{stem} & Söner {trade} AB",
        "",
    ),
    "GB": (
        _ENGLISH_STEMS,
        _ENGLISH_TRADES,
        "{stem} {trade} Ltd|{stem} {trade} Ltd|{stem} {trade} plc|{stem} & Sons {trade}|{stem} {trade} LLP",
        "",
    ),
    "IE": (
        """Bally Kil Knock Dun Carrig Lis Clon Drum Glen Rath + narra voggy drine gallach meen cullen toher shane
        breedy lyre corran feagh""",
        _ENGLISH_TRADES,
        "{stem} {trade} Ltd|{stem} {trade} DAC|{stem} {trade} Teo",
        "",
    ),
    "US": (
        _AMERICAN_STEMS,
        _ENGLISH_TRADES,
        "{stem} {trade} Inc.|{stem} {trade} LLC|{stem} {trade} Corp.|{stem} {trade} Co.|{stem} {trade}",
        "",
    ),
    "CA": (
        _AMERICAN_STEMS.replace("Magnolia_", "Loon_")
        .replace("Pelican_", "Caribou_")
        .replace("Mesa", "Portage"),
        _ENGLISH_TRADES,
        "{stem} {trade} Inc.|{stem} {trade} Ltd.|{stem} {trade} ltée",
        "",
    ),
    "BR": (
        """Mar_ Serra_ Rio_ Porto_ Campo_ Vila_ Ponta_ Ilha_ Lagoa_ Pedra_ + Azul Dourada Verde Jacarandá Araçá Ipê Sabiá Coral
        Alvorada Aurora Guará""",
        "Logística/Transportes|Entregas|Alimentos/Doces|Autopeças|Farma/Saúde|Comércio/Atacado|Eletrônica|Móveis/Decoração",
        "{stem} {trade} Ltda.|{stem} {trade} S.A.|{stem} {trade} ME",
        "",
    ),
    "JP": (
        """Kamikura:神倉 Shirotaki:白滝 Minakawa:水川 Tsukihara:月原 Aomine:青峰 Kazemori:風森 Hanazaki:花崎 Ishidō:石堂
        Yukimoto:雪本 Asagiri:朝霧 Takasaka:高坂 Kurosawa:黒沢 Midorino:緑野 Uminosato:海里 Hoshikawa:星川 Sunaga:須永
        Akebono:曙 Narukami:鳴神 Ōtaki:大滝 Fukamachi:深町""",
        "Butsuryū:物流|Tsūhan:通販|Shokuhin:食品|Jidōsha:自動車|Yakuhin:薬品|Shōji:商事|Denki:電機|Kagu:家具",
        "{stem} {trade} K.K.|{stem} {trade} G.K.|{stem} {trade} Co., Ltd.",
        "株式会社{stem}{trade}",
    ),
    "IN": (
        """Surya Chandra Neela Vayu Agni Himal Sagar Megha Tara Kamal Hamsa Mayur + van path giri jyoti dhara setu kiran
        prabha nagar vahini""",
        "Logistics/Warehousing|Online/Direct|Foods/Spices|Auto Components|Pharma/Lifecare|Retail/Traders|Electronics|Furnishings",
        "{stem} {trade} Pvt. Ltd.|{stem} {trade} Ltd.|{stem} {trade} LLP",
        "",
    ),
    "IL": (
        """Har_Gefen:הר_גפן Nahal_Tzur:נחל_צור Kesem:קסם Alumot:אלומות Orvim:עורבים Tavlin:תבלין Givat_Shaked:גבעת_שקד
        Rotem:רותם Arava:ערבה Nesher:נשר Dagan:דגן Mifratz:מפרץ""",
        "Logistics:לוגיסטיקה|Online:אונליין|Foods:מזון|Motors:רכב|Pharma:פארמה|Trade:סחר|Electronics:אלקטרוניקה|Home:ריהוט",
        "{stem} {trade} Ltd.|{stem} {trade} Ltd.|{stem} {trade}",
        "{stem} {trade} בע״מ",
    ),
    "AE": _ARABIC_MANNER,
    "EG": _ARABIC_MANNER,
    "TR": (
        """Yıldız Güneş Çınar Demir Gümüş Kartal Bozkır Deniz Toprak Şafak + ova köprü dağ pınar tepe su kale yolu liman
        orman""",
        "Lojistik/Nakliyat|E-Ticaret|Gıda/Baharat|Otomotiv/Yedek Parça|İlaç/Sağlık|Perakende|Elektronik|Mobilya/Ev",
        "{stem} {trade} A.Ş.|{stem} {trade} Ltd. Şti.|{stem} {trade} San. ve Tic. A.Ş.",
        "",
    ),
    "VN": (
        """Hoàng_ Thanh_ Minh_ Phú_ Đại_ Bình_ Kim_ Ngọc_ + Sơn Long Phát Giang Lộc Hưng Điền Thịnh Quang""",
        "Kho Vận/Logistics|Trực Tuyến|Thực Phẩm|Ô Tô|Dược Phẩm|Bán Lẻ|Điện Tử|Nội Thất",
        "Công ty TNHH {stem} {trade}|{stem} {trade} JSC|Công ty CP {stem} {trade}",
        "",
    ),
}
