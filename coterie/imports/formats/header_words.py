"""Names of columns in the languages of Western Europe, by field, and the words that label a place or a kind of phone.

English, German, French, Spanish, Italian, Dutch, Portuguese; folded, without spaces.
"""

NAMES = {
    "name": """
        name fullname contactname person realname; vollstandigername ganzername kontakt; nomcomplet nometprenom
        nomprenom; nombrecompleto nombreyapellidos; nomecompleto nomeecognome; volledigenaam naam; 氏名 名前 お名前
        savedname namelastfirst lastnamefirstname lastfirst nachnamevorname apellidosynombre apellidosnombre
        cognomeenome cognomenome achternaamvoornaam""",
    "display_name": """
        displayname screenname; anzeigename; nomaffiche; nombreparamostrar; nomevisualizzato; weergavenaam
        publicdisplayname""",
    "name_prefix": """
        title prefix nameprefix honorific salutation; titel anrede; civilite titre; titulo; titolo; aanhef;
        tratamiento""",
    "first_name": """
        firstname givenname forename first; vorname rufname; prenom; nombre primernombre; nome; voornaam;
        primeironome nomeproprio; 名
        christianname""",
    "middle_name": """
        middlename additionalname middle secondname; zweitervorname; deuxiemeprenom; segundonombre; secondonome;
        tussenvoegsel tweedenaam middelstenaam; segundonome nomedomeio; weiterevornamen middleinitial""",
    "last_name": """
        lastname surname familyname last; nachname familienname zuname; nom nomdefamille; apellido apellidos;
        cognome; achternaam familienaam; sobrenome apelido ultimonome; 姓 名字 苗字
        surnames""",
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
        apelidocarinhoso
        aka alsoknownas knownas goesby""",
    "gender": "gender sex; geschlecht; sexe genre; sexo genero; sesso genere; geslacht",
    "birthday": """
        birthday dateofbirth birthdate born dob bday; geburtstag geburtsdatum
        geb gebdatum gebdat gebtag gebam; anniversaire datedenaissance
        naissance; cumpleanos fechadenacimiento; compleanno datadinascita; verjaardag geboortedatum; aniversario
        datadenascimento nascimento; 生年月日 誕生日 bornon datebirth; geborenam geboren; neele nele; nacidoel
        fechanac; natoil; geborenop; nascidoem""",
    "birthday.year": """
        birthyear yearofbirth birthdateyear; geburtsjahr; anneedenaissance; anodenacimiento; annodinascita;
        geboortejaar;
        anodenascimento""",
    "birthday.month": """
        birthmonth monthofbirth birthdatemonth; geburtsmonat; moisdenaissance; mesdenacimiento; mesedinascita;
        geboortemaand;
        mesdenascimento""",
    "birthday.day": """
        dayofbirth birthdateday; tagdergeburt; jourdenaissance; diadenacimiento; giornodinascita;
        diadenascimento""",
    "employer": """
        company employer organization organisation organizationname companyname workplace account; firma unternehmen
        arbeitgeber; entreprise societe employeur; empresa compania organizacion; azienda societa ditta; bedrijf
        bedrijfsnaam werkgever organisatie; companhia; 会社 会社名
        companies organizations workcompany workorganization accountname
        org orgname associatedcompany currentcompany currentemployer businessname
        business employername worksat worksfor""",
    "department": """
        department dept organizationdepartment companydepartment; abteilung; departamento; reparto dipartimento;
        afdeling""",
    "job_title": """
        jobtitle position role occupation job profession; beruf funktion stelle berufsbezeichnung; poste fonction
        titreduposte metier titre1; cargo puesto profesion; professione posizione qualifica mansione; functie
        functietitel beroep; profissao funcao; 役職 arbeitstitel worktitle businesstitle
        jobrole""",
    "how_you_met": """
        howyoumet howwemet met wherewemet metat firstmet; kennengelernt; rencontre; comonosconocimos;
        comecisiamoconosciuti""",
    "language": "language; sprache; langue; idioma; lingua; taal",
    "bio": "bio biography about; biografie uberperson; biographie; biografia aboutme",
    "email": """
        email emailaddress mail emails mailaddress; emailadresse mailadresse; courriel adressemail adresseemail mel;
        correo correoelectronico; indirizzoemail postaelettronica; emailadres; correioeletronico; メール
        メールアドレス 電子メール adressedemessagerie indirizzodipostaelettronica direcciondecorreoelectronico
        indirizzopostaelettronica enderecoemail direccioncorreoelectronico
        emailaddresses subscriber subscriberemail""",
    "phone": """
        phone telephone phonenumber tel number phones contactnumber; telefon telefonnummer rufnummer nummer;
        numerodetelephone numero; telefono numerodetelefono; numeroditelefono; telefoon telefoonnummer
        hoofdtelefoon; telefone numerodetelefone; 電話 電話番号 telnr telefonnr; numerotelefono
        phonenumbers landline landlinenumber sms smsnumber
        altphone directline directdial switchboard""",
    "phone:mobile": """
        mobilephone cellphone mobilenumber mobileno; mobiltelefon handynummer mobilnummer mobilfunk;
        telephoneportable telephonemobile; telefonomovil telefonocelular; telefonocellulare; mobielnummer;
        telemovel; 携帯 携帯電話 携帯番号 celular""",
    "phone:car": "autotelefon autotelefoon; telefonoautomovil",
    "phone:company": """
        companymainphone telefonosocieta hoofdtelefoonbedrijf telefoneempresa; numerocentralitaorganizacion""",
    "phone:work": "workphone businessphone officephone; geschaftstelefon diensttelefon",
    "phone:home": "homephone; privattelefon festnetz; fixe; telefonofijo; telefonofisso",
    "phone:callback": "callback devolucionllamada terugbellen",
    "phone:assistant": "assistantsphone telefonoayudante telefoonassistent",
    "phone:radio": "radiophone radiotelefono radiotelefoon",
    "phone:isdn": "isdn rdsi rnis",
    "phone:tty": "ttytddphone ttytdd teksttelefoon numeroteletipo",
    "email:work": "workemail businessemail; geschaftsmail",
    "email:home": "homeemail personalemail; privatmail",
    "whatsapp": "whatsapp whatsappnumber",
    "telegram": "telegram",
    "signal": "signal",
    "skype": "skype skypename skypeid skypeim imskype instantmessengerskype",
    "facebook": "facebook facebookurl",
    "twitter": "twitter x twitterhandle twitterurl twitterusername",
    "tiktok": "tiktok",
    "youtube": "youtube",
    "github": "github",
    "mastodon": "mastodon",
    "matrix": "matrix",
    "instagram": "instagram instagramhandle instagramusername instagramurl ig insta username",
    "linkedin": "linkedin linkedinurl linkedinprofile profileurl",
    "link": """
        website webaddress url web webpage homepage site link websiteurl; webseite internetseite; siteweb siteinternet
        pageweb; sitioweb paginaweb; sitoweb; webpagina; paginadainternet
        urls websites weblinks sociallinks sociallink websiteweb""",
    "address": """
        address postaladdress mailingaddress fulladdress location; adresse anschrift postanschrift; adressepostale;
        direccion direccionpostal; indirizzo; adres; endereco morada; 住所 addresses""",
    "address.line_1": """
        street streetaddress addressline1 address1 addressline line1; strasse strassehausnummer
        strasseundhausnummer; rue; calle; via; straat straatnaam adresstraat; rua logradouro ruaendereco
        strassenr strassenummer""",
    "address.house_number": "housenumber houseno hausnummer hausnr numerodecalle numerocivico huisnummer",
    "address.line_2": """
        addressline2 address2 street2 line2 apartment apt unit; adresszusatz; complementadresse complement; piso;
        interno; toevoeging; complemento complementdadresse
        streetaddress2 streetline2 mailingstreet2 addressstreet2""",
    "address.line_3": """
        addressline3 address3 street3 line3 pobox postofficebox postfach boitepostale
        streetaddress3 streetline3""",
    "address.locality": """
        city town locality towncity; stadt ort wohnort; ville commune; ciudad localidad poblacion; citta comune
        localita;
        plaats woonplaats adresplaats; cidade localidade cidadeendereco""",
    "address.region": """
        state region province county stateprovince; bundesland kanton; departement; provincia estado; regione;
        provincie adresprovincie; distrito estadoendereco; stateregion bundeslandkanton depregion 都道府県
        provinciaoestado""",
    "address.postcode": """
        zip zipcode postcode postalcode zippostalcode; plz postleitzahl; codepostal cp; codigopostal; cap
        codicepostale; adrespostcode; cep cependereco; 郵便番号 postalzipcode postalzip
        postal""",
    "address.country": """
        country countryregion nation; land; pays; pais; paese nazione; landregion paysregion paisregion paisoregion
        paeseregione paisouregiao landofregio landregio adresland adreslandregio paisregiaoendereco 国""",
    "date:anniversary": """
        anniversary weddinganniversary weddingday; hochzeitstag jahrestag; anniversairedemariage; aniversariodeboda;
        anniversario; trouwdag specialedatum; aniversariodecasamento datasespeciais""",
    "related:spouse": "spouse spousename wife husband ehegatte conjoint conjointe conyuge coniuge echtgenoot conjuge",
    "related:manager": "manager managersname nomeresponsabile naammanager nomegerente; nombreadministrador",
    "picture_url": "photo picture image avatar photourl avatarurl pictureurl; foto bild",
    "tags": """
        tags tag categories category labels label keywords; kategorien kategorie schlagworte; etiquettes; etiquetas
        categorias; etichette categorie; categorieen; marcadores""",
    "folders": """
        folder folders group groups list lists groupmembership; gruppe gruppen; groupe groupes; grupo grupos; gruppo
        gruppi; groep groepen""",
    "note": """
        notes note comment comments remarks description memo; notizen notiz bemerkung bemerkungen kommentar
        anmerkung; remarque remarques commentaire commentaires; notas nota comentario comentarios observaciones
        anotaciones; commenti commento; notities notitie opmerking opmerkingen; observacoes anotacoes; メモ 備考""",
    "ignore": """
        id uuid uid externalid contactid created createdat createdon updated updatedat modified modifiedat
        lastmodified ownerid deleted deletedat row no nr; emailtype emailtyp typedemessagerie
        typedadressedemessagerie tipodecorreoelectronico tipodepostaelettronica vertraulichkeit prioritat
        verzeichnisserver confidentialite criterediffusion priorite serveurderepertoires confidencialidad prioridad
        servidordedirectorio riservatezza priorita vertrouwelijkheid prioriteit tipopostaelettronica
        percorsoserverdirectory tipoemail gevoeligheid directoryserver sensibilidade prioridade servidordiretorio
        tipocorreoelectronico""",
    "repeat": """
        initials; initialen; iniziali; iniciais; nomevisualizzatopostaelettronica emailweergegevennaam
        nomeparaexibicaoemail iniciales nombrepantallacorreoelectronico""",
}

# a word of several languages -> (a column that tells the language, the field it then is)
IN_LANGUAGE = {"service": ("prenom", "department"), "particular": ("apellidos", "phone:home")}

# columns that name the person where no other column does, though alone they may be anything
PERSON = """
    contact contacts customer client member guest participant attendee employee student friend; kunde gast mitglied
    teilnehmer mitarbeiter schuler; client membre invite participant employe eleve; cliente contacto miembro invitado
    empleado alumno; contatto membro ospite dipendente; klant lid deelnemer medewerker contactpersoon; contato membro
    convidado"""

LABELS = {
    "work": """
        work business office professional company; geschaftlich dienstlich arbeit buro; travail professionnel bureau
        pro; trabajo oficina laboral; lavoro ufficio uff; werk zakelijk kantoor werkadres; trabalho comercial""",
    "home": """
        home private personal privado privada prive privee; privat zuhause; domicile personnel personnelle perso
        prive; casa particular domicilio residencia; privato abitazione ab; thuis persoonlijk huisadres; pessoal
        residencial""",
    "car": "car; auto; carro",
    "billing": "billing; rechnung; facturation; facturacion; fatturazione; facturatie",
    "delivery": "delivery shipping; lieferung; livraison; envio; spedizione; bezorging",
    "mobile": "mobile cell cellular; mobil handy; portable; movil celular; cellulare; mobiel mobiele; telemovel",
    "fax": "fax; telefax; telecopie telecopieur",
    "pager": "pager beeper cercapersone localizador",
    "other": "other; andere sonstige weitere; autre; otro otra; altro altra; ander andere; outro outra",
}
