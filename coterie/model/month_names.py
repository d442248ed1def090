"""Names of months, and the words that surround them in a written date."""

from coterie.model.text import fold

# English, German, French, Spanish, Italian, Dutch, Portuguese; Swedish, Danish, Norwegian, Finnish; Polish, Czech and
# Slovak, Hungarian; Russian, Ukrainian; Greek, Turkish. Full and short, as they are written next to a day.
_MONTHS = (
    """january januar janvier enero gennaio januari janeiro jan ene gen jänner; tammikuuta tammikuu; stycznia styczeń
    sty; ledna leden január; января январь янв січня січень; ιανουαρίου ιαν; ocak oca""",
    """february februar fevrier febrero febbraio februari fevereiro feb fev; helmikuuta helmikuu; lutego luty lut; února
    únor február; февраля февраль фев лютого лютий; φεβρουαρίου φεβ; şubat şub""",
    """march marz mars marzo maart marco mar mrz mrt maerz; marts maaliskuuta maaliskuu; marca marzec; března březen
    marec március márc; марта март мар березня березень; μαρτίου μαρ; mart""",
    """april avril abril aprile apr avr abr; huhtikuuta huhtikuu; kwietnia kwiecień kwi; dubna duben április ápr; апреля
    апрель апр квітня квітень; απριλίου απρ; nisan nis""",
    """may mai mayo maggio mei maio mag; maj toukokuuta toukokuu; maja; května květen mája máj május; мая май травня
    травень; μαΐου μαι; mayıs""",
    """june juni juin junio giugno junho jun giu; kesäkuuta kesäkuu; czerwca czerwiec cze; června červen júna jún
    június; июня июнь червня червень; ιουνίου ιουν; haziran haz""",
    """july juli juillet julio luglio julho jul lug juil; heinäkuuta heinäkuu; lipca lipiec lip; července červenec júla
    júl július; июля июль липня липень; ιουλίου ιουλ; temmuz tem""",
    """august aout agosto augustus aug ago; augusti elokuuta elokuu; sierpnia sierpień sie; srpna srpen augusta
    augusztus; августа август авг серпня серпень; αυγούστου αυγ; ağustos ağu""",
    """september septembre septiembre settembre setembro sep sept set; syyskuuta syyskuu; września wrzesień wrz; září
    septembra szeptember szept; сентября сентябрь сен сент вересня вересень; σεπτεμβρίου σεπ; eylül eyl""",
    """october oktober octobre octubre ottobre outubro oct okt ott out; lokakuuta lokakuu; października październik paź;
    října říjen októbra október; октября октябрь окт жовтня жовтень; οκτωβρίου οκτ; ekim eki""",
    """november novembre noviembre novembro nov; marraskuuta marraskuu; listopada listopad lis; listopadu novembra;
    ноября ноябрь ноя листопада; νοεμβρίου νοε; kasım kas""",
    """december dezember decembre diciembre dicembre dezembro dec dez dic; joulukuuta joulukuu; grudnia grudzień gru;
    prosince prosinec decembra; декабря декабрь дек грудня грудень; δεκεμβρίου δεκ; aralık ara""",
)
# folded name -> number
MONTH_OF = {fold(name): number for number, names in enumerate(_MONTHS, 1) for name in names.replace(";", "").split()}
_FILLERS = """
    st nd rd th er of the de del di den le el il o do da am on
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
    montag dienstag mittwoch donnerstag freitag samstag sonntag
    lundi mardi mercredi jeudi vendredi samedi dimanche
    г года год р року roku r
"""
FILLER_WORDS = frozenset(fold(word) for word in _FILLERS.split())
