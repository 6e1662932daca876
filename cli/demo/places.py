"""Where people and companies are: countries, cities with their time zones, streets, and telephone numbers of nobody.

Numbers come from the blocks that regulators keep free for film and theatre wherever there are any. Elsewhere they
come from blocks that begin with zeros, which number plans leave unassigned, and nobody there has a mobile number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Block:
    """A block of telephone numbers: all that begin with `prefix` and have `digits` more.

    Attributes:
        prefix: in E.164, with the plus sign.
        digits: how many digits follow.
        first: the first number that may be used.
        size: how many may be used.
    """

    prefix: str
    digits: int
    first: int
    size: int

    def number(self, n: int) -> str:
        """The `n`-th number, scattered over the block and starting over at its end."""
        # 37 is coprime to every size in use, so that neighbours in the data are not neighbours in the block.
        return f"{self.prefix}{(self.first + n * 37 % self.size):0{self.digits}d}"


@dataclass(frozen=True, slots=True)
class City:
    """A city as an address needs it.

    Attributes:
        name: as it is written there.
        region: state or province, where addresses name one.
        zone: its time zone.
        postal: a postal code in which # is any digit.
        block: its telephone numbers.
    """

    name: str
    region: str
    zone: ZoneInfo
    postal: str
    block: Block


@dataclass(frozen=True, slots=True)
class Country:
    """A country that the sample company sells to.

    Attributes:
        code: ISO 3166 alpha-2.
        weight: how many companies are there, against the other countries.
        currencies: what deals there are in, with weights.
        cities: its cities.
        streets: addresses in which # is the house number.
        mobile: mobile numbers; None where no block of them is free.
        workdays: weekdays on which one is reached, Monday is 0.
        overseas: served by the overseas team.
    """

    code: str
    weight: int
    currencies: tuple[tuple[str, int], ...]
    cities: tuple[City, ...]
    streets: tuple[str, ...]
    mobile: tuple[Block, ...]
    workdays: frozenset[int]
    overseas: bool


def _block(text: str) -> Block:
    """`+4930 23125 000-999` → a block."""
    *prefix, numbers = text.split()
    first, last = numbers.split("-")
    return Block("".join(prefix), len(first), int(first), int(last) - int(first) + 1)


def _cities(text: str, zone: str) -> tuple[City, ...]:
    """One city a line: `name | region | postal | block | zone`; the zone only where it is not the country's first."""
    out = []
    for line in text.strip().splitlines():
        name, region, postal, block, *own_zone = (part.strip() for part in line.split("|"))
        out.append(City(name, region, ZoneInfo(own_zone[0] if own_zone else zone), postal, _block(block)))
    return tuple(out)


def _country(
    code: str, weight: int, currency: str, zone: str, cities: str, streets: str, mobile: tuple[str, ...] = ()
) -> Country:
    parts = [part.partition(":") for part in currency.split()]
    return Country(
        code=code,
        weight=weight,
        currencies=tuple((name, int(share or 1)) for name, _, share in parts),
        cities=_cities(cities, zone),
        streets=tuple(street.strip() for street in streets.split("|")),
        mobile=tuple(_block(block) for block in mobile),
        workdays=frozenset(range(4 if code == "IL" else 5)),
        overseas=code in ("US", "CA", "BR", "JP", "IN", "VN"),
    )


_US_CITIES = """New York|NY|100##|+1212 555 0100-0199|America/New_York
Boston|MA|021##|+1617 555 0100-0199|America/New_York
Philadelphia|PA|191##|+1215 555 0100-0199|America/New_York
Pittsburgh|PA|152##|+1412 555 0100-0199|America/New_York
Buffalo|NY|142##|+1716 555 0100-0199|America/New_York
Atlanta|GA|303##|+1404 555 0100-0199|America/New_York
Miami|FL|331##|+1305 555 0100-0199|America/New_York
Tampa|FL|336##|+1813 555 0100-0199|America/New_York
Jacksonville|FL|322##|+1904 555 0100-0199|America/New_York
Charlotte|NC|282##|+1704 555 0100-0199|America/New_York
Raleigh|NC|276##|+1919 555 0100-0199|America/New_York
Richmond|VA|232##|+1804 555 0100-0199|America/New_York
Columbus|OH|432##|+1614 555 0100-0199|America/New_York
Cleveland|OH|441##|+1216 555 0100-0199|America/New_York
Cincinnati|OH|452##|+1513 555 0100-0199|America/New_York
Detroit|MI|482##|+1313 555 0100-0199|America/Detroit
Grand Rapids|MI|495##|+1616 555 0100-0199|America/Detroit
Indianapolis|IN|462##|+1317 555 0100-0199|America/Indiana/Indianapolis
Louisville|KY|402##|+1502 555 0100-0199|America/Kentucky/Louisville
Chicago|IL|606##|+1312 555 0100-0199|America/Chicago
Milwaukee|WI|532##|+1414 555 0100-0199|America/Chicago
Minneapolis|MN|554##|+1612 555 0100-0199|America/Chicago
St. Louis|MO|631##|+1314 555 0100-0199|America/Chicago
Kansas City|MO|641##|+1816 555 0100-0199|America/Chicago
Omaha|NE|681##|+1402 555 0100-0199|America/Chicago
Nashville|TN|372##|+1615 555 0100-0199|America/Chicago
Memphis|TN|381##|+1901 555 0100-0199|America/Chicago
New Orleans|LA|701##|+1504 555 0100-0199|America/Chicago
Houston|TX|770##|+1713 555 0100-0199|America/Chicago
Dallas|TX|752##|+1214 555 0100-0199|America/Chicago
Austin|TX|787##|+1512 555 0100-0199|America/Chicago
San Antonio|TX|782##|+1210 555 0100-0199|America/Chicago
Denver|CO|802##|+1303 555 0100-0199|America/Denver
Salt Lake City|UT|841##|+1801 555 0100-0199|America/Denver
Albuquerque|NM|871##|+1505 555 0100-0199|America/Denver
Boise|ID|837##|+1208 555 0100-0199|America/Boise
Phoenix|AZ|850##|+1602 555 0100-0199|America/Phoenix
Los Angeles|CA|900##|+1213 555 0100-0199|America/Los_Angeles
San Diego|CA|921##|+1619 555 0100-0199|America/Los_Angeles
San José|CA|951##|+1408 555 0100-0199|America/Los_Angeles
Oakland|CA|946##|+1510 555 0100-0199|America/Los_Angeles
Sacramento|CA|958##|+1916 555 0100-0199|America/Los_Angeles
Portland|OR|972##|+1503 555 0100-0199|America/Los_Angeles
Seattle|WA|981##|+1206 555 0100-0199|America/Los_Angeles
Anchorage|AK|995##|+1907 555 0100-0199|America/Anchorage
Honolulu|HI|968##|+1808 555 0100-0199|Pacific/Honolulu"""


@cache
def countries() -> tuple[Country, ...]:
    """The countries, the most important ones first."""
    return (
        _country(
            "DE", 33, "EUR", "Europe/Berlin",
            """Berlin||10###|+4930 23125 000-999
            Hamburg||20###|+4940 66969 000-999
            Köln||50###|+49221 4710 000-999
            Frankfurt am Main||60###|+4969 90009 000-999
            München||80###|+4989 99998 000-999""",
            "Hafenstraße #|Am Güterbahnhof #|Lindenallee #|Königstraße #|Gewerbering #|Zum Röhrigshof #|Mühlweg #",
            ("+49171 39200 00-99", "+4917604069 000-099"),
        ),
        _country(
            "US", 33, "USD", "America/New_York", _US_CITIES,
            "# Commerce Dr|# Harbor Blvd|# Mill Creek Rd|# Industrial Pkwy|# N 5th St|# Foundry Ave|# Old Depot Rd",
            tuple(f"+1{area} 555 0100-0199" for area in (917, 646, 347, 773, 310, 415, 650, 720, 857, 470)),
        ),
        _country(
            "FR", 23, "EUR", "Europe/Paris",
            """Paris|Île-de-France|750##|+33199 00 0000-9999
            Nantes|Pays de la Loire|440##|+33261 91 0000-4999
            Rennes|Bretagne|350##|+33261 91 5000-9999
            Lille|Hauts-de-France|590##|+33353 01 0000-4999
            Strasbourg|Grand Est|670##|+33353 01 5000-9999
            Lyon|Auvergne-Rhône-Alpes|690##|+33465 71 0000-4999
            Marseille|Provence-Alpes-Côte d’Azur|130##|+33465 71 5000-9999
            Toulouse|Occitanie|310##|+33536 49 0000-4999
            Bordeaux|Nouvelle-Aquitaine|330##|+33536 49 5000-9999""",
            "# rue de l’Église|# quai de la Gare|# avenue des Érables|# impasse du Moulin|# allée des Entrepôts",
            ("+33639 98 0000-9999",),
        ),
        _country(
            "GB", 22, "GBP", "Europe/London",
            """London||E1# #AA|+4420 7946 0000-0999
            Manchester||M1# #BD|+44161 496 0000-0999
            Birmingham||B3# #DP|+44121 496 0000-0999
            Leeds||LS# #EF|+44113 496 0000-0999
            Sheffield||S# #GH|+44114 496 0000-0999
            Leicester||LE# #HS|+44116 496 0000-0999
            Bristol||BS# #NU|+44117 496 0000-0999
            Reading||RG# #PX|+44118 496 0000-0999
            Liverpool||L# #RT|+44151 496 0000-0999
            Newcastle upon Tyne||NE# #WY|+44191 498 0000-0999
            Edinburgh||EH# #UL|+44131 496 0000-0999
            Glasgow||G# #SX|+44141 496 0000-0999
            Cardiff||CF# #TD|+4429 2018 0000-0999
            Belfast||BT# #LW|+4428 9649 6000-6999""",
            "# Canal Street|# Quayside|# Wharf Lane|# Old Brewery Yard|# Station Approach|# Dockside Road",
            ("+447700 900 000-999",),
        ),
        _country(
            "IT", 15, "EUR", "Europe/Rome",
            """Milano|MI|201##|+3902 0000 0000-9999
            Roma|RM|001##|+3906 0000 0000-9999
            Torino|TO|101##|+39011 000 0000-9999
            Bologna|BO|401##|+39051 000 0000-9999
            Forlì|FC|471##|+390543 000 000-999""",
            "Via dell’Industria #|Corso Unità #|Via della Libertà #|Viale dei Mille #|Via Artigiani #",
        ),
        _country(
            "ES", 14, "EUR", "Europe/Madrid",
            """Madrid|Madrid|280##|+34910 000 000-999
            Barcelona|Barcelona|080##|+34930 000 000-999
            València|Valencia|460##|+34960 000 000-999
            Málaga|Málaga|290##|+34951 000 000-999
            A Coruña|A Coruña|150##|+34981 000 000-999
            Donostia / San Sebastián|Gipuzkoa|200##|+34943 000 000-999
            Las Palmas de Gran Canaria|Las Palmas|350##|+34928 000 000-999|Atlantic/Canary""",
            "Calle Mayor #|Polígono Industrial El Río, nave #|Avenida de la Constitución #|Camí del Moll #|C/ Peñón #",
        ),
        _country(
            "PL", 12, "EUR", "Europe/Warsaw",
            """Warszawa|mazowieckie|00-###|+4822 000 0000-9999
            Kraków|małopolskie|30-###|+4812 000 0000-9999
            Łódź|łódzkie|90-###|+4842 000 0000-9999
            Wrocław|dolnośląskie|50-###|+4871 000 0000-9999
            Poznań|wielkopolskie|60-###|+4861 000 0000-9999
            Gdańsk|pomorskie|80-###|+4858 000 0000-9999""",
            "ul. Świętojańska #|ul. Żelazna #|al. Jerozolimskie #|ul. Magazynowa #|ul. Młyńska #",
        ),
        _country(
            "SE", 9, "EUR", "Europe/Stockholm",
            """Stockholm||11# ##|+468 46500 400-499
            Göteborg||41# ##|+4631 3900 600-699
            Malmö||21# ##|+4640 62804 00-99
            Luleå||97# ##|+46980 3192 00-99""",
            "Hamngatan #|Södra vägen #|Åkerivägen #|Storgatan #|Östra Industrivägen #",
            ("+4670 17406 05-99",),
        ),
        _country(
            "CA", 8, "USD", "America/Toronto",
            """Toronto|ON|M5V #K#|+1416 555 0100-0199
            Ottawa|ON|K1P #M#|+1613 555 0100-0199
            Montréal|QC|H2Y #C#|+1514 555 0100-0199
            Québec|QC|G1R #S#|+1418 555 0100-0199
            Halifax|NS|B3J #P#|+1902 555 0100-0199|America/Halifax
            Winnipeg|MB|R3C #L#|+1204 555 0100-0199|America/Winnipeg
            Calgary|AB|T2P #N#|+1403 555 0100-0199|America/Edmonton
            Vancouver|BC|V6B #E#|+1604 555 0100-0199|America/Vancouver
            St. John’s|NL|A1C #T#|+1709 555 0100-0199|America/St_Johns""",
            "# rue de l’Entrepôt|# King St W|# boul. René-Lévesque|# Railside Rd|# Front St",
            ("+1647 555 0100-0199", "+1438 555 0100-0199", "+1778 555 0100-0199"),
        ),
        _country(
            "CH", 6, "CHF", "Europe/Zurich",
            """Zürich|ZH|80##|+4144 000 0000-9999
            Basel|BS|40##|+4161 000 0000-9999
            Genève|GE|12##|+4122 000 0000-9999
            Lugano|TI|69##|+4191 000 0000-9999""",
            "Bahnhofstrasse #|Chemin du Lac #|Güterstrasse #|Via Cantonale #|Seestrasse #",
            ("+4179 000 0000-9999",),
        ),
        _country(
            "IE", 5, "EUR", "Europe/Dublin",
            """Dublin||D0# F2#5|+35320 910 0000-9999
            Cork||T12 R#X#|+35320 911 0000-9999
            Galway||H91 E#K#|+35320 912 0000-9999""",
            "# Merchants Quay|# Harbour Row|# Cé na Life|# Ballymount Road|# Distillery Lane",
        ),
        _country(
            "BR", 6, "USD", "America/Sao_Paulo",
            """São Paulo|SP|01###-###|+5511 2000 0000-9999
            Rio de Janeiro|RJ|20###-###|+5521 2000 0000-9999
            Goiânia|GO|74###-###|+5562 2000 0000-9999
            Manaus|AM|69###-###|+5592 2000 0000-9999|America/Manaus""",
            "Rua da Conceição, #|Avenida das Nações, #|Rua São João, #|Alameda dos Jacarandás, #",
        ),
        _country(
            "JP", 5, "JPY:3 USD", "Asia/Tokyo",
            """Tōkyō|Tōkyō|10#-00##|+813 2000 0000-9999
            Ōsaka|Ōsaka|53#-00##|+816 2000 0000-9999
            Nagoya|Aichi|45#-00##|+8152 200 0000-9999""",
            "#-3 Minatomachi|#-12 Hon-chō|#-7 Sakae|#-1 Shin-Ōhashi",
        ),
        _country(
            "IN", 5, "USD", "Asia/Kolkata",
            """Mumbai|Maharashtra|4000##|+9122 2000 0000-9999
            Bengaluru|Karnataka|5600##|+9180 2000 0000-9999
            Pune|Maharashtra|4110##|+9120 2000 0000-9999""",
            "#, MIDC Estate|#, Whitefield Main Road|#, Station Road|#, Ring Road Phase II",
        ),
        _country(
            "TR", 4, "EUR", "Europe/Istanbul",
            """İstanbul||34###|+90212 000 0000-9999
            İzmir||35###|+90232 000 0000-9999
            Eskişehir||26###|+90222 000 0000-9999""",
            "Gümrük Caddesi No: #|Sanayi Sokağı No: #|Çınarlı Mah. No: #|Büyükdere Yolu No: #",
            ("+90500 000 0000-9999",),
        ),
        _country(
            "IL", 3, "USD EUR", "Asia/Jerusalem",
            """Tel Aviv||67#####|+9723 000 0000-9999
            Haifa||31#####|+9724 000 0000-9999""",
            "# HaNamal St|# Sderot HaGiborim|# Derech HaYam",
            ("+97250 000 0000-9999",),
        ),
        _country(
            "AE", 3, "USD", "Asia/Dubai",
            """Dubai|Dubai||+9714 2000 000-999
            Abu Dhabi|Abu Dhabi||+9712 2000 000-999""",
            "Unit #, Free Zone South|Warehouse #, Port Road|Office #, Creek Tower",
        ),
        _country(
            "EG", 2, "USD", "Africa/Cairo",
            """Cairo|Cairo|118##|+202 0000 0000-9999
            Alexandria|Alexandria|215##|+203 000 0000-9999""",
            "# El Corniche St|# Port Said St|# Industrial Zone A",
        ),
        _country(
            "VN", 2, "USD", "Asia/Ho_Chi_Minh",
            """Hà Nội||100###|+8424 2000 0000-9999
            TP. Hồ Chí Minh||700###|+8428 2000 0000-9999
            Đà Nẵng||550###|+84236 200 0000-9999""",
            "# Nguyễn Huệ|# Lê Lợi|# Trần Hưng Đạo|Lô #, KCN Hòa Khánh",
        ),
    )  # fmt: skip


RESERVED_BUT_NOT_VALID = ("+447700900", "+3363998", "+35320")
"""Blocks that regulators keep for fiction and that libphonenumber calls possible, but assigned to no kind of line."""
