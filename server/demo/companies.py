"""300 invented companies: some called like the neighbours, some in their own script."""

from typing import Final, NamedTuple

from server.demo.dice import Dice
from server.demo.latin import plain
from server.demo.phone_ranges import NumberBook
from server.domain.directory_rows import DirectoryRow

COMPANIES: Final = 300
# The first of KNOWN employ many abroad; the others mostly people of their own country.
LARGE: Final = 2
# Shares among accounts: a company without a public address or switchboard is common.
WITHOUT_EMAIL: Final = 0.12
WITHOUT_SWITCHBOARD: Final = 0.25


class Trade(NamedTuple):
    """What a kind of company is called and says of itself."""

    suffixes: tuple[str, ...]
    taglines: tuple[str, ...]


class Seat(NamedTuple):
    """Where a company sits: `weight` of 100 companies, `place` as a profile writes it."""

    country: str
    weight: int
    place: str


class Company(NamedTuple):
    """A company as its people need it. `switchboard` is E.164, `domain` as addresses write it."""

    name: str
    url: str
    headline: str
    location: str
    country: str
    domain: str
    email: str | None
    switchboard: str | None


class Known(NamedTuple):
    """A company that is written out: those of the documents, and those no word list makes."""

    name: str
    slug: str
    domain: str
    headline: str
    country: str
    location: str


TRADES: Final = (
    Trade(
        ("Logistics", "Freight", "Forwarding", "Supply Chain"),
        ("Freight, customs and warehousing under one roof", "Your pallet, on time, every time",
         "Cold-chain specialists since 1974"),
    ),
    Trade(
        ("Software", "Labs", "Systems", "Cloud"),
        ("Planning software for factories", "The scheduling platform field teams open first",
         "Billing infrastructure for usage-based products"),
    ),
    Trade(
        ("Health", "Diagnostics", "Biosciences", "Clinics"),
        ("Point-of-care testing for rural clinics", "Making trials easier to join",
         "Therapies for rare diseases of the eye"),
    ),
    Trade(
        ("Capital", "Partners", "Insurance", "Payments"),
        ("Growth equity for industrial technology", "Insurance for people who use their hands",
         "Cross-border payments for exporters"),
    ),
    Trade(
        ("Energy", "Solar", "Renewables", "Grid"),
        ("Community solar, built and maintained locally", "Storage that keeps the lights on",
         "Metering and demand response for utilities"),
    ),
    Trade(
        ("Foods", "Provisions", "Coffee", "Bakeries"),
        ("Plant-based staples for canteens", "Direct-trade coffee for offices",
         "Family-owned bakery supplier in the fourth generation"),
    ),
    Trade(
        ("Robotics", "Manufacturing", "Tooling", "Precision"),
        ("Grippers and vision for mixed pallets", "Turned parts in lots of one to ten thousand",
         "Machine tools, rebuilt better than new"),
    ),
    Trade(
        ("Media", "Studios", "Events", "Publishing"),
        ("Trade fairs people look forward to", "Podcasts for people who build things",
         "Textbooks that are read to the end"),
    ),
    Trade(
        ("Advisory", "Consulting", "Search", "Staffing"),
        ("Executive search for hospitals and universities", "We fix pricing in ninety days",
         "Interim managers for mid-sized companies"),
    ),
    Trade(
        ("Homes", "Properties", "Construction", "Architects"),
        ("Timber housing in eight weeks", "Offices people come back to",
         "Renovation without moving out"),
    ),
)  # fmt: skip

WORDS: Final = (
    "Alder Amberline Anvil Ashgrove Beacon Birchwood Bluefin Bramble Brightwater Calder Cinder "
    "Clearbrook Cobalt Copperfield Coral Crestview Cypress Dovetail Driftwood Eastgate Eldermoor "
    "Ember Fairhaven Falcon Fernhill Flint Foxglove Granite Greywick Halcyon Harbourline Hawthorn "
    "Hazelmere Heron Hillcrest Ironbridge Ivory Juniper Keystone Kingfisher Lakeshore Lanternfish "
    "Larkspur Lighthouse Linden Longmeadow Maplewood Marigold Merrow Millstone Moorland Nettle "
    "Northgate Oakhurst Orchard Osprey Otter Pebble Pinecrest Plover Quarry Quill Redfern Ridgeway "
    "Rookery Rowan Saltmarsh Sandpiper Sextant Sheldrake Silverbirch Skylark Starling Stonebridge "
    "Sundial Tamarack Teal Thistle Tidewater Trellis Umber Vantage Verbena Wayfarer Westering "
    "Whitethorn Wildrye Willowbrook Windrose Wren Yarrow"
).split()

SEATS: Final = (
    Seat("US", 9, "Austin, Texas, United States"),
    Seat("US", 9, "Chicago, Illinois, United States"),
    Seat("US", 8, "New York, New York, United States"),
    Seat("US", 7, "Denver, Colorado, United States"),
    Seat("US", 7, "Seattle, Washington, United States"),
    Seat("CA", 4, "Toronto, Ontario, Canada"),
    Seat("GB", 10, "London, England, United Kingdom"),
    Seat("GB", 4, "Manchester, England, United Kingdom"),
    Seat("DE", 6, "Hamburg, Deutschland"),
    Seat("DE", 5, "München, Bayern, Deutschland"),
    Seat("FR", 6, "Paris, Île-de-France, France"),
    Seat("SE", 4, "Stockholm, Sweden"),
    Seat("NL", 4, "Utrecht, Nederland"),
    Seat("ES", 4, "Barcelona, España"),
    Seat("IT", 3, "Milano, Italia"),
    Seat("PT", 2, "Lisboa, Portugal"),
    Seat("IN", 3, "Bengaluru, Karnataka, India"),
    Seat("SG", 2, "Singapore"),
    Seat("AU", 3, "Melbourne, Victoria, Australia"),
)

KNOWN: Final = (
    Known("Kestrel Logistics", "kestrel-logistics", "kestrel.example",
          "Freight, customs and warehousing across the North Atlantic", "US",
          "Boston, Massachusetts, United States"),
    Known("Harbourline", "harbourline", "harbourline.example",
          "Booking and tracking for container ports", "GB", "Liverpool, England, United Kingdom"),
    Known("Bäckerei Süß & Söhne", "baeckerei-suess", "bäckerei-süß.example",
          "Handwerksbäcker mit 41 Filialen", "DE", "Nürnberg, Bayern, Deutschland"),
    Known("Weißgerber Maschinenbau GmbH & Co. KG", "weissgerber-maschinenbau",
          "weissgerber.example", "Sondermaschinen für die Verpackungsindustrie", "DE",
          "Bielefeld, Nordrhein-Westfalen, Deutschland"),
    Known("Ateliers Béranger", "ateliers-beranger", "beranger.example",
          "Chaudronnerie fine et pièces sur mesure", "FR", "Saint-Étienne, France"),
    Known("株式会社みなと物流", "minato-butsuryu", "minato-butsuryu.example",
          "国際物流・通関・倉庫サービス", "JP", "東京都港区, 日本"),
    Known("深圳云帆科技有限公司", "yunfan-tech", "yunfan.example",
          "工业视觉与智能分拣", "CN", "深圳, 广东, 中国"),
    Known("한빛정밀", "hanbit-precision", "hanbit.example", "초정밀 가공 부품 전문 기업", "KR",
          "수원, 경기도, 대한민국"),
    Known("ТОВ «Дніпро Логістика»", "dnipro-logistyka", "dnipro-logistyka.example",
          "Вантажні перевезення Україною та ЄС", "UA", "Дніпро, Україна"),
    Known("Ελληνικά Ναυπηγεία Πειραιά", "naypigeia-peiraia", "naypigeia.example",
          "Επισκευές και μετατροπές πλοίων", "GR", "Πειραιάς, Ελλάδα"),
    Known("شركة الواحة للتقنية", "alwaha-tech", "alwaha.example",
          "حلول رقمية للموانئ والمطارات", "AE", "دبي، الإمارات العربية المتحدة"),
    Known("אור הצפון אנרגיה", "or-hatzafon", "orhatzafon.example",
          "אנרגיה סולארית לקהילות", "IL", "חיפה, ישראל"),
    Known("Grupo Ordóñez e Hijos, S.A. de C.V.", "grupo-ordonez", "grupo-ordonez.example",
          "Empaques y embalajes desde 1962", "ES", "Zaragoza, España"),
    Known("Quintão & Falcão Advogados", "quintao-falcao", "quintaofalcao.example",
          "Direito comercial e contratos internacionais", "BR", "São Paulo, Brasil"),
    Known("Przedsiębiorstwo Żeglugi Bałtyckiej", "zegluga-baltycka", "zegluga.example",
          "Promy i fracht na Bałtyku", "PL", "Gdańsk, Polska"),
    Known("Vy", "vy", "vy.example", "Småskalig batterilagring", "SE", "Malmö, Sweden"),
    Known("The Society for the Improvement of Scheduling in Regional Hospitals and Outpatient "
          "Clinics", "scheduling-society", "schedulingsociety.example",
          "Fewer empty chairs, shorter queues", "GB", "Sheffield, England, United Kingdom"),
    Known("3rd & Main", "3rd-and-main", "3rdandmain.example",
          "Neighbourhood retail, analysed", "US", "Portland, Oregon, United States"),
)  # fmt: skip


def companies(book: NumberBook) -> tuple[Company, ...]:
    """The largest first, and Kestrel Logistics before all; their switchboards come from `book`."""
    dice = Dice("companies")
    large, rest = KNOWN[:LARGE], KNOWN[LARGE:]
    taken = {known.name for known in KNOWN}
    listed = list(large)
    while len(listed) < COMPANIES - len(rest):
        known = _invented(dice)
        if known.name not in taken:
            taken.add(known.name)
            listed.append(known)
    listed += rest
    return tuple(_company(known, dice, book) for known in listed)


def account_row(company: Company) -> DirectoryRow:
    """A company as the directory file tells it."""
    return DirectoryRow(
        type="account",
        url=company.url,
        name=company.name,
        headline=company.headline,
        location=company.location,
        email=company.email,
        direct=company.switchboard,
    )


def _invented(dice: Dice) -> Known:
    trade = dice.pick(TRADES)
    name = f"{dice.pick(WORDS)} {dice.pick(trade.suffixes)}"
    slug = plain(name)
    seat = dice.weighted(SEATS, [seat.weight for seat in SEATS])
    return Known(name, slug, f"{slug}.example", dice.pick(trade.taglines), seat.country, seat.place)


def _company(known: Known, dice: Dice, book: NumberBook) -> Company:
    first = known is KNOWN[0]
    mailbox = dice.pick(("info", "hello", "contact", "office", "sales"))
    email = None if dice.chance(WITHOUT_EMAIL) and not first else f"{mailbox}@{known.domain}"
    mute = dice.chance(WITHOUT_SWITCHBOARD) and not first
    return Company(
        name=known.name,
        url=f"https://www.linkedin.com/company/{known.slug}",
        headline=known.headline,
        location=known.location,
        country=known.country,
        domain=known.domain,
        email=email,
        switchboard=None if mute else book.take(known.country, "direct"),
    )
