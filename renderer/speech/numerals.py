"""Whole numbers in words for the Romance languages whose front ends cannot read digits."""

from __future__ import annotations

from collections.abc import Callable

Speller = Callable[[int], str]


def spanish(number: int) -> str:
    """Masculine cardinal, as it stands alone: 21 is "veintiuno"."""
    if number < 30:
        return _ES_SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _ES_TENS[tens] + (f" y {_ES_SMALL[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return "cien" if number == 100 else _with(_ES_HUNDREDS[hundreds], rest, spanish)
    if number < 1_000_000:
        thousands, rest = divmod(number, 1000)
        head = "mil" if thousands == 1 else f"{spanish_before_noun(thousands)} mil"
        return _with(head, rest, spanish)
    millions, rest = divmod(number, 1_000_000)
    head = "un millón" if millions == 1 else f"{spanish_before_noun(millions)} millones"
    return _with(head, rest, spanish)


def spanish_before_noun(number: int) -> str:
    """Masculine cardinal before a noun: 21 is "veintiún", 1 is "un"."""
    words = spanish(number)
    if words.endswith("veintiuno"):
        return f"{words[:-3]}ún"
    return words[:-1] if words.endswith("uno") else words


def portuguese(number: int) -> str:
    """Masculine cardinal of Brazil."""
    if number < 20:
        return _PT_SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _PT_TENS[tens] + (f" e {_PT_SMALL[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return "cem" if number == 100 else _with(_PT_HUNDREDS[hundreds], rest, portuguese, " e ")
    if number < 1_000_000:
        thousands, rest = divmod(number, 1000)
        head = "mil" if thousands == 1 else f"{portuguese(thousands)} mil"
        return _with(head, rest, portuguese, _pt_join(rest))
    millions, rest = divmod(number, 1_000_000)
    head = "um milhão" if millions == 1 else f"{portuguese(millions)} milhões"
    return _with(head, rest, portuguese, _pt_join(rest))


def french(number: int) -> str:
    """Masculine cardinal of France: 71 is "soixante et onze", 80 "quatre-vingts"."""
    if number < 17:
        return _FR_SMALL[number]
    if number < 100:
        return _fr_below_hundred(number)
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        head = "cent" if hundreds == 1 else f"{_FR_SMALL[hundreds]} cent" + ("" if rest else "s")
        return _with(head, rest, french)
    if number < 1_000_000:
        thousands, rest = divmod(number, 1000)
        # "cents" and "vingts" lose their s before "mille".
        return _with(
            "mille" if thousands == 1 else f"{french(thousands).removesuffix('s')} mille", rest, french
        )
    millions, rest = divmod(number, 1_000_000)
    return _with(f"{french(millions)} million{'s' if millions > 1 else ''}", rest, french)


def italian(number: int) -> str:
    """Cardinal, written as one word below a million."""
    if number < 20:
        return _IT_SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        stem = _IT_TENS[tens][:-1] if ones in (1, 8) else _IT_TENS[tens]
        return stem + ("tré" if ones == 3 else _IT_SMALL[ones] if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        head = "cento" if hundreds == 1 else f"{_IT_SMALL[hundreds]}cento"
        return head + (italian(rest) if rest else "")
    if number < 1_000_000:
        thousands, rest = divmod(number, 1000)
        head = "mille" if thousands == 1 else f"{italian(thousands)}mila"
        return head + (italian(rest) if rest else "")
    millions, rest = divmod(number, 1_000_000)
    return _with("un milione" if millions == 1 else f"{italian(millions)} milioni", rest, italian)


def _with(head: str, rest: int, speller: Speller, join: str = " ") -> str:
    return f"{head}{join}{speller(rest)}" if rest else head


def _pt_join(rest: int) -> str:
    return " e " if rest < 100 or rest % 100 == 0 else " "


def _fr_below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens in (7, 9):
        tens, ones = tens - 1, ones + 10
    head = _FR_TENS[tens]
    if not ones:
        return f"{head}s" if tens == 8 else head
    last = french(ones) if ones < 17 else f"dix-{_FR_SMALL[ones - 10]}"
    if ones in (1, 11) and tens != 8:
        return f"{head} et {last}"
    return f"{head}-{last}"


def _words(row: str) -> tuple[str, ...]:
    return tuple(row.split())


_ES_SMALL = _words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
)
_ES_TENS = _words("- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_HUNDREDS = _words(
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
_PT_SMALL = _words(
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete "
    "dezoito dezenove"
)
_PT_TENS = _words("- - vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
_PT_HUNDREDS = _words(
    "- cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"
)
_FR_SMALL = _words(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
)
_FR_TENS = _words("- dix vingt trente quarante cinquante soixante - quatre-vingt -")
_IT_SMALL = _words(
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove"
)
_IT_TENS = _words("- - venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
