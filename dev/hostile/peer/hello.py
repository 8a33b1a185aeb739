"""The ClientHello as the peer needs it, and extensions as bytes."""
from tlslite.messages import ClientHello
from tlslite.utils.codec import Parser

SERVER_NAME, MAX_FRAGMENT, ALPN, EXTENDED_MASTER, TICKET = 0, 1, 16, 23, 35
PSK, EARLY_DATA, VERSIONS, COOKIE, PSK_MODES, KEY_SHARE, RENEGOTIATION = 41, 42, 43, 44, 45, 51, 0xFF01


def extensions(pairs):
    """The block that ends a hello: [[type, bytes], ...]."""
    body = b"".join(kind.to_bytes(2, "big") + len(data).to_bytes(2, "big") + bytes(data) for kind, data in pairs)
    return len(body).to_bytes(2, "big") + body


def given(script_pairs):
    """Extensions of a script: [[type, hex] or [type, size of zeros], ...]."""
    return [(kind, bytes.fromhex(data) if isinstance(data, str) else bytes(data)) for kind, data in script_pairs]


def server_hello(script, version, random, session_id, cipher, pairs):
    """With all that a script wants otherwise."""
    pairs = [pair for pair in pairs if pair[0] not in script.get("without", [])] + given(script.get("with", []))
    version = script.get("version", list(version))
    body = bytes(version) + bytes(random) + bytes([len(session_id)]) + bytes(session_id)
    body += cipher.to_bytes(2, "big") + bytes([script.get("compression", 0)])
    if not script.get("no_extensions"):
        body += extensions(pairs)
    return bytearray([2]) + len(body).to_bytes(3, "big") + body


def session_id_of(script, own, last):
    """The ID that is echoed, or what a script makes of it."""
    how = script.get("session_id")
    echoes = {
        None: own,
        "empty": b"",
        "short": own[:-1],
        "long": bytes(own) + b"\0",
        "flipped": bytes([own[0] ^ 1]) + bytes(own[1:]) if own else b"\1",
        "another": last,
        "random": bytes(range(32)),
        "16": bytes(range(16)),
        "1": b"\7",
    }
    return echoes[how]


class Hello:
    """What the client offers."""

    def __init__(self, message):
        self.message = bytearray(message)
        self.parsed = ClientHello().parse(Parser(bytearray(message[1:])))
        self.random = self.parsed.random
        self.session_id = self.parsed.session_id
        self.ciphers = self.parsed.cipher_suites

    def extension(self, kind):
        return self.parsed.getExtension(kind)

    def has(self, kind):
        return self.extension(kind) is not None

    @property
    def speaks13(self):
        versions = self.extension(VERSIONS)
        return versions is not None and (3, 4) in versions.versions

    @property
    def ticket(self):
        extension = self.extension(TICKET)
        return None if extension is None else bytes(extension.ticket or b"")

    @property
    def shares(self):
        extension = self.extension(KEY_SHARE)
        return {} if extension is None else {entry.group: entry.key_exchange for entry in extension.client_shares}

    @property
    def identities(self):
        extension = self.extension(PSK)
        return [] if extension is None else [bytes(one.identity) for one in extension.identities]

    @property
    def binders(self):
        extension = self.extension(PSK)
        return [] if extension is None else extension.binders

    @property
    def without_binders(self):
        return self.message[: -(2 + sum(1 + len(binder) for binder in self.binders))]
