"""Short and familiar forms of given names: Bob is Robert, Sasha is Alexander or Alexandra.

Written by hand, lower case, in Latin letters as anyascii writes them. Each entry is a full name and its other forms.
"""

_NAMES = """
agnieszka aga agusia; cornelis kees cees cor; fernanda nanda fer; frantisek franta; guilherme gui guga;
hendrik henk; istvan pista pisti; jacobus jaap koos; laszlo laci; lars lasse; willem wim;
aaron ron ronnie; abigail abby abbie gail; abraham abe bram; adelaide addie heidi della; agnes aggie nessie;
albert al bert bertie; alejandro ale jandro alex;
aleksandr sasha sanya shura alex aleks alexander aleksander oleksandr;
aleksandra sasha sanya shura alex aleks alexandra oleksandra; aleksey alyosha lyosha alexei aleksei alexey oleksiy;
alessandro ale sandro alex; alexander alex al alec xander sandy lex sascha sander alexandre alexandros;
alexandra alex lexi lexie sandra sandy sasha sascha ali; alfred al fred alf alfie freddie; alice ali allie;
alison ali allie; amanda mandy mandi; anastasia nastya stasia ana stacy asya nastia anastasiya;
anatoly tolya anatoliy; andreas andi andy andre; andrew andy drew andre; andrey andryusha andrei; angela angie ange;
angelina angie lina; anna annie ann anne anya anka hanna hannah ana anita nan nancy nyura; anneliese anne liesel lisl;
anthony tony ant; antoine tony toine; antonio tony toni tono antonino toninho tonho;
archibald archie baldie; arthur art artie;
augustine gus augie august; barbara barb barbie babs basia varya; bartholomew bart; beatrice bea trixie bibi;
beatriz bea bia; benedict ben benny; benjamin ben benny benji jamie; bernard bernie barney; bernhard bernd berni;
bertram bert bertie; bogdan bodya bohdan; bradley brad; bridget biddy bridie; caroline carrie carol caro lina;
carolina caro lina carol;
catherine cathy cate kate katie kitty kat cat cath kathryn katherine kathleen katharine catharine;
cecilia cece celia cissy; charles charlie chuck chas chaz chip carl karl charly; charlotte charlie lottie lotte char;
christian chris christy; christina chris tina chrissy christine kirsten; christine chris chrissy tina christina;
christoph chris stoffel christof; christopher chris kit topher kester christoph; clara clare claire; clarence clare;
clement clem; clifford cliff; clifton cliff clint; concepcion concha conchita; constance connie; consuelo chelo;
cornelius neil neal corny con; curtis curt; cynthia cindy cyndi; daniel dan danny dani danil; daniela dani;
daria dasha dariya darya; david dave davy davey; deborah deb debbie debby debra; denise dee; dennis denny den;
dietrich dieter; dimitrios dimitris mitsos jim jimmy; dmitriy dima mitya dmitry dmitri dmytro;
dolores lola lolita dee; dominic dom nick; dominik domi; donald don donnie; dorothy dot dottie dolly dora;
douglas doug; edmund ed eddie ted ned; eduardo edu lalo eddie dudu; edward ed eddie ted teddy ned eddy;
edwin ed eddie ned win; ekaterina katya katerina katyusha kate yekaterina kateryna;
eleanor ellie nell nora nellie elle ella; elena lena lenochka alena olena yelena helen; eleni lena helen;
elizabeth liz lizzie beth betty bess eliza lisa libby betsy liza lilibet elsie elisabeth lizzy;
elisabeth lisa lise elsa else elli liesel sissi bettina; emanuel manu manny; emily em emmie millie emmy; emma em emmy;
emmanuel manu manny; enrique quique kike; erik rick; ernest ernie; esteban teban; ethel etta; eugene gene;
evangelos vangelis; evelyn evie eve; evgeniy zhenya evgeny yevgeny eugene yevhen; evgeniya zhenya eugenia; felix fee;
fernando nando fer; florence flo flossie florrie; florian flo flori; franz franzl franzi;
frances fran fanny francie frankie; francesca franca fran; francesco franco checco cesco; francis frank fran frankie;
francisca paca paquita fran; francisco paco pancho paquito fran kiko curro cisco chico; franklin frank;
frederick fred freddie freddy rick fritz frederic frederik; friedrich fritz fred friedel fiete; gabriel gabe gabi;
gabriela gabi gaby; gabriele gabi; gavriil gavrik; genevieve gen viv jenny eve; georg schorsch jorg; george georgie;
georgios giorgos george; geoffrey geoff jeff; gerald gerry jerry; gerard gerry; gerhard gerd gert hardy;
gertrude trudy gert; gilbert gil bert; giovanni gianni vanni nino giovannino; giuseppe beppe peppe pino peppino;
giuseppina pina giusy; gottfried friedl; graciela chela; gregory greg; grigoriy grisha grigory hryhoriy;
guadalupe lupe lupita; guillaume guy gui; guillermo memo guille; gustavo gus tavo; gwendolyn gwen wendy;
hannah hanna annie; harold harry hal; harriet hattie; heinrich heinz heiner hinnerk; helen nell nellie lena ellen;
helena lena leni hela; helmut helle; henrietta etta hettie; henry harry hank hal henny; herbert herb bert herbie;
hermann manni; horace horry; howard howie ward; hubert hugh bert; hugo hugh; ignacio nacho; ignatius iggy;
ikaterini katerina; ioannis giannis yannis john; irene rene; irina ira irochka iryna; isaac ike zac;
isabella bella izzy isa bell isabelle; isabel bella izzy isa chabela; isidore izzy; ivan vanya vanyusha;
jacob jake jack coby; jacques jack jacky; jacqueline jackie; jakob jake kobi; james jim jimmy jamie jem jimbo;
jan janek jasiu honza jenda; janet jan; jean jeanne; jeffrey jeff; jeremiah jerry jem;
jeremy jerry jez; jennifer jen jenny jenn;
jessica jess jessie; jesus chucho chuy; joachim jochen achim jo; joanna jo joan asia; joao joaozinho jo;
johann hans hannes jo johannes jan hansi; johannes hans hannes jo jan johann hansi joop;
john jack johnny jon jock johnnie;
jonathan jon jonny nathan john; jorge coque; jose pepe chepe joselito ze; josef sepp joschi jupp pepi jozef pepa pepik;
josefa pepa pepita; josefina pepa pina fina; joseph joe joey jo; josephine jo josie; joshua josh; joyce joy;
juan juanito juancho; juanita nita; judith judy jude; julia jules julie; julian jules; julius jules; jurgen jogi;
kamila kama; karl carl kalle charly; karolina karo lina; katarzyna kasia kaska;
katharina kathi kati kat kathe rina nina; kathleen kathy kath kay kate; kenneth ken kenny; kimberly kim kimberley;
klaus nikolaus; konstantin kostya kosta; konstantinos kostas dinos costas kostis; krzysztof krzys krzysiek;
kyriakos kyr; lawrence larry lars laurie lawrie laurence; leonard leo len lenny; leonid lyonya; leopold leo poldi;
leslie les; lewis lew lou; lilian lily lil lilly; louis lou louie lewis; louise lou lulu; lourdes lulu;
lucas luke luca; lucia lucy; lucille lucy; ludmila lyuda mila lyudmila; ludwig lutz wiggerl; luis lucho;
lukas luki luke; luigi gigi gino; lynn lynne; maciej maciek; madeleine maddie lena madeline maddy;
magdalena lena magda leni malena; malcolm mal; malgorzata gosia malgosia; manfred manni fred mani; manuel manolo manu;
manuela manu; marcus mark marc markus;
margaret maggie meg peg peggy margie madge marge daisy rita greta megan mags margo margot;
margarete grete gretel gretchen marga margarethe; margarita rita marga margo;
maria masha mari mary marie mariya marusya mia mimi ria; marianne marie anne; mariana mari; marion mary; mario marito;
mark marc; marjorie marge margie; markus mark; martha mattie marty patty; martin marty marti; martina tina;
mary molly polly mae mamie; mateusz mati; matthew matt matty mathew; matthias matze matt hias mathias;
maurice mo maury morris; maximilian max maxi; maksim max maks maxim; melanie mel melli; melissa mel lissa missy;
melvin mel; michael mike mick mickey micky mikey mitch misha michi; michele mike; michelle shelly mich; miguel migue;
mikhail misha mishka mihail mykhailo; mildred millie; miriam mim mimi; mitchell mitch;
mohammed mohammad muhammad mohamed muhammed mo mhmd mehmet; montgomery monty; mordechai motti; moses moe;
moshe moishe; nadezhda nadya nadia; nancy nan; natalia natasha nata talia nataliya natalie natalya; nathan nate nat;
nathaniel nate nat nathan than; nicholas nick nicky nico klaus colin nicolas nikolas; nicola nicky;
nicole nicky nikki; niklas nick; nikolaos nikos nick; nikolaus klaus niko nick; nikolay kolya nikolai mykola;
norbert bert norb; norman norm; olga olya; oleg olezhka; oliver ollie; olivia liv livvy; oscar ozzie;
oswald ozzie ossi; pamela pam; panagiotis panos takis; patricia pat patty trish tricia patsy trisha pattie;
patrick pat paddy rick; pauline polly; pavel pasha pavlo pavlik; pawel pawelek; pedro pedrito perico; penelope penny;
peter pete petey; petros petrakis; philip phil pip philipp phillip philippe; philipp phil lipp; phyllis phyl;
pilar pili; pyotr petya petr petro; rafael rafa; ramon moncho; randall randy; randolph randy; raymond ray;
rebecca becky becca beck reba; reginald reg reggie; rene renato; richard rick rich dick ricky richie rico ritchie;
robert bob rob bobby robbie bert robby bobbie; roberto beto rob; rodney rod; roderick rod rick; rodrigo rodri;
roger rodge hodge; roland rolli; ronald ron ronnie; rosa rosita; rosario charo; rosemary rose rosie; roxanne roxy;
rudolf rudi rolf dolf; rupert bert; russell russ rusty; salvador chava salva; salvatore toto sal turi;
samantha sam sammy; samuel sam sammy; santiago santi chago; sarah sally sadie sara; sebastian seb basti bastian sebas;
sergey seryozha serezha sergei serhiy serge; sergio checo; shirley shirl; sidney sid; siegfried sigi siggi;
sigismund sigi; silvester silvio vester; simon si; simone simmi; sofia sonya sonia sofi sofiya sophia;
sophia sophie sofie; spyridon spyros; stanislav stas slava stanislaw; stanislaw stasiek stach; stanley stan;
stefan steff stevo; stefanie steffi; stephanie steph stephie steffi; stephen steve stevie steph steven stephan;
stuart stu stewart; susan sue susie suzie suzy; susanna susi sanna zuzanna; susanne susi sanne;
suzanne sue susie suzie; svetlana sveta lana svitlana; sylvester sly; sylvia syl; tatiana tanya tania tatyana tetiana;
teresa terry tess tessa tere; terence terry; theodore ted teddy theo; theodor theo teo;
theresa terry tess tessa tracy resi; thomas tom tommy thom; timothy tim timmy; tobias tobi toby; tomasz tomek;
tyler ty; ulrich uli ulli; ulrike uli rike ulli; ursula uschi ulla ursel; valentin valya val;
valentina valya val tina; valerie val; vasiliy vasya vasily vasyl; vasilios vasilis bill; veronica ronnie vero;
veronika vroni vera; victor vic vik; victoria vicky tori vic vicki viktoria; viktor vitya vik;
vincent vince vin vinnie; vincenzo enzo vince cenzo; virginia ginny ginger; vitaliy vitalik vitya vitaly; vivian viv;
vladimir vova volodya vlad volodymyr vlado; vladislav vlad vladik slava; walter walt wally wat; warren ren; wendy wen;
werner wern; wilfred will fred wilf; wilhelm willi willy helm wim; wilhelmina mina minnie willa;
william bill will billy willie liam willy; winifred winnie freda; wladyslaw wladek; wolfgang wolf wolfi;
xavier javi xavi; xenia ksenia kseniya ksyusha; yulia yulya julia yuliya; yuriy yura yuri yury; yuki yukiko;
zachary zach zack zac; zbigniew zbyszek; zofia zosia
"""


def _read(text: str) -> dict[str, frozenset[str]]:
    forms: dict[str, set[str]] = {}
    for entry in text.split(";"):
        full, *others = entry.split()
        forms.setdefault(full, {full})
        for name in others:
            forms.setdefault(name, {name}).add(full)
    return {name: frozenset(full) for name, full in forms.items()}


# name -> itself and the full names of which it is a form
FULL_NAMES = _read(_NAMES)
_NONE: frozenset[str] = frozenset()


def full_names(name: str) -> frozenset[str]:
    """A name (lower case, Latin letters) and the full names of which it is a form; nothing for an unknown name."""
    return FULL_NAMES.get(name, _NONE)


def are_forms(one: str, other: str) -> bool:
    """Whether two names may be forms of one: bob and robert, bob and robbie, sasha and aleksandr."""
    return not full_names(one).isdisjoint(full_names(other)) or one in full_names(other) or other in full_names(one)
