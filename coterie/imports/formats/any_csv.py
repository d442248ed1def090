"""Any other CSV file: what a column means is guessed from its name in seven languages, and can be corrected.

A mapping ties a header to a field, "Téléphone portable" to "phone:mobile"; columns.FIELDS lists the fields.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from coterie.errors import Invalid, Problem, invalid
from coterie.imports.formats.columns import FIELDS as FIELDS
from coterie.imports.formats.columns import PROBLEMS_MAX, check_mapping, day_first_in, listed, read_table
from coterie.imports.formats.csv_rows import open_rows
from coterie.model.handles import CHANNELS
from coterie.model.imports import ContactDraft, RowError
from coterie.model.text import words

# English, German, French, Spanish, Italian, Dutch, Portuguese; folded, without spaces.
_NAMES = {
    "name": """
        name fullname contactname person realname; vollstandigername ganzername kontakt; nomcomplet
        nometprenom nomprenom; nombrecompleto nombreyapellidos; nomecompleto nomeecognome; volledigenaam
        naam""",
    "display_name": """
        displayname screenname; anzeigename; nomaffiche; nombreparamostrar; nomevisualizzato; weergavenaam""",
    "name_prefix": """
        title prefix nameprefix honorific salutation; titel anrede; civilite titre; titulo; titolo; aanhef""",
    "first_name": """
        firstname givenname forename first; vorname rufname; prenom; nombre primernombre; nome; voornaam;
        primeironome nomeproprio""",
    "middle_name": """
        middlename additionalname middle secondname; zweitervorname; deuxiemeprenom; segundonombre;
        secondonome; tussenvoegsel tweedenaam; segundonome nomedomeio""",
    "last_name": """
        lastname surname familyname last; nachname familienname zuname; nom nomdefamille; apellido
        apellidos; cognome; achternaam familienaam; sobrenome apelido ultimonome""",
    "name_suffix": "suffix namesuffix; namenszusatz; suffixe; sufijo; suffisso; achtervoegsel; sufixo",
    "nickname": """
        nickname nick alias; spitzname; surnom pseudo; apodo mote; soprannome; bijnaam roepnaam; alcunha
        apelidocarinhoso""",
    "gender": "gender sex; geschlecht; sexe genre; sexo genero; sesso genere; geslacht",
    "birthday": """
        birthday dateofbirth birthdate born dob bday; geburtstag geburtsdatum; anniversaire
        datedenaissance naissance; cumpleanos fechadenacimiento; compleanno datadinascita; verjaardag
        geboortedatum; aniversario datadenascimento nascimento""",
    "employer": """
        company employer organization organisation organizationname companyname workplace account; firma
        unternehmen arbeitgeber; entreprise societe employeur; empresa compania; azienda societa ditta;
        bedrijf bedrijfsnaam werkgever organisatie; companhia""",
    "job_title": """
        jobtitle position role occupation job profession; beruf funktion stelle berufsbezeichnung; poste
        fonction titreduposte metier; cargo puesto profesion; professione posizione qualifica mansione;
        functie functietitel beroep; profissao funcao""",
    "how_you_met": """
        howyoumet howwemet met; kennengelernt; rencontre; comonosconocimos; comecisiamoconosciuti""",
    "language": "language; sprache; langue; idioma; lingua; taal",
    "bio": "bio biography about; biografie uberperson; biographie; biografia",
    "email": """
        email emailaddress mail emails mailaddress; emailadresse mailadresse; courriel adressemail
        adresseemail mel; correo correoelectronico; indirizzoemail postaelettronica; emailadres;
        correioeletronico""",
    "phone": """
        phone telephone phonenumber tel number phones contactnumber; telefon telefonnummer rufnummer
        nummer; numerodetelephone numero; telefono numerodetelefono; numeroditelefono; telefoon
        telefoonnummer; telefone numerodetelefone""",
    "phone:mobile": """
        mobilephone cellphone mobilenumber mobileno; mobiltelefon handynummer mobilnummer mobilfunk;
        telephoneportable telephonemobile; telefonomovil telefonocelular; telefonocellulare; mobielnummer;
        telemovel""",
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
        adressepostale; direccion direccionpostal; indirizzo; adres; endereco morada""",
    "address.line_1": """
        street streetaddress addressline1 address1 addressline line1; strasse strassehausnummer
        strasseundhausnummer; rue; calle; via; straat straatnaam; rua logradouro""",
    "address.line_2": """
        addressline2 address2 street2 line2 apartment apt unit; adresszusatz; complementadresse
        complement; piso; interno; toevoeging; complemento""",
    "address.line_3": "addressline3 address3 street3 line3",
    "address.locality": """
        city town locality; stadt ort wohnort; ville commune; ciudad localidad poblacion; citta comune
        localita; plaats woonplaats; cidade localidade""",
    "address.region": """
        state region province county stateprovince; bundesland kanton; departement; provincia estado;
        regione; provincie; distrito""",
    "address.postcode": """
        zip zipcode postcode postalcode zippostalcode; plz postleitzahl; codepostal cp; codigopostal; cap
        codicepostale; cep""",
    "address.country": "country countryregion nation; land; pays; pais; paese nazione",
    "date:anniversary": """
        anniversary weddinganniversary weddingday; hochzeitstag jahrestag; anniversairedemariage;
        aniversariodeboda; anniversario; trouwdag; aniversariodecasamento""",
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
        comentarios observaciones; commenti commento; notities notitie opmerking opmerkingen; observacoes""",
    "ignore": """
        id uuid uid externalid contactid created createdat createdon updated updatedat modified modifiedat
        lastmodified owner ownerid deleted deletedat row no nr initials""",
}  # fmt: skip
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in re.findall(r"\w+", names)}

_LABELS = {
    "work": """
        work business office professional company; geschaftlich dienstlich arbeit buro; travail
        professionnel bureau pro; trabajo oficina laboral; lavoro ufficio; werk zakelijk kantoor; trabalho
        comercial""",
    "home": """
        home private personal; privat zuhause; domicile personnel personnelle perso prive; casa particular
        domicilio; privato abitazione; thuis; pessoal residencial""",
    "mobile": "mobile cell cellular; mobil handy; portable; movil celular; cellulare; mobiel; telemovel",
    "fax": "fax; telefax; telecopie telecopieur",
    "other": "other; andere sonstige weitere; autre; otro otra; altro; ander; outro",
}  # fmt: skip
_LABEL_OF = {name: label for label, names in _LABELS.items() for name in re.findall(r"\w+", names)}
_LABELLED = re.compile(r"(phone|email|link|address)(\..+)?")
# words that carry nothing beside the others
_EMPTY_WORDS = frozenset(("contact", "the", "de", "del", "di", "da", "do", "la", "le", "main", "primary", "value"))


def guess_mapping(headers: Sequence[str]) -> dict[str, str]:
    """What each column seems to be, header to field.

    A header that is not understood becomes "extra", a line of the note; technical ones (id, created at) and
    blank ones are ignored.
    """
    return {header: _guess(header) for header in headers}


def mapping_of(path: Path, corrections: Mapping[str, str] | None = None) -> dict[str, str]:
    """What each column of a CSV file is taken for, guessed and then corrected.

    Refused (Invalid, naming what there is): a correction of a column the file does not have, or to what is no field.
    """
    return _corrected(open_rows(path).headers, corrections or {})


def _corrected(headers: Sequence[str], corrections: Mapping[str, str]) -> dict[str, str]:
    reason = f"is not a column of the file, which has {listed(headers)}"
    unknown = [Problem(("mapping", header), "unknown", reason) for header in corrections if header not in headers]
    if unknown:
        raise Invalid(*unknown[:PROBLEMS_MAX])
    check_mapping(corrections)
    return guess_mapping(headers) | dict(corrections)


def read(path: Path, mapping: Mapping[str, str] | None = None) -> Iterator[ContactDraft | RowError]:
    """The contacts of a CSV file with any header; mapping corrects the guess, header by header.

    Refused (Invalid): a mapping that names a header the file does not have or a field that does not exist,
    and a file none of whose columns could name or reach a person.
    """
    table = open_rows(path)
    mapped = _corrected(table.headers, mapping or {})
    if not names_people(mapped):
        raise invalid("file", "has no column that names a person or says how to reach one")
    day_first = table.is_day_first or day_first_in(open_rows(path).rows, table.headers, mapped)
    yield from read_table(table.rows, table.headers, mapped, day_first=day_first)


def names_people(mapping: Mapping[str, str]) -> bool:
    """Whether any column of a mapping could name a person or say how to reach one."""
    names = {"name", "display_name", "first_name", "last_name", "nickname", "employer", "link"}
    return any(field in names or field.split(":")[0] in CHANNELS for field in mapping.values())


def _guess(header: str) -> str:
    every = re.findall(r"[^\W\d_]+|\d+", " ".join(words(header[:200])))
    parts = [word for word in every if word not in _EMPTY_WORDS]
    if not parts:
        return "ignore"
    letters = [word for word in parts if not word.isdigit()]
    for name in ("".join(every), "".join(parts), "".join(letters)):
        if name in _FIELD_OF:
            return _FIELD_OF[name]
    labels = [_LABEL_OF[word] for word in letters if word in _LABEL_OF]
    rest = "".join(word for word in letters if word not in _LABEL_OF)
    if not rest and {"mobile", "fax"} & set(labels):
        rest = "phone"
    if labels and (match := _LABELLED.fullmatch(_FIELD_OF.get(rest, ""))):
        return f"{match[1]}:{' '.join(dict.fromkeys(labels))}{match[2] or ''}"
    return "extra"
