"""The names of things. Ids are opaque strings with a prefix (`org_`, `usr_`, `con_`, `acc_`,
`job_`)."""

from typing import NewType

OrgId = NewType("OrgId", str)
UserId = NewType("UserId", str)
OperatorId = NewType("OperatorId", str)
SubjectId = NewType("SubjectId", str)
JobId = NewType("JobId", str)
SessionId = NewType("SessionId", str)
PieceKey = NewType("PieceKey", bytes)
"""Keyed BLAKE2b-128 of org, kind and canonical value (R4)."""
Seq = NewType("Seq", int)
"""The org's gapless entry counter (R32)."""
AtUs = NewType("AtUs", int)
"""Microseconds since 1970-01-01T00:00Z."""

EVERYONE = OrgId("")
"""The `org_id` of a directory record that every org may find (R25 makes others private)."""
