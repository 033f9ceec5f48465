"""What people do: titles by function and seniority, skills, and the headlines made of them."""

from typing import Final, NamedTuple

from server.demo.dice import Dice

SENIORITIES: Final = ("Entry", "Senior", "Manager", "Director", "VP", "C-level")
SENIORITY_WEIGHTS: Final = (18, 22, 24, 16, 12, 8)

# What LinkedIn lets a headline have.
HEADLINE_CHARS_MAX: Final = 220
LONG_HEADLINES: Final = 0.08
LOCAL_HEADLINES: Final = 0.35


class Function(NamedTuple):
    """A line of work: `areas` head a title, `roles` are held, `chief` leads them all."""

    name: str
    weight: int
    chief: str
    areas: tuple[str, ...]
    roles: tuple[str, ...]
    skills: tuple[str, ...]


class Career(NamedTuple):
    function: str
    seniority: str
    title: str
    skills: tuple[str, ...]


class LocalTitle(NamedTuple):
    """A headline in the language of a culture; `{company}` is filled in.

    `man` is empty where the language makes no difference.
    """

    function: str
    seniority: str
    woman: str
    man: str = ""

    def of(self, woman: bool, company: str) -> str:
        return (self.woman if woman or not self.man else self.man).format(company=company)


FUNCTIONS: Final = (
    Function(
        "Sales", 22, "Chief Revenue Officer",
        ("Sales", "Enterprise Sales", "Channel Sales", "Business Development", "Sales EMEA"),
        ("Account Executive", "Sales Development Representative", "Account Manager"),
        ("Negotiation", "CRM", "Pipeline Management", "Solution Selling", "Forecasting",
         "Territory Planning", "Contract Renewal", "Cold Calling"),
    ),
    Function(
        "Marketing", 13, "Chief Marketing Officer",
        ("Marketing", "Demand Generation", "Product Marketing", "Brand", "Field Marketing"),
        ("Content Strategist", "Marketing Specialist", "SEO Analyst"),
        ("Campaign Planning", "Copywriting", "Market Research", "SEO", "Event Management",
         "Marketing Automation", "Positioning"),
    ),
    Function(
        "Operations", 13, "Chief Operating Officer",
        ("Operations", "Revenue Operations", "Supply Chain", "Fleet Operations", "Procurement"),
        ("Operations Analyst", "Dispatcher", "Buyer", "Supply Planner"),
        ("Process Improvement", "Lean", "Vendor Management", "Inventory Control", "S&OP",
         "Route Planning", "Customs Regulations"),
    ),
    Function(
        "Engineering", 18, "Chief Technology Officer",
        ("Engineering", "Platform Engineering", "Data Engineering", "Quality", "Mechanical Design"),
        ("Software Engineer", "Data Engineer", "Mechanical Engineer", "Site Reliability Engineer"),
        ("Python", "SQL", "Distributed Systems", "CAD", "Kubernetes", "Code Review",
         "Embedded Systems", "Test Automation", "Finite Element Analysis"),
    ),
    Function(
        "Product", 7, "Chief Product Officer",
        ("Product", "Product Design", "User Research"),
        ("Product Manager", "UX Designer", "Product Analyst"),
        ("Roadmapping", "Prototyping", "User Interviews", "A/B Testing", "Prioritisation"),
    ),
    Function(
        "Finance", 9, "Chief Financial Officer",
        ("Finance", "FP&A", "Treasury", "Controlling"),
        ("Accountant", "Financial Analyst", "Payroll Specialist"),
        ("Budgeting", "IFRS", "Cash Flow", "Financial Modelling", "Audit", "Excel"),
    ),
    Function(
        "Human Resources", 7, "Chief People Officer",
        ("People", "Talent Acquisition", "Learning & Development"),
        ("Recruiter", "HR Business Partner", "People Partner"),
        ("Interviewing", "Onboarding", "Labour Law", "Coaching", "Compensation"),
    ),
    Function(
        "Information Technology", 6, "Chief Information Officer",
        ("IT", "Information Security", "IT Infrastructure"),
        ("System Administrator", "Security Analyst", "Service Desk Analyst"),
        ("Networking", "Identity Management", "Linux", "Incident Response", "ITIL"),
    ),
    Function(
        "Legal", 5, "General Counsel",
        ("Legal", "Compliance", "Contracts"),
        ("Paralegal", "Corporate Counsel", "Compliance Officer"),
        ("Contract Law", "GDPR", "Due Diligence", "Litigation", "Export Control"),
    ),
)  # fmt: skip

EXTRAS: Final = (
    "Speaker", "Podcast host", "Author of “The Quiet Pipeline”", "Father of three",
    "Recovering consultant", "Angel investor", "Marathon runner", "Ex-Harbourline",
    "Helping teams ship calmly since 2009", "Mentor at two accelerators", "Board member",
    "Views my own", "🚚 📦 🌍", "Open to advisory roles", "Six Sigma Black Belt",
    "“Slow is smooth, smooth is fast”", "Hiring in three time zones!",
)  # fmt: skip

LOCAL_TITLES: Final[dict[str, tuple[LocalTitle, ...]]] = {
    "de": (
        LocalTitle("Sales", "Director", "Leiterin Vertrieb bei {company}",
                   "Leiter Vertrieb bei {company}"),
        LocalTitle("Operations", "Manager", "Einkäuferin · {company}", "Einkäufer · {company}"),
        LocalTitle("Finance", "C-level", "Kaufmännische Geschäftsführerin, {company}",
                   "Kaufmännischer Geschäftsführer, {company}"),
    ),
    "fr": (
        LocalTitle("Marketing", "Director", "Directrice marketing chez {company}",
                   "Directeur marketing chez {company}"),
        LocalTitle("Engineering", "Senior", "Ingénieure méthodes, {company}",
                   "Ingénieur méthodes, {company}"),
    ),
    "es": (
        LocalTitle("Sales", "Manager", "Jefa de ventas en {company}",
                   "Jefe de ventas en {company}"),
    ),
    "pt": (
        LocalTitle("Operations", "Manager", "Gerente de operações na {company}"),
    ),
    "pl": (
        LocalTitle("Sales", "Director", "Dyrektorka sprzedaży, {company}",
                   "Dyrektor sprzedaży, {company}"),
    ),
    "ja": (
        LocalTitle("Sales", "Manager", "{company} 営業部長"),
        LocalTitle("Engineering", "Senior", "{company} シニアエンジニア"),
        LocalTitle("Human Resources", "Manager", "人事マネージャー｜{company}"),
    ),
    "zh": (
        LocalTitle("Sales", "Director", "{company} 销售总监"),
        LocalTitle("Product", "Manager", "产品经理 · {company}"),
    ),
    "ko": (
        LocalTitle("Marketing", "Manager", "{company} 마케팅 팀장"),
    ),
    "cyrillic": (
        LocalTitle("Operations", "Director", "Директорка з логістики, {company}",
                   "Директор з логістики, {company}"),
    ),
    "el": (
        LocalTitle("Sales", "Manager", "Υπεύθυνη πωλήσεων, {company}",
                   "Υπεύθυνος πωλήσεων, {company}"),
    ),
    "ar": (
        LocalTitle("Sales", "Director", "مديرة المبيعات في {company}",
                   "مدير المبيعات في {company}"),
        LocalTitle("Engineering", "Senior", "مهندسة برمجيات أولى | {company}",
                   "مهندس برمجيات أول | {company}"),
    ),
    "he": (
        LocalTitle("Product", "VP", "סמנכ״לית מוצר, {company}", "סמנכ״ל מוצר, {company}"),
        LocalTitle("Sales", "Manager", "מנהלת מכירות ב-{company}", "מנהל מכירות ב-{company}"),
    ),
}  # fmt: skip


def career(dice: Dice, function_name: str | None = None, seniority: str | None = None) -> Career:
    """A job and what one knows in it; `function_name` and `seniority` where they are settled."""
    named = [each for each in FUNCTIONS if each.name == function_name]
    function = named[0] if named else dice.weighted(FUNCTIONS, [each.weight for each in FUNCTIONS])
    level = seniority or dice.weighted(SENIORITIES, SENIORITY_WEIGHTS)
    skills = tuple(dice.sample(function.skills, dice.whole(2, 5)))
    return Career(function.name, level, _title(dice, function, level), skills)


def local_title(dice: Dice, culture: str) -> LocalTitle | None:
    """A title in the culture's own language, for those who write theirs so."""
    titles = LOCAL_TITLES.get(culture, ())
    return dice.pick(titles) if titles and dice.chance(LOCAL_HEADLINES) else None


def headline(dice: Dice, job: Career, company: str) -> str:
    """What the person writes below the name, some at great length."""
    plainly = dice.pick(
        (
            f"{job.title} at {company}",
            f"{job.title}, {company}",
            f"{job.title} | {company}",
            job.title,
        )
    )
    if not dice.chance(LONG_HEADLINES):
        return plainly
    parts = [plainly, " · ".join(job.skills), *dice.sample(EXTRAS, 6)]
    return " | ".join(parts)[:HEADLINE_CHARS_MAX].rstrip(" |·")


def _title(dice: Dice, function: Function, seniority: str) -> str:
    area, role = dice.pick(function.areas), dice.pick(function.roles)
    match seniority:
        case "C-level":
            return function.chief
        case "VP":
            return dice.pick((f"VP {area}", f"Vice President, {area}"))
        case "Director":
            return dice.pick((f"Director of {area}", f"Head of {area}"))
        case "Manager":
            return dice.pick((f"{area} Manager", f"Team Lead, {area}"))
        case "Senior":
            return f"Senior {role}"
        case _:
            return role
