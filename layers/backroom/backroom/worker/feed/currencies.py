"""Currencies: ISO 4217, and what merchants write instead. Pure."""

_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY "
    "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK "
    "MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF "
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU "
    "UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CODES = frozenset(_CODES.split())
"""Those that are money one can pay with (ISO 4217:2015 with its amendments up to 2025)."""
SIGNS = {"€": "EUR", "EURO": "EUR", "£": "GBP", "ZŁ": "PLN", "KČ": "CZK", "FR.": "CHF", "FR": "CHF", "SFR.": "CHF"}
"""Signs of one currency, in upper case; `$`, `¥` and `kr` are of several, and so not among them."""


def signs(usual: str) -> dict[str, str]:
    """Give the codes of what stands for a currency where the tenant's usual one (ISO 4217; "": none) is known."""
    own = {"$": usual} if usual.endswith("D") else {"KR": usual, "KR.": usual} if usual.endswith("K") else {}
    return {**SIGNS, "": usual} | own
