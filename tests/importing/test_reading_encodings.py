"""Which 8-bit encoding short address books are in: names, places and headers of many languages."""

from __future__ import annotations

import pytest

from importing.reading.encodings import eight_bit

BOOKS = {
    "czech": ("Jméno;Příjmení;Město", "Vojtěch;Březina;Třebíč", "Žaneta;Říhová;Děčín"),
    "slovak": ("Meno;Priezvisko;Mesto", "Ľubomír;Ďurica;Žilina", "Božena;Kňažková;Košice"),
    "polish": ("Imię;Nazwisko;Miasto", "Grażyna;Brzęczyszczykiewicz;Łomża", "Władysław;Pączek;Świdnica"),
    "hungarian": ("Név;Cég;Város", "Bokor Győző;Őrségi Kft.;Hódmezővásárhely", "Hajdú Tünde;Fűtőmű Zrt.;Vác"),
    "croatian": ("Ime;Prezime;Država", "Željko;Đurđević;Šibenik", "Nikolina;Čačić;Poreč"),
    "german": ("Vorname;Straße;Größe", "Jörn;Mühlgäßchen 5;2", "Änne;Königsallee 7;1"),
    "french": ("Nom;Prénom;Société", "Lefèvre;Anaïs;Boulangerie Été", "Béchu;Gaëlle;Hôtel du Château"),
    "spanish": ("Nombre;Teléfono;Dirección", "Íñigo Ibáñez;1;Málaga", "Begoña Güell;2;Peñíscola"),
    "portuguese": ("Nome;Endereço;Observações", "João Simões;Rua da Conceição;não", "Inês;Évora;sócia"),
    "italian": ("Nome;Città;Attività", "Nicolò;Cantù;perché è così", "Desirée;Forlì;università"),
    "danish": ("Navn;Beløb", "Jørn Østergård;5", "Bodil Kjærsgaard;7", "Åse Bjørnø;9"),
    "swedish": ("Förnamn;Företag", "Göran;Åkeriet i Härnösand", "Märit;Ångström & Söner"),
    "dutch": ("Naam;Plaats", "Daniëlle;Curaçao", "Joëlle;Brugge", "René;Coördinatie België"),
    "turkish": ("Müşteri;Şehir", "Tuğba Gökçe;Eskişehir", "Işıl Çağlar;Kırşehir"),
    "lithuanian": ("Įmonė;Šalis", "Šarūnė Žemaitytė;Panevėžys", "Kęstutis Jankūnas;Kėdainiai"),
    "latvian": ("Vārds;Uzņēmums", "Māris Ābeltiņš;Rēzekne", "Līga Šķēle;Jūrmala"),
    "russian": ("Имя;Город", "Щербакова Юлия;Нижний Новгород", "ЖУКОВ;Псков"),
    "ukrainian": ("Ім'я;Місто", "Гнатюк Їжакевич;Київ", "Єлизавета;Чернівці"),
    "greek": ("Όνομα;Πόλη", "Χρήστος Άγγελος;Θεσσαλονίκη", "ΔΗΜΗΤΡΑ;Ηράκλειο"),
    "hebrew": ("שם;עיר", "צבי פרידמן;רחובות", "גלית;נתניה"),
    "arabic": ("الاسم;المدينة", "خالد الشريف;الرياض", "فاطمة;القاهرة"),
}
USUAL = {
    **dict.fromkeys(("czech", "polish", "hungarian"), ("cp1250", "iso8859_2", "mac_latin2", "cp852")),
    **dict.fromkeys(("slovak", "croatian"), ("cp1250", "iso8859_2")),
    **dict.fromkeys(
        ("german", "french", "spanish", "portuguese", "danish"), ("cp1252", "mac_roman", "cp850")
    ),
    **dict.fromkeys(("italian", "swedish", "dutch"), ("cp1252", "mac_roman")),
    "turkish": ("cp1254",),
    **dict.fromkeys(("lithuanian", "latvian"), ("cp1257",)),
    "russian": ("cp1251", "koi8_r", "cp866"),
    "ukrainian": ("cp1251",),
    "greek": ("cp1253", "iso8859_7"),
    "hebrew": ("cp1255",),
    "arabic": ("cp1256",),
}


@pytest.mark.parametrize(
    ("language", "encoding"), [(language, each) for language, known in USUAL.items() for each in known]
)
def test_an_address_book_of_a_few_names_is_read_in_its_own_letters(language: str, encoding: str) -> None:
    rows = BOOKS[language]
    # The whole of it, and each two rows of it.
    for some in (rows, rows[:2], rows[1:]):
        raw = "\r\n".join(some).encode(encoding)
        assert raw.decode(eight_bit(raw), "replace") == "\r\n".join(some)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        # A Czech customer in the list of a French firm.
        ("cp1250", "Nom;Prénom;Société\nNovák;Jiří;Chléb s.r.o.\nDupont;Élodie;Boulangerie Été\n"),
        # Guests in lists of the west stay what they are.
        ("cp1252", "Nom\nÇelik\nFrançois\nBjörk\nJosé Núñez\nSørensen\n"),
        ("cp1252", "Name;Preis\nMüller;10 €\nO’Brien;“5” – 7 £\n"),
        ("cp1252", "SOCIÉTÉ;PRÉNOM\nHÔTEL;HÉLÈNE\nCHÂTEAU;ÉLODIE\n"),
        ("cp1250", "JMÉNO\nJIŘÍ NOVÁK\nDVOŘÁKOVÁ\n"),
        ("cp1251", "ФАМИЛИЯ;ИМЯ\nИВАНОВ;ПЁТР\n"),
        ("cp1253", "ΕΠΩΝΥΜΟ;ΟΝΟΜΑ\nΠΑΠΑΔΟΠΟΥΛΟΣ;ΓΕΩΡΓΙΟΣ\n"),
        ("cp1254", "MÜŞTERİ;ŞEHİR\nIŞIK;İZMİR\n"),
    ],
)
def test_capitals_and_guests_of_other_languages_do_not_change_the_encoding(encoding: str, text: str) -> None:
    raw = text.encode(encoding)
    assert raw.decode(eight_bit(raw), "replace") == text
