"""Names of months and weekdays in the languages that files come in, folded."""

from __future__ import annotations

from core.text import fold

_MONTHS = """
january february march april may june july august september october november december
januar februar marz april mai juni juli august september oktober november dezember
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart april mei juni juli augustus september oktober november december
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
januar februar mars april mai juni juli august september oktober november desember
leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
ledna února března dubna května června července srpna září října listopadu prosince
január február marec apríl máj jún júl august september október november december
januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra
január február március április május június július augusztus szeptember október november december
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu
tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
ιανουάριος φεβρουάριος μάρτιος απρίλιος μάιος ιούνιος ιούλιος αύγουστος σεπτέμβριος οκτώβριος νοέμβριος δεκέμβριος
ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
januari februari maret april mei juni juli agustus september oktober november desember
gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
jänner feber mrt apr mei jun jul aug sept okt nov dez
mrz mär mrs avr maj giu lug ago set out nov dic
sty lut mar kwi maj cze lip sie wrz paź lis gru
"""
"""One language, or one case of it, in each line; the first ones matter most."""
_SHORT = {
    "mrz": 3,
    "mar": 3,
    "mrs": 3,
    "maerz": 3,
    "ene": 1,
    "gen": 1,
    "giu": 6,
    "lug": 7,
    "ott": 10,
    "sett": 9,
    "set": 9,
}
_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim
lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom
lunedì martedì mercoledì giovedì venerdì sabato domenica gio sab
segunda terça quarta quinta sexta feira seg ter qua qui sex
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo
poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob nd
måndag tisdag onsdag torsdag fredag lördag söndag mån tis ons tor tors fre lör sön
mandag tirsdag lørdag søndag man tir lør søn
pondělí úterý středa čtvrtek pátek neděle po út st čt pá ne
понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс
pazartesi salı çarşamba perşembe cuma cumartesi pazar
maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai ti ke pe la su
"""
_FILLERS = """
st nd rd th of the de del d den r roku rok г года року р le el em er re eme ene o a at um uhr kl klo h alle ore as à las los on dia às
on am om at an på i v в om u à
"""


def _months() -> dict[str, int]:
    """Numbers by names and by their beginnings, as far as these say it; a language above goes before one below."""
    whole: dict[str, int] = {}
    begun: dict[str, int] = {}
    for line in _MONTHS.strip().split("\n"):
        names = [fold(name) for name in line.split()]
        found: dict[str, set[int]] = {}
        for number, name in enumerate(names, 1):
            whole.setdefault(name, number)
            for length in range(3, len(name)):
                found.setdefault(name[:length], set()).add(number)
        for beginning, numbers in found.items():
            if len(numbers) == 1:
                begun.setdefault(beginning, *numbers)
    return {**begun, **whole, **_SHORT}


MONTHS = _months()
"""The number of a month by its folded name, or a beginning of it (`sept`, `juil`)."""
WEEKDAYS = frozenset(fold(word) for word in _WEEKDAYS.split())
FILLERS = frozenset(fold(word) for word in _FILLERS.split())
"""What stands in a date beside its day, month and year."""
