"""Names of columns in languages beyond Western Europe, by field, as programs and people write them.

Polish, Czech and Slovak, Hungarian; Swedish, Danish and Norwegian, Finnish; Russian and Ukrainian; Greek, Turkish;
Chinese, Japanese, Korean. Where a word is one of Western Europe too, header_words decides.
"""

NAMES = {
    "name": """
        imieinazwisko nazwiskoiimie pelnanazwa; celejmeno jmenoaprijmeni menoapriezvisko; nev teljesnev; namn
        fullstandigtnamn; navn fuldenavn fulltnavn; nimi kokonimi; фио полноеимя имяфамилия имяифамилия піб;
        ονοματεπωνυμο; adsoyad adisoyadi isimsoyisim; 姓名 全名 联系人 聯絡人; 이름 성명""",
    "display_name": """
        wyswietlananazwa nazwawyswietlana; zobrazovanejmeno; megjelenitendonev; visningsnavn visningsnamn;
        nayttonimi; отображаемоеимя; 表示名; 显示名称 顯示名稱; 표시이름""",
    "name_prefix": "tytul; oslovenie; titteli; обращение; unvan; 称谓 稱謂; 호칭",
    "title": "肩書き 肩書",
    "first_name": """
        imie pierwszeimie; jmeno krestnijmeno meno krstnemeno; keresztnev utonev; fornamn; fornavn; etunimi; имя
        імя; ονομα; ad adi isim""",
    "middle_name": """
        drugieimie; dalsijmeno; mellannamn; mellomnavn mellemnavn; toinennimi; отчество побатькові; ikinciad;
        ミドルネーム""",
    "last_name": """
        nazwisko; prijmeni priezvisko; vezeteknev csaladnev; efternamn; efternavn etternavn; sukunimi; фамилия
        прізвище; επωνυμο επιθετο; soyad soyadi soyisim; 姓氏; 성""",
    "name_suffix": "sufiks przyrostek; 敬称",
    "nickname": """
        pseudonim ksywa przezwisko; prezdivka prezyvka; becenev; smeknamn; kaldenavn kallenavn; lempinimi; прозвище
        псевдоним; ψευδωνυμο; takmaad lakap; 昵称 暱稱; ニックネーム 愛称; 별명""",
    "maiden_name": """
        nazwiskopanienskie nazwiskorodowe; rodneprijmeni; flicknamn; pigenavn pikenavn; tyttonimi; девичьяфамилия;
        旧姓""",
    "phonetic_first_name": """
        フリガナ ふりがな よみがな フリガナ名 名フリガナ ふりがな名 名ふりがな よみがな名 名よみがな""",
    "phonetic_last_name": "フリガナ姓 姓フリガナ ふりがな姓 姓ふりがな よみがな姓 姓よみがな",
    "gender": "plec; pohlavi pohlavie; nem; kon; kjonn kon; sukupuoli; пол стать; φυλο; cinsiyet; 性别 性別; 성별",
    "birthday": """
        urodziny dataurodzenia dataur; narozeniny datumnarozeni narodeniny datumnarodenia; szuletesnap szuletesinap
        szuletesidatum szuletesiido; fodelsedag fodelsedatum; fodselsdag fodselsdato; syntymapaiva syntymaaika;
        деньрождения датарождения деньнародження датанародження; γενεθλια ημερομηνιαγεννησης; dogumtarihi dogumgunu;
        生日 出生日期 出生年月; 생일 생년월일""",
    "employer": """
        nazwafirmy przedsiebiorstwo pracodawca organizacja; spolecnost zamestnavatel organizace spolocnost; ceg
        cegnev vallalat munkahely; foretag arbetsgivare; virksomhed bedrift arbejdsgiver arbeidsgiver; yritys
        tyonantaja; организация компания організація компанія; εταιρεια; sirket kurum firmaadi; 公司 公司名称
        公司名稱 单位 工作单位; 勤務先 勤務先名 組織; 회사 회사명 직장""",
    "department": """
        dzial; oddeleni oddelenie; osztaly; avdelning; avdeling; osasto; отдел відділ; τμημα; departman; 部门 部門;
        部署 部署名 所属; 부서""",
    "job_title": """
        stanowisko zawod; funkce pozice povolani pracovnizarazeni; beosztas munkakor; befattning yrke; stilling;
        tehtavanimike ammatti; должность посада; θεση επαγγελμα; gorev pozisyon meslek isunvani; 职位 职务 職稱
        職務; 職種; 직책 직함 직위 직급""",
    "language": "jezyk; jazyk; nyelv; sprak; sprog; kieli; язык мова; γλωσσα; dil; 语言 語言; 言語; 언어",
    "email": """
        adresemail poczta pocztaelektroniczna adrespocztyelektronicznej; emailovaadresa elektronickaposta; emailcim;
        epost epostadress mejl mejladress; epostadresse mailadresse; sahkoposti sahkopostiosoite; почта элпочта
        электроннаяпочта адресэлектроннойпочты адресэлпочты елпошта електроннапошта; ηλεκτρονικοταχυδρομειο; eposta
        epostaadresi; 邮箱 电子邮件 电子邮箱 电子邮件地址 邮件 電子郵件 電子郵件地址 信箱; メール アドレス
        電子メールアドレス eメール eメールアドレス; 이메일 이메일주소 전자메일 전자메일주소 메일""",
    "phone": """
        numertelefonu nrtelefonu telefonpodstawowy; telefonnicislo telefonnecislo cislo; telefonszam; telefonnummer
        telefonnr; puhelin puhelinnumero; телефон номертелефона основнойтелефон; τηλεφωνο αριθμοςτηλεφωνου; telefonu
        telefonnumarasi; 电话 电话号码 联系电话 電話號碼 聯絡電話; 通常の電話 電話1 電話2; 전화 전화번호 연락처""",
    "phone:mobile": """
        telefonkomorkowy numerkomorkowy komorka; mobilnitelefon mobilnytelefon; mobiltelefonszam; mobilnr;
        matkapuhelin matkapuhelinnumero kannykka; мобильный мобильныйтелефон мобільний мобільнийтелефон сотовый;
        κινητο κινητοτηλεφωνο; cep ceptelefonu gsm; 手机 手机号 手机号码 移动电话 手機 手機號碼 行動電話;
        携帯電話番号; 휴대폰 휴대폰번호 휴대전화 휴대전화번호 핸드폰""",
    "phone:work": """
        telefondopracy; рабочийтелефон; istelefonu; 办公电话 公司电话 单位电话 商务电话 公司電話 商務電話; 会社電話
        勤務先電話 勤務先電話番号; 회사전화 직장전화 근무처전화""",
    "phone:home": """
        домашнийтелефон; evtelefonu; 家庭电话 住宅电话 住家電話 家用電話; 自宅電話 自宅電話番号; 집전화 자택전화""",
    "phone:other": "その他の電話 其他电话 其他電話 기타전화",
    "phone:work fax": "会社fax 会社ファックス 勤務先fax 商务传真 商務傳真 근무처팩스",
    "phone:home fax": "自宅fax 自宅ファックス 住宅传真 住宅傳真 집팩스",
    "phone:other fax": "その他のfax 其他传真 其他傳真 기타팩스",
    "phone:company": "glownytelefondofirmy 会社代表電話 公司总机 公司總機 회사대표전화",
    "phone:car": "telefonwsamochodzie 自動車電話 车载电话 카폰",
    "phone:callback": "wywolaniezwrotne コールバック 回电话 콜백",
    "phone:assistant": "telefonasystenta 秘書の電話 助理的电话 비서전화",
    "phone:pager": "ポケットベル 寻呼机 무선호출기",
    "phone:radio": "radiotelefon 無線電話 无线电话",
    "phone:telex": "telex teleks テレックス 电报",
    "link": """
        strona stronawww stronainternetowa stronasieciweb witryna www; webovastranka webovestranky; weblap honlap;
        webbplats hemsida webbsida; hjemmeside nettside webside; verkkosivu kotisivu; сайт вебсайт вебстраница;
        ιστοσελιδα; websitesi websayfasi; 网址 网站 网页 主页 網址 網頁; ウェブサイト ホームページ webページ;
        홈페이지 웹사이트 웹페이지""",
    "address": """
        adreszamieszkania; adresa; cim lakcim; adress postadress; postadresse; osoite; адрес адреса; διευθυνση; 地址
        住址; 주소""",
    "address.line_1": """
        ulica adresulica; ulice; utca; gata gatuadress; gade gate vej gadeadresse gateadresse; katu katuosoite;
        улица вулиця; οδος; sokak cadde; 街道; 番地 町名番地; 번지 도로명""",
    "address.house_number": "numerdomu nrdomu; cislodomu; hazszam; дом; αριθμος; kapino; 门牌号",
    "address.line_2": "番地2 建物名 マンション名",
    "address.line_3": "番地3",
    "address.locality": """
        miasto miejscowosc adresmiasto adresmiejscowosc; mesto obec; varos telepules; ort postort; poststed
        postdistrikt; by; kaupunki paikkakunta postitoimipaikka; город місто; πολη; sehir il; 城市 市县; 市区町村
        市町村; 도시 구군시""",
    "address.region": """
        wojewodztwo adreswojewodztwo; kraje; megye; fylke; maakunta; область регион; νομος; ilce; 省份 省市自治区;
        県 州; 시도""",
    "address.postcode": """
        kodpocztowy adreskodpocztowy; psc; iranyitoszam; postnummer postnr; postinumero; индекс почтовыйиндекс
        поштовийіндекс; τκ ταχυδρομικοςκωδικας ταχυδρομικοςκωδικος; postakodu; 邮编 邮政编码 郵遞區號; 우편번호""",
    "address.country": """
        kraj krajregion adreskraj adreskrajregion panstwo; zeme zemeoblast stat krajina; orszag; maa; страна
        странарегион країна; χωρα; ulke; 国家 国家地区 國家; 国地域 国名; 국가""",
    "date:anniversary": """
        rocznica rocznicaslubu; vyroci vyrocie; evfordulo; arsdag bryllupsdag brollopsdag; vuosipaiva haapaiva;
        годовщина; επετειος; yildonumu; 纪念日 紀念日; 記念日; 기념일""",
    "related:spouse": """
        wspolmalzonek malzonek; manzel manzelka; hazastars; puoliso; супруг супруга; 配偶 配偶者; 배우자""",
    "picture_url": "zdjecie; fotka; kep; bilde billede; kuva; фото; fotograf; 照片; 写真; 사진",
    "tags": """
        kategorie etykiety tagi slowakluczowe; stitky; cimkek kategoriak; kategorier taggar etiketter; luokat
        tunnisteet; метки теги категории; ετικετες κατηγοριες; etiketler kategoriler; 标签 标记 类别 標籤 類別; 分類
        カテゴリ カテゴリー タグ キーワード; 태그 범주""",
    "folders": """
        grupa grupy; skupina skupiny; csoport csoportok; grupp grupper; gruppe grupper; ryhma ryhmat; группа группы
        група групи; ομαδα ομαδες; grup gruplar; 分组 群组 群組; グループ; 그룹""",
    "note": """
        notatki notatka uwagi komentarz; poznamka poznamky; megjegyzes jegyzet jegyzetek; anteckning anteckningar;
        noter notater bemaerkning bemaerkninger merknad merknader; muistiinpano muistiinpanot huomautus lisatiedot;
        заметка заметки примечание примечания комментарий нотатки; σημειωση σημειωσεις; notlar not aciklama; 备注
        附注 备忘 備註 附註; メモ欄; 메모 비고""",
    "ignore": """
        typemail typadresuemail priorytet charakter serwerkatalogow poufnosc; 電子メールの種類 優先度 秘密度
        ディレクトリサーバー; 电子邮件类型 电子邮件地址类型 优先级 敏感度 目录服务器; 전자메일유형 우선순위""",
    "repeat": "inicjaly nazwawyswietlanaemail; イニシャル 電子メール表示名; 缩写 电子邮件显示名称; 전자메일표시이름",
}  # fmt: skip

LABELS = {
    "work": """
        sluzbowy sluzbowa sluzbowe firmowy firmowa praca; prace pracovni pracovny sluzebni sluzobny zamestnani;
        munkahelyi uzleti; arbete jobb; arbejde arbeid arbeids; tyo; рабочий рабочая рабочее робочий; εργασια
        εργασιας; is; 商务 商務 办公; 会社 勤務先 職場; 근무처 직장""",
    "home": """
        domowy domowa domowe prywatny prywatna prywatne; domu domaci domov soukromy soukrome bydliste; otthoni
        otthon; hem bostad; hjem hjemme; koti; домашний домашняя домашній личный; σπιτι οικια οικιας; ev; 住宅 家庭
        住家; 自宅 プライベート; 집 자택""",
    "mobile": "komorkowy komorkowa komorka; mobilni; mobiili; мобильный мобильная; κινητο; 携帯; 手机; 휴대폰",
    "fax": "faks; faxszam; факс; φαξ; ファックス ファクス; 传真 傳真; 팩스",
    "other": """
        inny inna inne; jiny jina jine iny ina ine; egyeb; annan annat; anden andet annen annet; muu; другой другая;
        αλλο; diger; その他 その他の; 其他; 기타""",
}  # fmt: skip
