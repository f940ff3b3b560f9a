"""Finds Tesseract's name of a language: German, de and deu are the same."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ocr_service.common.errors import QueryError

__all__ = ["LANGUAGE_NAMES", "tesseract_code"]

# Tesseract's code, ISO 639-1 code ("-" for none), English name: those of Debian's tesseract-ocr
# packages (https://github.com/tesseract-ocr/tessdoc/blob/main/Data-Files-in-different-versions.md).
_TABLE = """
afr af Afrikaans
amh am Amharic
ara ar Arabic
asm as Assamese
aze az Azerbaijani
aze_cyrl - Azerbaijani (Cyrillic)
bel be Belarusian
ben bn Bengali
bod bo Tibetan
bos bs Bosnian
bre br Breton
bul bg Bulgarian
cat ca Catalan
ceb - Cebuano
ces cs Czech
chi_sim zh Chinese (simplified)
chi_tra - Chinese (traditional)
chr - Cherokee
cos co Corsican
cym cy Welsh
dan da Danish
deu de German
div dv Dhivehi
dzo dz Dzongkha
ell el Greek
eng en English
enm - Middle English
epo eo Esperanto
est et Estonian
eus eu Basque
fao fo Faroese
fas fa Persian
fil - Filipino
fin fi Finnish
fra fr French
frk - German (Fraktur)
frm - Middle French
fry fy West Frisian
gla gd Scottish Gaelic
gle ga Irish
glg gl Galician
grc - Ancient Greek
guj gu Gujarati
hat ht Haitian
heb he Hebrew
hin hi Hindi
hrv hr Croatian
hun hu Hungarian
hye hy Armenian
iku iu Inuktitut
ind id Indonesian
isl is Icelandic
ita it Italian
ita_old - Old Italian
jav jv Javanese
jpn ja Japanese
kan kn Kannada
kat ka Georgian
kat_old - Old Georgian
kaz kk Kazakh
khm km Khmer
kir ky Kyrgyz
kmr ku Kurdish
kor ko Korean
lao lo Lao
lat la Latin
lav lv Latvian
lit lt Lithuanian
ltz lb Luxembourgish
mal ml Malayalam
mar mr Marathi
mkd mk Macedonian
mlt mt Maltese
mon mn Mongolian
mri mi Maori
msa ms Malay
mya my Burmese
nep ne Nepali
nld nl Dutch
nor no Norwegian
oci oc Occitan
ori or Odia
pan pa Punjabi
pol pl Polish
por pt Portuguese
pus ps Pashto
que qu Quechua
ron ro Romanian
rus ru Russian
san sa Sanskrit
sin si Sinhala
slk sk Slovak
slv sl Slovenian
snd sd Sindhi
spa es Spanish
spa_old - Old Spanish
sqi sq Albanian
srp sr Serbian
srp_latn - Serbian (Latin)
sun su Sundanese
swa sw Swahili
swe sv Swedish
syr - Syriac
tam ta Tamil
tat tt Tatar
tel te Telugu
tgk tg Tajik
tha th Thai
tir ti Tigrinya
ton to Tongan
tur tr Turkish
uig ug Uyghur
ukr uk Ukrainian
urd ur Urdu
uzb uz Uzbek
uzb_cyrl - Uzbek (Cyrillic)
vie vi Vietnamese
yid yi Yiddish
yor yo Yoruba
"""
_ROWS = [tuple(row.split(" ", 2)) for row in _TABLE.strip().splitlines()]

LANGUAGE_NAMES = {code: name for code, _, name in _ROWS}
"""Tesseract's code -> the English name of the language."""

_CODES = {
    known.casefold(): code
    for code, iso, name in _ROWS
    for known in (code, iso, name)
    if known != "-"
}


def tesseract_code(language: str, installed: Iterable[str] = ()) -> str:
    """Return Tesseract's code of a language, given by English name, ISO code or its own code.

    A name of `installed`, such as that of data a person trained, means itself.

    Raises:
        QueryError: no language has this name.
    """
    if language in installed:
        return language
    wanted = language.strip().casefold()
    if wanted in _CODES:
        return _CODES[wanted]
    names = [name.casefold() for name in LANGUAGE_NAMES.values()]
    near = difflib.get_close_matches(wanted, names, 1, 0.6)
    hint = f"did you mean {near[0].title()}? Or " if near else ""
    raise QueryError(
        f"--ocr-language: Tesseract reads no language named '{language[:40]}'; {hint}"
        "write an English name or a code, as in German, de or deu"
    )
