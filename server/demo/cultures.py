"""How people of different places are called and where they live: what people are invented from.

A name is written `native=latin` where the native script is not Latin, `masculine/feminine` where a
family name bends, and with `_` for a space inside it.
"""

from typing import Final, Literal, NamedTuple

NameOrder = Literal["given first", "family first", "one word"]


class Culture(NamedTuple):
    """`weight` is its share of the directory; `countries` (ISO 3166) are where it feels at home."""

    key: str
    weight: int
    countries: tuple[str, ...]
    order: NameOrder
    women: str
    men: str
    families: str
    places: tuple[str, ...]


class GivenName(NamedTuple):
    """`native` as its bearer writes it, `latin` as an address or a slug does."""

    native: str
    latin: str


def names(listed: str) -> tuple[GivenName, ...]:
    """The names of a list of women, men or (after `bent`) families."""
    parts = (token.partition("=") for token in listed.split())
    return tuple(
        GivenName(native.replace("_", " "), (latin or native).replace("_", " "))
        for native, _, latin in parts
    )


def bent(name: GivenName, woman: bool) -> GivenName:
    """A family name in the form its bearer uses: `Novák/Nováková` is Nováková for a woman."""

    def form(text: str) -> str:
        masculine, _, feminine = text.partition("/")
        return feminine if woman and feminine else masculine

    return GivenName(form(name.native), form(name.latin))


CULTURES: Final = (
    Culture(
        "us",
        26,
        ("US", "CA"),
        "given first",
        "Emily Hannah Madison Ashley Olivia Grace Natalie Lauren Megan Rachel Danielle Brooke "
        "Kayla Paige Autumn Jasmine Leah Monica Tamika Heather Kimberly Denise Shannon Erin",
        "Tyler Brandon Ethan Jacob Austin Logan Caleb Marcus Derek Kevin Trevor Darnell Wesley "
        "Garrett Curtis Neil Jared Dustin Malik Spencer Russell Craig Todd Brent",
        "Carter Bennett Coleman Hayes Sullivan Whitaker Brooks Jenkins Patterson Griffin Foster "
        "Reed Hudson Tucker Wallace Freeman McKenzie O'Brien Delgado Washington Vaughn Pruitt "
        "Kowalski Lindgren Baptiste Mercer Holloway Stroud Nakagawa Castellano Abernathy Yoder",
        (
            "Austin, Texas",
            "Denver, Colorado",
            "Chicago, Illinois",
            "Seattle, Washington",
            "Atlanta, Georgia",
            "Minneapolis, Minnesota",
            "Raleigh, North Carolina",
            "Phoenix, Arizona",
            "San Francisco Bay Area",
            "Greater Boston",
        ),
    ),
    Culture(
        "uk",
        9,
        ("GB", "AU"),
        "given first",
        "Charlotte Amelia Imogen Harriet Poppy Freya Niamh Siân Eleanor Beth Rosie Fiona",
        "Oliver Harry Callum Rhys Alistair Hugh Gareth Ewan Tristan Nigel Jamie Rupert",
        "Thornton Ashworth Pemberton MacLeod Llewellyn Fairclough Hargreaves Whitmore Sinclair "
        "Barrington-Holt Cartwright Ó_Súilleabháin Featherstone Braithwaite Kerr Penrose",
        (
            "London, England",
            "Manchester, England",
            "Leeds, England",
            "Edinburgh, Scotland",
            "Cardiff, Wales",
            "Bristol, England",
        ),
    ),
    Culture(
        "de",
        9,
        ("DE",),
        "given first",
        "Anneliese Katharina Lena Jana Ulrike Svenja Friederike Heike Mareike Birgit Jördis Käthe",
        "Lukas Jürgen Sönke Matthias Florian Torsten Björn Götz Henning Uwe Sebastian Jörg",
        "Müller Schäfer Weiß Krüger Großmann Voß Lindemann Bäcker Hoffmann Östermann von_der_Heide "
        "Zimmermann Köhler Brückner Strauß Niedermeyer Freiherr_von_Rothenburg Jäger Yıldız",
        (
            "Berlin",
            "Hamburg",
            "München, Bayern",
            "Köln, Nordrhein-Westfalen",
            "Stuttgart",
            "Frankfurt am Main",
        ),
    ),
    Culture(
        "fr",
        7,
        ("FR",),
        "given first",
        "Camille Élodie Chloé Anaïs Maëlle Hélène Aurélie Inès Françoise Océane",
        "Jérôme François Rémi Gaël Théo Benoît Loïc Étienne Aurélien Noël",
        "Lefèvre Moreau Béranger Dubois Girard d'Aubigné Charpentier Le_Goff Noël Çelik Roussel "
        "Delacroix Gauthier Peltier Château",
        ("Paris, Île-de-France", "Lyon", "Nantes, Pays de la Loire", "Toulouse", "Lille"),
    ),
    Culture(
        "pt",
        6,
        ("PT", "BR"),
        "given first",
        "Ana_Luísa Beatriz Conceição Inês Letícia Mariana Graça Fernanda Júlia Débora",
        "João Tomás Gonçalo André Luís_Filipe Caio Thiago Vinícius Renan Mário",
        "Gonçalves Simões Magalhães de_Araújo Pimentel Brandão Teixeira_da_Cunha Falcão Nóbrega "
        "Quintão Assunção Sampaio",
        ("Lisboa, Portugal", "Porto, Portugal", "São Paulo, Brasil", "Curitiba, Brasil"),
    ),
    Culture(
        "es",
        6,
        ("ES",),
        "given first",
        "Lucía Begoña Itziar Ángela María_José Noelia Rocío Xiomara Marisol Nuria",
        "Íñigo Álvaro Jesús Andrés José_Ramón Martín Óscar Efraín Joaquín Raúl",
        "Muñoz García_Ibáñez Núñez Peña Etxeberria Zúñiga Ordóñez de_la_Cruz Villaseñor Quiñones "
        "Lázaro Sepúlveda",
        ("Madrid", "Barcelona, Cataluña", "Bilbao, País Vasco", "Ciudad de México", "Bogotá"),
    ),
    Culture(
        "it",
        4,
        ("IT",),
        "given first",
        "Giulia Chiara Francesca Ludovica Benedetta Noemi Elena Caterina",
        "Niccolò Matteo Lorenzo Davide Edoardo Tommaso Gianluca Umberto",
        "D'Angelo Bianchi De_Santis Ferrari Galliani Lo_Presti Marchetti Ricciò Zanetti Pellegrini",
        ("Milano, Lombardia", "Torino, Piemonte", "Bologna", "Roma"),
    ),
    Culture(
        "nl",
        3,
        ("NL",),
        "given first",
        "Femke Sanne Lotte Annelies Maaike Jolijn",
        "Joost Sjoerd Thijs Pieter Daan Ruben",
        "van_den_Berg de_Vries Bakker 't_Hooft van_'t_Veld Jansen Kuijpers Dijkstra ter_Horst",
        ("Amsterdam", "Rotterdam, Zuid-Holland", "Utrecht", "Eindhoven"),
    ),
    Culture(
        "nordic",
        5,
        ("SE",),
        "given first",
        "Åsa Linnéa Ingrid Sólveig Märta Kjersti Aino Þórdís",
        "Bjørn Håkan Søren Mikkel Lars_Erik Pål Jari Sigurður",
        "Åkesson Sjöström Ødegård Kjær Bergström Nørgaard Lindqvist Hämäläinen Østby Friðriksson",
        (
            "Stockholm, Sweden",
            "Göteborg, Sweden",
            "København, Denmark",
            "Oslo, Norway",
            "Helsinki, Finland",
            "Reykjavík, Iceland",
        ),
    ),
    Culture(
        "pl",
        3,
        ("PL",),
        "given first",
        "Agnieszka Małgorzata Żaneta Zofia Bożena Grażyna",
        "Łukasz Paweł Stanisław Krzysztof Michał Wojciech",
        "Wiśniewski/Wiśniewska Błaszczyk Dąbrowski/Dąbrowska Żółtowski/Żółtowska Wójcik "
        "Kamiński/Kamińska Szczepański/Szczepańska",
        ("Warszawa, Polska", "Kraków, Polska", "Gdańsk, Polska"),
    ),
    Culture(
        "cs",
        2,
        ("CZ",),
        "given first",
        "Kateřina Zdeňka Božena Šárka Eliška",
        "Jiří Ondřej Zdeněk Vojtěch Matěj",
        "Dvořák/Dvořáková Novotný/Novotná Růžička/Růžičková Šťastný/Šťastná Říha/Říhová",
        ("Praha, Česko", "Brno, Česko"),
    ),
    Culture(
        "tr",
        2,
        ("TR",),
        "given first",
        "Ayşe Elif Gülşen İrem Çiğdem",
        "Mehmet Oğuz Işık Tunç Şükrü",
        "Yılmaz Kılıç Öztürk Çağlar Doğan İnanç",
        ("İstanbul, Türkiye", "Ankara, Türkiye"),
    ),
    Culture(
        "in",
        7,
        ("IN", "SG"),
        "given first",
        "Priya Ananya Kavitha Shreya Lakshmi Meera Divya Nandini",
        "Arjun Rohan Vikram Karthik Siddharth Aditya Suresh Venkatesh",
        "Iyer Mukherjee Chaudhary Venkataraghavan Nair Deshpande Banerjee Kulkarni Subramanian "
        "Reddy Bhattacharya Gill",
        ("Bengaluru, Karnataka", "Pune, Maharashtra", "Hyderabad, Telangana", "Singapore"),
    ),
    Culture(
        "wa",
        4,
        ("NG", "GH", "KE"),
        "given first",
        "Adaeze Ngozi Ọlájùmọ̀kẹ́ Abena Wanjiru Chiamaka Efua",
        "Chukwuemeka Kofi Olúwaṣeun Kwabena Tunde Otieno Ifeanyi",
        "Okonkwo Adébáyò Mensah Nwachukwu Asante Kamau Ogunleye Boateng Wambui",
        ("Lagos, Nigeria", "Accra, Ghana", "Nairobi, Kenya"),
    ),
    Culture(
        "vi",
        2,
        ("VN",),
        "family first",
        "Thị_Hồng=Hong Ngọc_Ánh=Anh Phương_Thảo=Thao Quỳnh_Như=Nhu",
        "Văn_Đức=Duc Quốc_Bảo=Bao Minh_Tuấn=Tuan Hữu_Nghĩa=Nghia",
        "Nguyễn Trần Phạm Đặng Huỳnh Đỗ",
        ("TP. Hồ Chí Minh, Việt Nam", "Hà Nội, Việt Nam"),
    ),
    Culture(
        "ja",
        4,
        ("JP",),
        "family first",
        "陽子=Yoko 美咲=Misaki さくら=Sakura 由美子=Yumiko 愛=Ai 千尋=Chihiro",
        "健太=Kenta 大輔=Daisuke 翔=Sho 浩二=Koji 直樹=Naoki 慎一郎=Shinichiro",
        "佐藤=Sato 鈴木=Suzuki 髙橋=Takahashi 渡邉=Watanabe 小林=Kobayashi 長谷川=Hasegawa "
        "林=Hayashi 五十嵐=Igarashi",
        ("東京都, 日本", "大阪府, 日本", "神奈川県横浜市, 日本"),
    ),
    Culture(
        "zh",
        3,
        ("CN",),
        "family first",
        "秀英=Xiuying 丽娜=Lina 雨桐=Yutong 婷婷=Tingting 晓燕=Xiaoyan",
        "伟=Wei 建国=Jianguo 浩然=Haoran 志强=Zhiqiang 子轩=Zixuan",
        "王=Wang 李=Li 欧阳=Ouyang 赵=Zhao 吕=Lyu 司马=Sima 黄=Huang",
        ("上海, 中国", "深圳, 广东, 中国", "台北市, 台灣"),
    ),
    Culture(
        "ko",
        2,
        ("KR",),
        "family first",
        "지은=Jieun 서연=Seoyeon 민지=Minji 하윤=Hayoon",
        "민준=Minjun 성호=Seongho 동현=Donghyun 준=Jun",
        "김=Kim 이=Lee 박=Park 최=Choi 남궁=Namgung",
        ("서울, 대한민국", "부산, 대한민국"),
    ),
    Culture(
        "cyrillic",
        3,
        ("UA", "BG", "RS"),
        "given first",
        "Олена=Olena Катерина=Kateryna Наталія=Nataliia Милица=Milica Цветелина=Tsvetelina",
        "Олександр=Oleksandr Дмитро=Dmytro Юрій=Yurii Љубомир=Ljubomir Георги=Georgi",
        "Шевченко=Shevchenko Ткаченко=Tkachenko Щербак=Shcherbak Ђорђевић=Djordjevic "
        "Йорданов/Йорданова=Yordanov/Yordanova Ковальський/Ковальська=Kovalskyi/Kovalska",
        ("Київ, Україна", "Львів, Україна", "София, България", "Београд, Србија"),
    ),
    Culture(
        "el",
        2,
        ("GR",),
        "given first",
        "Ελένη=Eleni Κωνσταντίνα=Konstantina Αγγελική=Angeliki Ζωή=Zoi",
        "Γιώργος=Giorgos Δημήτρης=Dimitris Νικόλαος=Nikolaos Χρήστος=Christos",
        "Παπαδόπουλος/Παπαδοπούλου=Papadopoulos/Papadopoulou Οικονόμου=Oikonomou "
        "Βλάχος/Βλάχου=Vlachos/Vlachou Ξενάκης/Ξενάκη=Xenakis/Xenaki",
        ("Αθήνα, Ελλάδα", "Θεσσαλονίκη, Ελλάδα"),
    ),
    Culture(
        "ar",
        3,
        ("AE", "EG"),
        "given first",
        "فاطمة=Fatima ليلى=Layla مريم=Maryam نور=Nour هدى=Huda",
        "محمد=Mohammed خالد=Khalid يوسف=Youssef عبد_الرحمن=Abdulrahman طارق=Tariq",
        "الحسن=Alhassan المنصوري=Almansoori بن_سعيد=Bin_Saeed حداد=Haddad الشريف=Elsherif "
        "القحطاني=Alqahtani",
        ("دبي، الإمارات العربية المتحدة", "القاهرة، مصر", "الرياض، السعودية"),
    ),
    Culture(
        "he",
        2,
        ("IL",),
        "given first",
        "נועה=Noa תמר=Tamar יעל=Yael שירה=Shira",
        "אורי=Uri איתן=Eitan דוד=David יונתן=Yonatan",
        "כהן=Cohen מזרחי=Mizrahi בן־דוד=Ben-David פרידמן=Friedman שלום=Shalom",
        ("תל אביב־יפו, ישראל", "חיפה, ישראל"),
    ),
    Culture(
        "one",
        2,
        ("ID", "IN"),
        "one word",
        "Wulandari Suhartini Nurhayati Lestari Kartini Rahmawati Yuliana Puspita",
        "Sukarno Suharjono Wibisono Prasetyo Hartono Sudirman Ravichandran Elangovan",
        "",
        ("Jakarta, Indonesia", "Yogyakarta, Indonesia", "Chennai, Tamil Nadu"),
    ),
)
