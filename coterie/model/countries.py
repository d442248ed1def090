"""Countries: the 249 of ISO 3166-1 and Kosovo, found by code, by English name, or by their own name.

Kosovo has the user-assigned code XK, as in the European Union, CLDR and SWIFT.
"""

from functools import cache

from coterie.model.text import fold, words

# alpha-2, alpha-3, English name, then other names used in addresses, separated by bars
_COUNTRIES = """
AD AND Andorra
AE ARE United Arab Emirates|UAE|Emirates|الإمارات
AF AFG Afghanistan
AG ATG Antigua and Barbuda
AI AIA Anguilla
AL ALB Albania|Shqipëria|Shqipëri
AM ARM Armenia|Hayastan|Հայաստան
AO AGO Angola
AQ ATA Antarctica
AR ARG Argentina|República Argentina
AS ASM American Samoa
AT AUT Austria|Österreich|Republik Österreich|Oesterreich
AU AUS Australia|Commonwealth of Australia
AW ABW Aruba
AX ALA Åland Islands|Åland|Ahvenanmaa
AZ AZE Azerbaijan|Azərbaycan
BA BIH Bosnia and Herzegovina|Bosnia|Bosna i Hercegovina
BB BRB Barbados
BD BGD Bangladesh|বাংলাদেশ
BE BEL Belgium|België|Belgique|Belgien
BF BFA Burkina Faso
BG BGR Bulgaria|България|Balgariya
BH BHR Bahrain|البحرين
BI BDI Burundi
BJ BEN Benin|Bénin
BL BLM Saint Barthélemy
BM BMU Bermuda
BN BRN Brunei|Brunei Darussalam
BO BOL Bolivia|Plurinational State of Bolivia|Bolivia, Plurinational State of
BQ BES Bonaire, Sint Eustatius and Saba|Caribbean Netherlands|Bonaire
BR BRA Brazil|Brasil
BS BHS Bahamas
BT BTN Bhutan
BV BVT Bouvet Island
BW BWA Botswana
BY BLR Belarus|Беларусь|Белоруссия
BZ BLZ Belize
CA CAN Canada|Kanada
CC CCK Cocos (Keeling) Islands|Cocos Islands|Keeling Islands
CD COD Democratic Republic of the Congo|DR Congo|DRC|Congo-Kinshasa|Congo, Democratic Republic of the|Congo, The Democratic Republic of the|Zaire
CF CAF Central African Republic
CG COG Congo|Republic of the Congo|Congo-Brazzaville
CH CHE Switzerland|Schweiz|Suisse|Svizzera|Svizra|Swiss Confederation
CI CIV Côte d'Ivoire|Ivory Coast
CK COK Cook Islands
CL CHL Chile
CM CMR Cameroon|Cameroun
CN CHN China|People's Republic of China|PRC|中国|中华人民共和国|Mainland China
CO COL Colombia
CR CRI Costa Rica
CU CUB Cuba
CV CPV Cabo Verde|Cape Verde
CW CUW Curaçao
CX CXR Christmas Island
CY CYP Cyprus|Κύπρος|Kıbrıs
CZ CZE Czechia|Czech Republic|Česko|Česká republika
DE DEU Germany|Deutschland|Bundesrepublik Deutschland|Federal Republic of Germany|BRD
DJ DJI Djibouti
DK DNK Denmark|Danmark
DM DMA Dominica
DO DOM Dominican Republic|República Dominicana
DZ DZA Algeria|Algérie|الجزائر
EC ECU Ecuador
EE EST Estonia|Eesti
EG EGY Egypt|مصر|Misr
EH ESH Western Sahara
ER ERI Eritrea
ES ESP Spain|España|Espanya|Espainia|Kingdom of Spain
ET ETH Ethiopia
FI FIN Finland|Suomi
FJ FJI Fiji
FK FLK Falkland Islands|Falkland Islands (Malvinas)|Malvinas
FM FSM Micronesia|Federated States of Micronesia|Micronesia, Federated States of
FO FRO Faroe Islands|Faeroe Islands|Føroyar
FR FRA France|République française|Metropolitan France
GA GAB Gabon
GB GBR United Kingdom|UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain and Northern Ireland
GD GRD Grenada
GE GEO Georgia|Sakartvelo|საქართველო
GF GUF French Guiana|Guyane
GG GGY Guernsey
GH GHA Ghana
GI GIB Gibraltar
GL GRL Greenland|Kalaallit Nunaat|Grønland
GM GMB Gambia
GN GIN Guinea|Guinée
GP GLP Guadeloupe
GQ GNQ Equatorial Guinea
GR GRC Greece|Ελλάδα|Ελλάς|Hellas|Ellada|Hellenic Republic
GS SGS South Georgia and the South Sandwich Islands|South Georgia
GT GTM Guatemala
GU GUM Guam
GW GNB Guinea-Bissau
GY GUY Guyana
HK HKG Hong Kong|香港|Hong Kong SAR|Hong Kong SAR China
HM HMD Heard Island and McDonald Islands
HN HND Honduras
HR HRV Croatia|Hrvatska
HT HTI Haiti|Haïti
HU HUN Hungary|Magyarország
ID IDN Indonesia
IE IRL Ireland|Éire|Republic of Ireland
IL ISR Israel|ישראל
IM IMN Isle of Man
IN IND India|Bharat|भारत
IO IOT British Indian Ocean Territory|Chagos Archipelago
IQ IRQ Iraq|العراق
IR IRN Iran|Islamic Republic of Iran|Iran, Islamic Republic of|Persia|ایران
IS ISL Iceland|Ísland
IT ITA Italy|Italia|Italien|Repubblica Italiana
JE JEY Jersey
JM JAM Jamaica
JO JOR Jordan|الأردن
JP JPN Japan|日本|Nippon|Nihon|日本国
KE KEN Kenya
KG KGZ Kyrgyzstan|Кыргызстан|Киргизия
KH KHM Cambodia|Kampuchea|កម្ពុជា
KI KIR Kiribati
KM COM Comoros|Comores
KN KNA Saint Kitts and Nevis
KP PRK North Korea|Democratic People's Republic of Korea|Korea, Democratic People's Republic of|DPRK
KR KOR South Korea|Korea|Republic of Korea|Korea, Republic of|Korea, South|대한민국|한국
KW KWT Kuwait|الكويت
KY CYM Cayman Islands
KZ KAZ Kazakhstan|Қазақстан|Казахстан
LA LAO Laos|Lao People's Democratic Republic|Lao PDR|ລາວ
LB LBN Lebanon|Liban|لبنان
LC LCA Saint Lucia
LI LIE Liechtenstein
LK LKA Sri Lanka|Ceylon
LR LBR Liberia
LS LSO Lesotho
LT LTU Lithuania|Lietuva
LU LUX Luxembourg|Luxemburg|Lëtzebuerg
LV LVA Latvia|Latvija
LY LBY Libya|ليبيا
MA MAR Morocco|Maroc|المغرب
MC MCO Monaco
MD MDA Moldova|Republic of Moldova|Moldova, Republic of
ME MNE Montenegro|Crna Gora|Црна Гора
MF MAF Saint Martin (French part)|Saint Martin|Saint-Martin
MG MDG Madagascar|Madagasikara
MH MHL Marshall Islands
MK MKD North Macedonia|Macedonia|FYROM|Северна Македонија|Македонија|Republic of North Macedonia
ML MLI Mali
MM MMR Myanmar|Burma|Myanmar (Burma)
MN MNG Mongolia|Монгол Улс
MO MAC Macao|Macau|澳門|Macao SAR China
MP MNP Northern Mariana Islands
MQ MTQ Martinique
MR MRT Mauritania|Mauritanie
MS MSR Montserrat
MT MLT Malta
MU MUS Mauritius
MV MDV Maldives
MW MWI Malawi
MX MEX Mexico|México|Estados Unidos Mexicanos
MY MYS Malaysia
MZ MOZ Mozambique|Moçambique
NA NAM Namibia
NC NCL New Caledonia|Nouvelle-Calédonie
NE NER Niger
NF NFK Norfolk Island
NG NGA Nigeria
NI NIC Nicaragua
NL NLD Netherlands|Nederland|Holland|Niederlande|Pays-Bas|Kingdom of the Netherlands
NO NOR Norway|Norge|Noreg
NP NPL Nepal|नेपाल
NR NRU Nauru
NU NIU Niue
NZ NZL New Zealand|Aotearoa
OM OMN Oman|عمان
PA PAN Panama|Panamá
PE PER Peru|Perú
PF PYF French Polynesia|Polynésie française|Tahiti
PG PNG Papua New Guinea
PH PHL Philippines|Pilipinas
PK PAK Pakistan|پاکستان
PL POL Poland|Polska|Rzeczpospolita Polska
PM SPM Saint Pierre and Miquelon
PN PCN Pitcairn|Pitcairn Islands
PR PRI Puerto Rico
PS PSE Palestine|State of Palestine|Palestine, State of|Palestinian Territories|Palestinian Territory|فلسطين
PT PRT Portugal|República Portuguesa
PW PLW Palau
PY PRY Paraguay
QA QAT Qatar|قطر
RE REU Réunion|La Réunion
RO ROU Romania|România|Rumania
RS SRB Serbia|Srbija|Србија
RU RUS Russia|Russian Federation|Россия|Российская Федерация|Rossiya
RW RWA Rwanda
SA SAU Saudi Arabia|KSA|Kingdom of Saudi Arabia|السعودية
SB SLB Solomon Islands
SC SYC Seychelles
SD SDN Sudan|السودان
SE SWE Sweden|Sverige|Schweden
SG SGP Singapore|新加坡|Singapura
SH SHN Saint Helena, Ascension and Tristan da Cunha|Saint Helena|Ascension Island|Tristan da Cunha
SI SVN Slovenia|Slovenija
SJ SJM Svalbard and Jan Mayen|Svalbard
SK SVK Slovakia|Slovensko|Slovak Republic|Slovenská republika
SL SLE Sierra Leone
SM SMR San Marino
SN SEN Senegal|Sénégal
SO SOM Somalia|Soomaaliya
SR SUR Suriname|Surinam
SS SSD South Sudan
ST STP São Tomé and Príncipe
SV SLV El Salvador
SX SXM Sint Maarten|Sint Maarten (Dutch part)
SY SYR Syria|Syrian Arab Republic|سوريا
SZ SWZ Eswatini|Swaziland
TC TCA Turks and Caicos Islands
TD TCD Chad|Tchad
TF ATF French Southern Territories|French Southern and Antarctic Lands
TG TGO Togo
TH THA Thailand|ไทย|ประเทศไทย
TJ TJK Tajikistan|Тоҷикистон
TK TKL Tokelau
TL TLS Timor-Leste|East Timor
TM TKM Turkmenistan|Türkmenistan
TN TUN Tunisia|Tunisie|تونس
TO TON Tonga
TR TUR Türkiye|Turkey|Republic of Turkey
TT TTO Trinidad and Tobago|Trinidad
TV TUV Tuvalu
TW TWN Taiwan|Taiwan, Province of China|Republic of China|台灣|台湾|臺灣
TZ TZA Tanzania|United Republic of Tanzania|Tanzania, United Republic of
UA UKR Ukraine|Україна|Ukraina|Украина
UG UGA Uganda
UM UMI United States Minor Outlying Islands|US Minor Outlying Islands|U.S. Outlying Islands
US USA United States|United States of America|U.S.|U.S.A.|America|Estados Unidos|États-Unis|Vereinigte Staaten
UY URY Uruguay
UZ UZB Uzbekistan|Oʻzbekiston|Узбекистан
VA VAT Vatican City|Holy See|Vatican|Vatican City State|Holy See (Vatican City State)|Città del Vaticano
VC VCT Saint Vincent and the Grenadines
VE VEN Venezuela|Bolivarian Republic of Venezuela|Venezuela, Bolivarian Republic of
VG VGB British Virgin Islands|Virgin Islands (British)|Virgin Islands, British
VI VIR United States Virgin Islands|U.S. Virgin Islands|Virgin Islands (U.S.)|Virgin Islands, U.S.
VN VNM Vietnam|Viet Nam|Việt Nam
VU VUT Vanuatu
WF WLF Wallis and Futuna
WS WSM Samoa|Western Samoa
XK XKX Kosovo|Republic of Kosovo|Kosova|Kosovë|Republika e Kosovës|Republika Kosovo|Косово|Република Косово
YE YEM Yemen|اليمن
YT MYT Mayotte
ZA ZAF South Africa|Suid-Afrika|RSA
ZM ZMB Zambia
ZW ZWE Zimbabwe
"""  # noqa: E501

# Words that lists of countries use or omit.
_SMALL_WORDS = frozenset(("the", "and", "of"))


def find_country(text: str) -> tuple[str, str] | None:
    """The country a text names, as (ISO 3166-1 alpha-2 code, English name), or None.

    Recognizes alpha-2 and alpha-3 codes, English names with their usual variants, and most countries' own names.
    Case, accents and punctuation do not matter.
    """
    # no name is that long
    return _index().get(_key(text)) if len(text) <= 100 else None


def load_names() -> None:
    """Builds the index of names now, and not for the first address."""
    _index()


def list_countries() -> list[tuple[str, str]]:
    """(alpha-2 code, English name) of every country, by name."""
    lines = [line.split(" ", 2) for line in _COUNTRIES.strip().splitlines()]
    return sorted(((code, names.split("|")[0]) for code, _, names in lines), key=lambda country: fold(country[1]))


def _key(text: str) -> str:
    parts = words(fold(text))
    if len(parts) < 2:
        # one word may be a code: AND is Andorra, ST is São Tomé
        return "".join(parts)
    return "".join("saint" if part == "st" else part for part in parts if part not in _SMALL_WORDS)


@cache
def _index() -> dict[str, tuple[str, str]]:
    by_name: dict[str, tuple[str, str]] = {}
    codes: dict[str, tuple[str, str]] = {}
    for line in _COUNTRIES.strip().splitlines():
        alpha_2, alpha_3, rest = line.split(" ", 2)
        names = rest.split("|")
        country = (alpha_2, names[0])
        by_name |= {_key(name): country for name in names}
        codes |= {code.lower(): country for code in (alpha_2, alpha_3)}
    return by_name | codes
