"""Contact points: phone numbers, e-mail addresses, domains, web addresses and countries, checked and in one form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from core.clock import zone_named
from core.errors import Invalid
from core.text import clean_line

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

LABELS = ("work", "mobile", "home", "main", "other")
BAD_NUMBERS = ("wrong number", "not in service")
"""Why a number is not dialled any more: what `bad` of an item of `phones` can say."""
_MODERN = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Choibalsan": "Asia/Ulaanbaatar",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
"""Old names in `phonenumbers` that systems need not have any more."""
_Point = TypeVar("_Point", bound=Mapping[str, str])
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])")
_URL = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*):)?(?://)?(?P<rest>[^\s/?#:@]+\.[^\s/?#:@]+(?::\d+)?(?:[/?#]\S*)?)",
    re.IGNORECASE,
)
_LONGEST_URL = 2000


def clean_phone(typed: str, country: str) -> str:
    """A phone number in E.164 (`+493012345678`), with `;ext=12` behind it where there is an extension.

    Args:
        typed: what the person typed, in any usual form.
        country: ISO 3166 alpha-2 code of where a number without a country code is read.

    Raises:
        Invalid: it is no possible number, or a country code is missing and nothing says which.
    """
    import phonenumbers

    value = clean_line(typed)
    try:
        number = phonenumbers.parse(value, country.upper() or None)
    except phonenumbers.NumberParseException as error:
        kind = type(error)
        hint = {
            kind.INVALID_COUNTRY_CODE: "Start with + and the country’s code, as in +49 30 1234567"
            + (", or fill in Country first." if not country and value[:1] != "+" else "."),
            kind.NOT_A_NUMBER: "Digits, please, as in +49 30 1234567.",
        }.get(error.error_type, "Check the digits.")
        raise _wrong_phone(value, "is not a phone number", hint) from None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            raise _wrong_phone(value, "can only be dialled locally", "Put the area code in front of it.")
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
        where = f" in {region}" if region.isalpha() and region != "ZZ" else ""
        sizes = {
            phonenumbers.ValidationResult.TOO_SHORT: "is too short for",
            phonenumbers.ValidationResult.TOO_LONG: "is too long for",
        }
        what = f"{sizes.get(reason, 'does not have the length of')} a phone number{where}"
        raise _wrong_phone(value, what, "Check the digits.")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def good_numbers(phones: Iterable[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    """The phones that can be dialled: those that are not known to be bad, the first one first."""
    return tuple(phone for phone in phones if not phone.get("bad"))


def bad_last(phones: Iterable[_Point]) -> tuple[_Point, ...]:
    """Phones in their order, but those that are known to be bad at the end: the first one is dialled."""
    return tuple(sorted(phones, key=lambda phone: bool(phone.get("bad"))))


def mark_bad(phones: Sequence[Mapping[str, str]], number: str, why: str) -> tuple[Mapping[str, str], ...]:
    """The phones with a mark on one of them, which goes to the end; as they are where the number is not among them.

    Args:
        phones: a contact's.
        number: the number, as it is kept.
        why: one of `BAD_NUMBERS`.
    """
    marked = ({**phone, "bad": why} if phone["value"] == number else phone for phone in phones)
    return bad_last(marked) if any(phone["value"] == number for phone in phones) else tuple(phones)


def check_bad(why: str) -> str:
    """Why a number is bad, as it is kept.

    Raises:
        Invalid: it is none of `BAD_NUMBERS`.
    """
    value = clean_line(why).lower()
    if value not in BAD_NUMBERS:
        raise Invalid(
            {"phones": f"A number is not dialled as a {' or '.join(BAD_NUMBERS)}, not as “{value[:40]}”."}
        )
    return value


def _wrong_phone(value: str, what: str, hint: str) -> Invalid:
    return Invalid({"phones": f"“{value[:40]}” {what}. {hint}"})


def show_phone(value: str, country: str = "") -> str:
    """A stored number as people read it: national at home, international abroad; as it is where it cannot be read."""
    import phonenumbers

    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    home = country and phonenumbers.region_code_for_number(number) == country.upper()
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def clean_email(typed: str) -> str:
    """An e-mail address in its normal form. Only its shape is checked, nothing is asked of a network.

    Raises:
        Invalid: it is not an address; the message says what is wrong with it.
    """
    from email_validator import EmailNotValidError, validate_email

    value = clean_line(typed).removeprefix("mailto:")
    try:
        # People paste `Ann Lee <ann@acme.com>` from their mail program; the name has its own field.
        return validate_email(value, check_deliverability=False, allow_display_name=True).normalized
    except EmailNotValidError as error:
        raise Invalid(
            {"emails": f"“{value[:60]}” is not an e-mail address: {str(error).rstrip('.')}."}
        ) from None


def clean_domain(typed: str) -> str:
    """A company's domain: `https://www.Acme.com/x` → `acme.com`.

    Raises:
        Invalid: it is not a domain.
    """
    value = clean_line(typed)
    bare = re.split(r"[/?#:]", re.sub(r"^[a-z]+://", "", value.lower()))[0].removeprefix("www.").rstrip(".")
    if len(bare) > 253 or not _DOMAIN.fullmatch(bare):
        raise Invalid({"domain": f"“{value[:60]}” is not a domain. Try acme.com."})
    return bare


def clean_url(typed: str) -> str:
    """A web address that is safe to open: `acme.com/x` → `https://acme.com/x`.

    Raises:
        Invalid: it is none, or it would open something else than a web page.
    """
    value = clean_line(typed)
    match = _URL.fullmatch(value) if len(value) <= _LONGEST_URL else None
    scheme = (match["scheme"] or "https").lower() if match else ""
    if match is None or scheme not in ("http", "https"):
        raise Invalid({"website": f"“{value[:60]}” is not a web address. Try https://acme.com."})
    return f"{scheme}://{match['rest']}"


def check_country(typed: str) -> str:
    """A country as ISO 3166 alpha-2.

    Raises:
        Invalid: it is not two letters that phone numbers know a country by.
    """
    import phonenumbers

    value = clean_line(typed).upper()
    if value == "UK":
        value = "GB"
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid(
            {
                "country": f"“{clean_line(typed)[:20]}” is not a country code. Use two letters, as in DE, FR or US."
            }
        )
    return value


def check_zone(typed: str) -> str:
    """A time zone by its IANA name.

    Raises:
        Invalid: there is none of that name.
    """
    value = clean_line(typed)
    if zone_named(value) is None:
        raise Invalid(
            {"time_zone": f"“{value[:40]}” is not a time zone. Try Europe/Berlin or America/New_York."}
        )
    return value


def time_zone_of(phone: str) -> str:
    """The time zone of a number, where it lies in just one; otherwise empty."""
    import phonenumbers

    try:
        zones = zones_of_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ""
    return zones[0] if len(zones) == 1 else ""


def zones_of_number(number: PhoneNumber) -> tuple[str, ...]:
    """The time zones that a number can belong to; none where nobody knows."""
    from phonenumbers import timezone

    found = (_MODERN.get(zone, zone) for zone in timezone.time_zones_for_number(number))
    return tuple(zone for zone in found if zone != "Etc/Unknown")
