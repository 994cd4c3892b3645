"""Languages as people write them in a form: a code, or a name in English or in the language itself."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Mapping

# Its codes, its name in English, then others of its names.
_KNOWN = """
af afr: Afrikaans
am amh: Amharic, አማርኛ
ar ara: Arabic, العربية, عربي
az aze: Azerbaijani, Azərbaycanca, Azeri
be bel: Belarusian, Беларуская
bg bul: Bulgarian, Български
bn ben: Bengali, বাংলা, Bangla
bs bos: Bosnian, Bosanski
ca cat: Catalan, Català, Valencian, Valencià
cs ces cze: Czech, Čeština, Česky
cy cym wel: Welsh, Cymraeg
da dan: Danish, Dansk
de deu ger: German, Deutsch
el ell gre: Greek, Ελληνικά
en eng: English
eo epo: Esperanto
es spa: Spanish, Español, Castilian, Castellano
et est: Estonian, Eesti
eu eus baq: Basque, Euskara
fa fas per: Persian, فارسی, Farsi
fi fin: Finnish, Suomi
fil: Filipino, Tagalog
fr fra fre: French, Français
ga gle: Irish, Gaeilge
gd gla: Scottish Gaelic, Gàidhlig
gl glg: Galician, Galego
gsw: Swiss German, Schweizerdeutsch, Schwyzerdütsch, Schwiizertüütsch
gu guj: Gujarati, ગુજરાતી
ha hau: Hausa
he heb iw: Hebrew, עברית
hi hin: Hindi, हिन्दी, हिंदी
hr hrv: Croatian, Hrvatski
ht hat: Haitian Creole, Kreyòl ayisyen
hu hun: Hungarian, Magyar
hy hye arm: Armenian, Հայերեն
id ind: Indonesian, Bahasa Indonesia
ig ibo: Igbo
is isl ice: Icelandic, Íslenska
it ita: Italian, Italiano
ja jpn: Japanese, 日本語, Nihongo
ka kat geo: Georgian, ქართული
kk kaz: Kazakh, Қазақша, Қазақ тілі
km khm: Khmer, ខ្មែរ, Cambodian
kn kan: Kannada, ಕನ್ನಡ
ko kor: Korean, 한국어
ky kir: Kyrgyz, Кыргызча
la lat: Latin, Latina
lb ltz: Luxembourgish, Lëtzebuergesch
lo lao: Lao, ລາວ
lt lit: Lithuanian, Lietuvių
lv lav: Latvian, Latviešu
mi mri mao: Maori, Te reo Māori
mk mkd mac: Macedonian, Македонски
ml mal: Malayalam, മലയാളം
mn mon: Mongolian, Монгол
mr mar: Marathi, मराठी
ms msa may: Malay, Bahasa Melayu
mt mlt: Maltese, Malti
my mya bur: Burmese, မြန်မာ
nb nob: Norwegian Bokmål, Norsk bokmål, Bokmål
ne nep: Nepali, नेपाली
nl nld dut: Dutch, Nederlands, Flemish, Vlaams
nn nno: Norwegian Nynorsk, Norsk nynorsk, Nynorsk
no nor: Norwegian, Norsk
pa pan: Punjabi, ਪੰਜਾਬੀ
pl pol: Polish, Polski
ps pus: Pashto, پښتو
pt por: Portuguese, Português
rm roh: Romansh, Rumantsch
ro ron rum: Romanian, Română, Moldovan
ru rus: Russian, Русский
si sin: Sinhala, සිංහල
sk slk slo: Slovak, Slovenčina
sl slv: Slovenian, Slovenščina, Slovene
so som: Somali, Soomaali
sq sqi alb: Albanian, Shqip
sr srp: Serbian, Српски, Srpski
sv swe: Swedish, Svenska
sw swa: Swahili, Kiswahili
ta tam: Tamil, தமிழ்
te tel: Telugu, తెలుగు
th tha: Thai, ไทย, ภาษาไทย
tl tgl: Tagalog
tr tur: Turkish, Türkçe
uk ukr: Ukrainian, Українська
ur urd: Urdu, اردو
uz uzb: Uzbek, O'zbekcha, O'zbek
vi vie: Vietnamese, Tiếng Việt
xh xho: Xhosa, isiXhosa
yi yid: Yiddish, ייִדיש
yo yor: Yoruba, Yorùbá
yue: Cantonese, 粵語, 粤语, 廣東話
zh zho chi cmn: Chinese, 中文, 汉语, 漢語, Mandarin, 普通话
zh-hans: Simplified Chinese, 简体中文
zh-hant: Traditional Chinese, 繁體中文
zu zul: Zulu, isiZulu
"""
VARIETIES = frozenset(
    {
        "american", "argentine", "australian", "austrian", "belgian", "brazilian", "british", "canadian", "colombian",
        "easy", "egyptian", "european", "formal", "indian", "informal", "irish", "latin american", "lebanese",
        "levantine", "mexican", "moroccan", "peninsular", "plain", "quebec", "simple", "swiss", "uk", "us",
    }
)  # fmt: skip
"""What may stand before a name."""
_CODE = re.compile(r"([a-z]{2,3})[-_]([a-z]{2}|[a-z]{4}|[0-9]{3})", re.IGNORECASE)
_WITH_MORE = re.compile(r"([^()]+?)\s*\(([^\W\d_][\w ,.'-]{0,30})\)")
LONGEST = 60


def language_of(words: str) -> str | None:
    """Return the name in English of the language that somebody wrote, with its variety; None for what is none."""
    words = " ".join(words.split())
    if len(words) > LONGEST:
        return None
    if name := _names().get(_plain(words)):
        return name
    if code := _CODE.fullmatch(words):
        name = _names().get(code[1].casefold())
        return f"{name} ({code[2].upper() if len(code[2]) == 2 else code[2].title()})" if name else None
    if more := _WITH_MORE.fullmatch(words):
        name = _names().get(_plain(more[1]))
        return f"{name} ({more[2]})" if name else None
    return _of_variety(words)


def near(words: str) -> str:
    """Return the language that somebody may have meant who mistyped it, or nothing."""
    (found,) = difflib.get_close_matches(_plain(words), _names(), 1, 0.75) or ("",)
    return _names().get(found, "")


def _of_variety(words: str) -> str | None:
    names = _names()
    parts = words.split(" ")
    for place in range(1, len(parts)):
        before, name = " ".join(parts[:place]), names.get(_plain(" ".join(parts[place:])))
        if name and before.casefold() in VARIETIES:
            return f"{before.title() if len(before) > 2 else before.upper()} {name}"
    return None


@functools.cache
def _names() -> Mapping[str, str]:
    """Return the English name by all names and codes, as they are compared."""
    found: dict[str, str] = {}
    for line in _KNOWN.strip().splitlines():
        codes, _, rest = line.partition(":")
        names = [name.strip() for name in rest.split(",")]
        for word in (*codes.split(), *names):
            found.setdefault(_plain(word), names[0])
    return found


def _plain(words: str) -> str:
    """Return a name without case and accents, which not everybody has on the keyboard."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))
