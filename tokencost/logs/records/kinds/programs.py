"""What programs that people work with export of their own use."""

from tokencost.logs.records.kind import LogKind

PROGRAMS: tuple[LogKind, ...] = ()
