"""People of the demo directory that documents and screenshots call by name."""

from typing import Final

import msgspec

from server.domain.directory_rows import DirectoryRow, Disc

KESTREL_URL: Final = "https://www.linkedin.com/company/kestrel-logistics"
HARBOURLINE_URL: Final = "https://www.linkedin.com/company/harbourline"
ANA_URL: Final = "https://www.linkedin.com/in/ana-beatriz-conceicao"
EX_COLLEAGUE_URL: Final = "https://www.linkedin.com/in/tomas-dvorak"

# Their numbers end in 555-01xx with area codes that no range of invented people uses.
NAMED: Final = (
    DirectoryRow(
        type="contact",
        url=ANA_URL,
        name="Ana Beatriz Conceição",
        first_name="Ana Beatriz",
        last_name="Conceição",
        headline="VP Revenue Operations at Kestrel Logistics",
        company="Kestrel Logistics",
        company_url=KESTREL_URL,
        location="Boston, Massachusetts, United States",
        email="ana.conceicao@kestrel.example",
        mobile="+18575550143",
        direct="+15085550117",
        disc=Disc(
            d=68,
            i=81,
            s=34,
            c=22,
            style="Lively initiator",
            summary="Thinks aloud and brings people along with energy. Open with the result and "
            "the price. A short call will do more than a long email.",
        ),
        seniority="VP",
        function="Operations",
        tenure_years=6.0,
        skills=("Revenue Operations", "Forecasting", "CRM", "Pricing", "Portuguese"),
    ),
    DirectoryRow(
        type="contact",
        url=EX_COLLEAGUE_URL,
        name="Tomáš Dvořák",
        first_name="Tomáš",
        last_name="Dvořák",
        headline="Director of Fleet Operations at Kestrel Logistics",
        company="Kestrel Logistics",
        company_url=KESTREL_URL,
        location="Praha, Česko",
        email="tomas.dvorak@kestrel.example",
        mobile="+18575550162",
        seniority="Director",
        function="Operations",
        tenure_years=4.0,
        skills=("Fleet Management", "Route Planning", "Lean"),
    ),
    DirectoryRow(
        type="contact",
        url="https://www.linkedin.com/in/ines-moreau",
        name="Inès Moreau",
        first_name="Inès",
        last_name="Moreau",
        headline="Head of Procurement at Harbourline | Fewer suppliers, better ones",
        company="Harbourline",
        company_url=HARBOURLINE_URL,
        location="Le Havre, Normandie, France",
        email="ines.moreau@harbourline.example",
        seniority="Director",
        function="Operations",
        tenure_years=2.0,
        skills=("Procurement", "Negotiation", "Incoterms"),
    ),
    DirectoryRow(
        type="contact",
        url="https://www.linkedin.com/in/kofi-mensah",
        name="Kofi Mensah",
        first_name="Kofi",
        last_name="Mensah",
        headline="Account Executive at Harbourline",
        company="Harbourline",
        company_url=HARBOURLINE_URL,
        location="Accra, Ghana",
        direct="+15085550184",
        disc=Disc(
            d=41,
            i=77,
            s=58,
            c=19,
            style="Friendly connector",
            summary="Starts with the person and comes to the matter later. Leave time for small "
            "talk. Send an agenda and stay with it.",
        ),
        seniority="Senior",
        function="Sales",
        tenure_years=1.0,
        skills=("Solution Selling", "Port Operations"),
    ),
)


def moved_ex_colleague(row: DirectoryRow) -> DirectoryRow:
    """Tomáš Dvořák after he changed from Kestrel Logistics to Harbourline."""
    return msgspec.structs.replace(
        row,
        headline="VP Operations at Harbourline",
        company="Harbourline",
        company_url=HARBOURLINE_URL,
        email="tomas.dvorak@harbourline.example",
        seniority="VP",
        tenure_years=0.0,
    )
