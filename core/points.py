"""Contact points: phone numbers, e-mail addresses, domains and countries, checked and in one form."""

from __future__ import annotations

import re

from core.errors import Invalid
from core.text import clean_line

LABELS = ("work", "mobile", "home", "main", "other")


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
    except phonenumbers.NumberParseException:
        hint = (
            "Start with + and the country code, as in +49 30 1234567."
            if not country
            else "Digits, please: +49 30 1234567."
        )
        raise Invalid({"phones": f"“{value[:40]}” is not a phone number. {hint}"}) from None
    if not phonenumbers.is_possible_number(number):
        raise Invalid(
            {
                "phones": f"“{value[:40]}” is too short or too long for a phone number in {country or 'that country'}."
            }
        )
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


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

    value = clean_line(typed)
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Invalid(
            {"emails": f"“{value[:60]}” is not an e-mail address: {str(error).rstrip('.')}."}
        ) from None


def clean_domain(typed: str) -> str:
    """A company's domain: `https://www.Acme.com/x` → `acme.com`.

    Raises:
        Invalid: it is not a domain.
    """
    value = clean_line(typed).lower()
    value = re.sub(r"^[a-z]+://", "", value).split("/")[0].removeprefix("www.").rstrip(".")
    if not re.fullmatch(r"(?:[\w-]+\.)+[\w-]{2,}", value):
        raise Invalid({"domain": f"“{typed[:60]}” is not a domain. Try acme.com."})
    return value


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
            {"country": f"“{typed[:20]}” is not a country code. Use two letters, as in DE, FR or US."}
        )
    return value


def time_zone_of(phone: str) -> str:
    """The time zone of a number, where it lies in just one; otherwise empty."""
    import phonenumbers
    from phonenumbers import timezone

    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ""
    return zones[0] if len(zones) == 1 and zones[0] != "Etc/Unknown" else ""
