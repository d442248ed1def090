"""Names of columns of tables in seven languages, and the field of each."""

import re
from collections.abc import Sequence

from coterie.model.text import fold, words

# English, German, French, Spanish, Italian, Dutch, Portuguese; folded, without spaces.
_NAMES = {
    "name": """
        name fullname contactname person realname; vollstandigername ganzername kontakt; nomcomplet
        nometprenom nomprenom; nombrecompleto nombreyapellidos; nomecompleto nomeecognome; volledigenaam
        naam; 氏名 名前 お名前""",
    "display_name": """
        displayname screenname; anzeigename; nomaffiche; nombreparamostrar; nomevisualizzato; weergavenaam""",
    "name_prefix": """
        title prefix nameprefix honorific salutation; titel anrede; civilite titre; titulo; titolo; aanhef""",
    "first_name": """
        firstname givenname forename first; vorname rufname; prenom; nombre primernombre; nome; voornaam;
        primeironome nomeproprio; 名""",
    "middle_name": """
        middlename additionalname middle secondname; zweitervorname; deuxiemeprenom; segundonombre;
        secondonome; tussenvoegsel tweedenaam middelstenaam; segundonome nomedomeio; weiterevornamen""",
    "last_name": """
        lastname surname familyname last; nachname familienname zuname; nom nomdefamille; apellido
        apellidos; cognome; achternaam familienaam; sobrenome apelido ultimonome; 姓 名字 苗字""",
    "formatted_name": "formattedname",
    "phonetic_first_name": """
        phoneticfirstname firstnamephonetic phoneticgivenname givennamephonetic givennameyomi givenyomi
        firstnameyomi yomigivenname phoneticname; phonetischervorname; prenomphonetique; nombrefonetico;
        nomefonetico; fonetischevoornaam""",
    "phonetic_last_name": """
        phoneticlastname lastnamephonetic phoneticfamilyname familynamephonetic familynameyomi surnameyomi
        lastnameyomi phoneticsurname; phonetischernachname; nomphonetique; apellidofonetico; cognomefonetico;
        fonetischeachternaam sobrenomefonetico""",
    "maiden_name": """
        maidenname birthname nameatbirth nee; geburtsname madchenname; nomdejeunefille nomdenaissance;
        apellidodesoltera; cognomedanubile; meisjesnaam geboortenaam; nomedesolteira""",
    "name_suffix": "suffix namesuffix; namenszusatz; suffixe; sufijo; suffisso; achtervoegsel; sufixo",
    "nickname": """
        nickname nick alias; spitzname; surnom pseudo; apodo mote; soprannome; bijnaam roepnaam; alcunha
        apelidocarinhoso""",
    "gender": "gender sex; geschlecht; sexe genre; sexo genero; sesso genere; geslacht",
    "birthday": """
        birthday dateofbirth birthdate born dob bday; geburtstag geburtsdatum; anniversaire
        datedenaissance naissance; cumpleanos fechadenacimiento; compleanno datadinascita; verjaardag
        geboortedatum; aniversario datadenascimento nascimento; 生年月日 誕生日""",
    "birthday.year": """
        birthyear yearofbirth; geburtsjahr; anneedenaissance; anodenacimiento; annodinascita; geboortejaar;
        anodenascimento""",
    "birthday.month": """
        birthmonth monthofbirth; geburtsmonat; moisdenaissance; mesdenacimiento; mesedinascita; geboortemaand;
        mesdenascimento""",
    "birthday.day": """
        dayofbirth; tagdergeburt; jourdenaissance; diadenacimiento; giornodinascita; diadenascimento""",
    "employer": """
        company employer organization organisation organizationname companyname workplace account; firma
        unternehmen arbeitgeber; entreprise societe employeur; empresa compania organizacion; azienda societa ditta;
        bedrijf bedrijfsnaam werkgever organisatie; companhia; 会社 会社名""",
    "department": """
        department dept organizationdepartment companydepartment; abteilung; departamento;
        reparto dipartimento; afdeling""",
    "job_title": """
        jobtitle position role occupation job profession; beruf funktion stelle berufsbezeichnung; poste
        fonction titreduposte metier; cargo puesto profesion; professione posizione qualifica mansione;
        functie functietitel beroep; profissao funcao; 役職""",
    "how_you_met": """
        howyoumet howwemet met; kennengelernt; rencontre; comonosconocimos; comecisiamoconosciuti""",
    "language": "language; sprache; langue; idioma; lingua; taal",
    "bio": "bio biography about; biografie uberperson; biographie; biografia",
    "email": """
        email emailaddress mail emails mailaddress; emailadresse mailadresse; courriel adressemail
        adresseemail mel; correo correoelectronico; indirizzoemail postaelettronica; emailadres;
        correioeletronico; メール メールアドレス 電子メール
        adressedemessagerie indirizzodipostaelettronica direcciondecorreoelectronico indirizzopostaelettronica
        enderecoemail""",
    "phone": """
        phone telephone phonenumber tel number phones contactnumber; telefon telefonnummer rufnummer
        nummer; numerodetelephone numero; telefono numerodetelefono; numeroditelefono; telefoon
        telefoonnummer hoofdtelefoon; telefone numerodetelefone; 電話 電話番号""",
    "phone:mobile": """
        mobilephone cellphone mobilenumber mobileno; mobiltelefon handynummer mobilnummer mobilfunk;
        telephoneportable telephonemobile; telefonomovil telefonocelular; telefonocellulare; mobielnummer;
        telemovel; 携帯 携帯電話 携帯番号""",
    "phone:car": "autotelefon autotelefoon",
    "phone:company": "companymainphone telefonosocieta hoofdtelefoonbedrijf telefoneempresa",
    "phone:work": "workphone businessphone officephone; geschaftstelefon diensttelefon",
    "phone:home": "homephone; privattelefon festnetz; fixe; telefonofijo; telefonofisso",
    "email:work": "workemail businessemail; geschaftsmail",
    "email:home": "homeemail personalemail; privatmail",
    "whatsapp": "whatsapp whatsappnumber",
    "telegram": "telegram",
    "signal": "signal",
    "skype": "skype skypename skypeid",
    "facebook": "facebook facebookurl",
    "twitter": "twitter x twitterhandle twitterurl",
    "tiktok": "tiktok",
    "youtube": "youtube",
    "github": "github",
    "mastodon": "mastodon",
    "matrix": "matrix",
    "instagram": "instagram instagramhandle instagramusername instagramurl ig insta username",
    "linkedin": "linkedin linkedinurl linkedinprofile profileurl",
    "link": """
        website url web webpage homepage site link; webseite internetseite; siteweb siteinternet; sitioweb
        paginaweb; sitoweb; webpagina; paginadainternet""",
    "address": """
        address postaladdress mailingaddress fulladdress location; adresse anschrift postanschrift;
        adressepostale; direccion direccionpostal; indirizzo; adres; endereco morada; 住所""",
    "address.line_1": """
        street streetaddress addressline1 address1 addressline line1; strasse strassehausnummer
        strasseundhausnummer; rue; calle; via; straat straatnaam adresstraat; rua logradouro ruaendereco""",
    "address.house_number": "housenumber houseno hausnummer hausnr numerodecalle numerocivico huisnummer",
    "address.line_2": """
        addressline2 address2 street2 line2 apartment apt unit; adresszusatz; complementadresse
        complement; piso; interno; toevoeging; complemento""",
    "address.line_3": "addressline3 address3 street3 line3",
    "address.locality": """
        city town locality; stadt ort wohnort; ville commune; ciudad localidad poblacion; citta comune
        localita; plaats woonplaats adresplaats; cidade localidade cidadeendereco""",
    "address.region": """
        state region province county stateprovince; bundesland kanton; departement; provincia estado;
        regione; provincie adresprovincie; distrito estadoendereco; stateregion
        bundeslandkanton depregion 都道府県""",
    "address.postcode": """
        zip zipcode postcode postalcode zippostalcode; plz postleitzahl; codepostal cp; codigopostal; cap
        codicepostale; adrespostcode; cep cependereco; 郵便番号""",
    "address.country": """country countryregion nation; land; pays; pais; paese nazione; landregion paysregion
        paisregion paisoregion paeseregione
        paisouregiao landofregio landregio adresland adreslandregio paisregiaoendereco 国""",
    "date:anniversary": """
        anniversary weddinganniversary weddingday; hochzeitstag jahrestag; anniversairedemariage;
        aniversariodeboda; anniversario; trouwdag specialedatum; aniversariodecasamento datasespeciais""",
    "related:spouse": "spouse ehegatte conjoint conyuge coniuge echtgenoot conjuge",
    "related:manager": "managersname nomeresponsabile naammanager nomegerente",
    "picture_url": "photo picture image avatar photourl avatarurl pictureurl; foto bild",
    "tags": """
        tags tag categories category labels label keywords; kategorien kategorie schlagworte; etiquettes;
        etiquetas categorias; etichette categorie; categorieen; marcadores""",
    "folders": """
        folder folders group groups list lists groupmembership; gruppe gruppen; groupe groupes; grupo
        grupos; gruppo gruppi; groep groepen""",
    "note": """
        notes note comment comments remarks description memo; notizen notiz bemerkung bemerkungen
        kommentar anmerkung; remarque remarques commentaire commentaires; notas nota comentario
        comentarios observaciones anotaciones; commenti commento; notities notitie opmerking
        opmerkingen; observacoes anotacoes; メモ 備考""",
    "ignore": """
        id uuid uid externalid contactid created createdat createdon updated updatedat modified modifiedat
        lastmodified owner ownerid deleted deletedat row no nr;
        emailtype emailtyp typedemessagerie typedadressedemessagerie tipodecorreoelectronico tipodepostaelettronica
        vertraulichkeit prioritat verzeichnisserver confidentialite criterediffusion priorite serveurderepertoires
        confidencialidad prioridad servidordedirectorio riservatezza priorita vertrouwelijkheid prioriteit
        tipopostaelettronica percorsoserverdirectory tipoemail gevoeligheid directoryserver sensibilidade prioridade
        servidordiretorio""",
    "repeat": """
        initials; initialen; iniziali; iniciais; nomevisualizzatopostaelettronica emailweergegevennaam
        nomeparaexibicaoemail""",
}
_FIELD_OF = {"".join(words(name)): field for field, names in _NAMES.items() for name in re.findall(r"\w+", names)}

_LABELS = {
    "work": """
        work business office professional company; geschaftlich dienstlich arbeit buro; travail
        professionnel bureau pro; trabajo oficina laboral; lavoro ufficio uff;
        werk zakelijk kantoor werkadres; trabalho
        comercial""",
    "home": """
        home private personal privado privada prive privee; privat zuhause; domicile personnel personnelle
        perso prive; casa particular
        domicilio; privato abitazione ab; thuis persoonlijk huisadres; pessoal residencial""",
    "car": "car; auto; carro",
    "mobile": "mobile cell cellular; mobil handy; portable; movil celular; cellulare; mobiel mobiele; telemovel",
    "fax": "fax; telefax; telecopie telecopieur",
    "pager": "pager beeper cercapersone",
    "other": "other; andere sonstige weitere; autre; otro otra; altro altra; ander andere; outro outra",
}
_LABEL_OF = {name: label for label, names in _LABELS.items() for name in re.findall(r"\w+", names)}
_LABELLED = re.compile(r"(phone|email|link|address)(\..+)?")
_FLAGS = frozenset((
    "true", "false", "wahr", "falsch", "vrai", "faux", "verdadero", "falso", "vero", "verdadeiro", "waar", "onwaar",
    "0", "1",
))  # fmt: skip
# words that add nothing to the others
_EMPTY_WORDS = frozenset((
    "contact", "the", "de", "del", "di", "da", "do", "la", "le", "main", "primary", "secondary", "alternate", "value",
    "principale", "principal", "op",
))  # fmt: skip


def guess_mapping(headers: Sequence[str]) -> dict[str, str]:
    """Guesses the field of each column: header -> path.

    An unknown header becomes "extra", a line of the note. Technical headers (id, created at) are ignored. Several
    columns called "Home", "Work" and the like are phone numbers, as Yahoo exports them.
    """
    mapping = {header: _guess(header) for header in headers}
    bare = {
        header: label
        for header, path in mapping.items()
        if path.startswith(("extra", "phone")) and (label := _LABEL_OF.get("".join(words(header[:200]))))
    }
    if len(set(bare.values())) > 2:
        mapping |= {header: f"phone:{label}" for header, label in bare.items()}
    fields = set(mapping.values())
    # with an employer and without another column for the job, "Title" is the job
    if "employer" in fields and "job_title" not in fields:
        mapping |= {header: "title" for header in headers if header.strip().lower() == "title"}
    return mapping


def is_setting(header: str, value: str) -> bool:
    """Whether a cell is a flag of Outlook's column "Private", in any language."""
    return fold(value) in _FLAGS and _LABEL_OF.get("".join(words(header[:200]))) == "home"


def _guess(header: str) -> str:
    every = re.findall(r"[^\W\d_]+|\d+", " ".join(words(header[:200])))
    parts = [word for word in every if word not in _EMPTY_WORDS]
    if not parts:
        return "extra"
    letters = [word for word in parts if not word.isdigit()]
    for name in ("".join(every), "".join(parts), "".join(letters)):
        if name in _FIELD_OF:
            return _FIELD_OF[name]
    labels = [_LABEL_OF[word] for word in letters if word in _LABEL_OF]
    rest = [word for word in parts if word not in _LABEL_OF]
    if not any(word.isalpha() for word in rest) and {"mobile", "fax", "pager"} & set(labels):
        rest = ["phone"]
    # "Home Address 2" is the second line of the home address
    path = _FIELD_OF.get("".join(rest)) or _FIELD_OF.get("".join(word for word in rest if not word.isdigit()), "")
    if labels and (match := _LABELLED.fullmatch(path)):
        return f"{match[1]}:{' '.join(dict.fromkeys(labels))}{match[2] or ''}"
    return "extra"
