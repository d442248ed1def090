"""How programs and people write the gender of a contact, in some twenty languages."""

from coterie.model.text import fold

UNSPECIFIED = "unspecified"
_WORDS = {
    "male": """m, man, mann, männlich, maennlich, homme, masculin, hombre, masculino, homem, uomo, maschio, maschile,
        mannelijk, mężczyzna, muž, férfi, mand, mies, мужской, мужчина, чоловіча, чоловік, άνδρας, erkek, 男, 男性,
        남, 남성, 남자""",
    "female": """f, w, woman, frau, weiblich, femme, féminin, mujer, femenino, mulher, feminino, donna, femmina,
        femminile, vrouw, vrouwelijk, kobieta, žena, nő, kvinna, kvinde, kvinne, nainen, женский, женщина, жіноча,
        жінка, γυναίκα, kadın, 女, 女性, 여, 여성, 여자""",
    "non-binary": "nonbinary, nichtbinär, divers, non binaire, no binario, non binario, niet-binair",
    # what Outlook writes if nothing was chosen
    UNSPECIFIED: """unspecified, not specified, nicht angegeben, keine angabe, non spécifié, sin especificar,
        non specificato, niet opgegeven, não especificado, nieokreślona, nieokreślone, nie określono, ej angivet,
        ikke angivet, не указан, не указано, 指定なし, 未指定, 지정되지 않음, 지정 안 함""",
}
# folded word -> gender
GENDER_OF = {fold(word): gender for gender, text in _WORDS.items() for word in text.split(",")}
