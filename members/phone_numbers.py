"""Phone numbers as people write them, and as they are kept and dialled."""

import re
import unicodedata

MOBILE = re.compile(r"1[3-9][0-9]{9}")


def plain_number(text: str) -> str:
    """A phone number as it is kept: without spaces, hyphens and the country's +86."""
    return text.replace(" ", "").replace("-", "").removeprefix("+86")


def mobile_number(text: str) -> str:
    """The eleven digits of a mobile phone of mainland China; empty where ``text`` is none."""
    digits = plain_number(unicodedata.normalize("NFKC", text).strip()).removeprefix("0086")
    return digits if MOBILE.fullmatch(digits) else ""
