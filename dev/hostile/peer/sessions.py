"""What the peer remembers of its clients, for as long as the process lives."""
from dataclasses import dataclass, field


@dataclass
class Session:
    version: tuple
    cipher: int
    secret: bytearray
    extended: bool = True


@dataclass
class Sessions:
    """By ticket, by session ID of TLS 1.2, and by identity of TLS 1.3."""

    tickets: dict = field(default_factory=dict)
    ids: dict = field(default_factory=dict)
    psks: dict = field(default_factory=dict)
