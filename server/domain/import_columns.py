"""What the columns of an imported file hold, told by their names (R25)."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from server.domain import errors
from server.domain.folding import folded
from server.domain.pieces import canonical_email
from server.domain.profile_urls import canonical_profile_url
from server.wire.jobs import MappingRequest

COLUMNS_MAX: Final = 256
"""No list of people is wider; a sheet that is has formats far to the right, or is no list."""
NAME_CHARS_MAX: Final = 100
"""Of a column, as it is shown and mapped by."""

# The best first, without case, accents, spaces and punctuation: those that export tools write, and
# what the same columns are called in a few languages.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "email": (
        "email", "emailaddress", "emailid", "workemail", "workemailaddress", "businessemail",
        "businessemailaddress", "professionalemail", "corporateemail", "companyemail",
        "officeemail", "primaryemail", "mainemail", "email1", "emailaddress1", "email1value",
        "emailprimary", "emailwork", "mail", "mailaddress", "emailadresse", "mailadresse",
        "courriel", "adresseemail", "adressemail", "adressecourriel", "correo",
        "correoelectronico", "correioeletronico", "enderecodeemail", "indirizzoemail",
        "postaelettronica", "emailadres", "epost", "directemail", "otheremail", "personalemail",
        "personalemailaddress", "privateemail", "homeemail",
    ),
    "name": (
        "fullname", "name", "displayname", "completename", "namefull", "vollstandigername",
        "vollername", "nomcomplet", "nombrecompleto", "nomecompleto", "volledigenaam", "naam",
    ),
    "first_name": (
        "firstname", "givenname", "forename", "first", "given", "fname", "vorname", "prenom",
        "nombre", "nome", "voornaam", "fornamn",
    ),
    "last_name": (
        "lastname", "surname", "familyname", "last", "family", "lname", "secondname", "nachname",
        "familienname", "nom", "nomdefamille", "apellido", "apellidos", "cognome", "sobrenome",
        "achternaam", "efternamn",
    ),
    "company": (
        "company", "companyname", "currentcompany", "currentcompanyname", "organization",
        "organisation", "organizationname", "organisationname", "employer", "currentemployer",
        "account", "accountname", "companyaccount", "business", "businessname", "firm",
        "organization1name", "companynameforemails", "firma", "unternehmen", "societe",
        "entreprise", "empresa", "compania", "azienda", "societa", "bedrijf", "foretag",
    ),
    "title": (
        "jobtitle", "title", "position", "role", "jobrole", "currenttitle", "currentposition",
        "headline", "designation", "jobposition", "occupation", "function", "job",
        "organization1title", "berufsbezeichnung", "funktion", "poste", "fonction", "cargo",
        "puesto", "ruolo", "functie", "titel",
    ),
    "url": (
        "linkedinurl", "linkedinprofileurl", "personlinkedinurl", "linkedinprofile", "linkedin",
        "linkedinlink", "linkedinprofilelink", "linkedincontactprofileurl",
        "linkedinmemberprofileurl", "profileurl", "profilelink", "publicprofileurl", "profile",
        "linkedinaddress", "liurl", "url", "link",
    ),
    "phone": (
        "mobile", "mobilephone", "mobilenumber", "mobilephonenumber", "cell", "cellphone",
        "directphone", "directdial", "direct", "workdirectphone", "phone", "phonenumber",
        "workphone", "businessphone", "officephone", "primaryphone", "phone1", "phone1value",
        "telephone", "telephonenumber", "tel", "telefon", "telefonnummer", "handy", "mobil",
        "telefono", "telefone", "celular", "movil", "portable", "cellulare", "telefoon",
    ),
}  # fmt: skip
FIELDS: Final = tuple(NAMES)
"""The fields of a MappingRequest."""

_WHOSE: Final = ("contact", "person", "people", "lead", "prospect", "member")
"""What exports put before a column's name. `Contact name` is a person's, `Account name` is not."""
_RANKS: Final = {
    spelling: (field, rank)
    for field, spellings in NAMES.items()
    for rank, spelling in enumerate(spellings)
}
_WHOSE_RANK: Final = max(len(spellings) for spellings in NAMES.values())
"""After every plain name: `Email` before `Contact email`."""


class Header(msgspec.Struct, frozen=True):
    """`columns`: each name once. `mapping`: field to column, as far as recognised. `is_data`: the
    first row names no columns but is a person already."""

    columns: list[str]
    mapping: dict[str, str]
    is_data: bool


def header_of(cells: Sequence[str]) -> Header:
    """What the first row of a file says. Raises BadRequest above COLUMNS_MAX."""
    if len(cells) > COLUMNS_MAX:
        raise errors.BadRequest(
            f"The file has {len(cells):,} columns; an import takes up to {COLUMNS_MAX}."
        )
    if any(map(_is_address, cells)):
        columns = distinct([""] * len(cells))
        return Header(columns, _seen_in(cells, columns), is_data=True)
    columns = distinct(cells)
    return Header(columns, recognised(cells, columns), is_data=False)


def distinct(cells: Sequence[str]) -> list[str]:
    """Each header cell as a name of its own: `Column 3` where it is empty, `Email (2)` the second
    time."""
    names: dict[str, None] = {}
    written = [" ".join(cell.split())[:NAME_CHARS_MAX] for cell in cells]
    taken = set(written)
    for position, cell in enumerate(written, start=1):
        called = cell or f"Column {position}"
        name, number = called, 1
        # A name of our making must not be one that another column has by right.
        while name in names or (name in taken and name != cell):
            number += 1
            name = f"{called} ({number})"
        names[name] = None
    return list(names)


def recognised(cells: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """Field to column: of several columns for a field the best known name, then the leftmost."""
    found: dict[str, tuple[int, str]] = {}
    for cell, column in zip(cells, columns, strict=True):
        known = field_of(cell)
        if known is None:
            continue
        field, rank = known
        if field not in found or rank < found[field][0]:
            found[field] = (rank, column)
    return {field: found[field][1] for field in FIELDS if field in found}


def field_of(cell: str) -> tuple[str, int] | None:
    """The field that a header cell names, and how far it is from the best name; None: no field."""
    spelled = "".join(filter(str.isalnum, folded(cell)))
    if spelled in _RANKS:
        return _RANKS[spelled]
    for whose in _WHOSE:
        known = _RANKS.get(spelled.removeprefix(whose))
        if known is not None:
            return known[0], _WHOSE_RANK + known[1]
    return None


def checked_mapping(asked: MappingRequest, columns: Sequence[str]) -> dict[str, str]:
    """Field to column as the user wants it. Raises BadRequest for a column that the file does not
    have or that is given twice."""
    mapping: dict[str, str] = {}
    for field in FIELDS:
        column = getattr(asked, field)
        if column is None:
            continue
        if column not in columns:
            raise errors.BadRequest(
                f"{field}: the file has no column of this name; its columns are "
                f"{', '.join(columns)}."
            )
        if column in mapping.values():
            raise errors.BadRequest(f"{field}: the column {column} is given for two fields.")
        mapping[field] = column
    return mapping


def positions_of(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, int]:
    """Field to the place of its column in a row."""
    return {field: columns.index(column) for field, column in mapping.items()}


def _seen_in(cells: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """The mapping that a person's own row shows."""
    pairs = list(zip(cells, columns, strict=True))
    email = next(column for cell, column in pairs if _is_address(cell))
    url = next((column for cell, column in pairs if canonical_profile_url(cell)), None)
    return {"email": email} | ({"url": url} if url else {})


def _is_address(cell: str) -> bool:
    try:
        canonical_email(cell)
    except ValueError:
        return False
    return True
