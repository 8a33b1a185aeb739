"""A server of TLS 1.3 (RFC 8446), as the script has it."""
import hmac
import os

from connection import CCS, HANDSHAKE
from hello import COOKIE, EARLY_DATA, KEY_SHARE, PSK, VERSIONS, Hello, extensions, given, server_hello, session_id_of
from sessions import Session
from tlslite.handshakehashes import HandshakeHashes
from tlslite.keyexchange import ECDHKeyExchange
from tlslite.utils.cryptomath import HKDF_expand_label, derive_secret, secureHash, secureHMAC

SHA384_SUITES = {0x1302}
HELLO_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
CLIENT_HELLO, NEW_TICKET, ENCRYPTED, CERTIFICATE, REQUEST, VERIFY, FINISHED = 1, 4, 8, 11, 13, 15, 20
X25519 = 29


def framed(kind, body):
    return bytearray([kind]) + len(body).to_bytes(3, "big") + bytes(body)


def two(value):
    return value.to_bytes(2, "big")


class Handshake13:
    def __init__(self, connection, script, identities, sessions, hello):
        self.c = connection
        self.script = script
        self.hello_script = script.get("server_hello", {})
        self.identities = identities
        self.sessions = sessions
        self.hello = hello
        self.use_suite(script.get("cipher", 0x1301))
        self.group = script.get("group", X25519)
        self.resumed = False
        self.proven = False

    def use_suite(self, cipher):
        self.cipher = cipher
        self.hash = "sha384" if cipher in SHA384_SUITES else "sha256"
        self.size = 48 if self.hash == "sha384" else 32

    # ---- What the peer takes ----------------------------------------------------------------------

    def find_psk(self):
        """The secret that it resumes with; None in a full handshake."""
        how = self.script.get("resume", "if-known")
        session = next((self.sessions.psks[one] for one in self.hello.identities if one in self.sessions.psks), None)
        self.c.saw["binder"] = None if session is None else self.binder_is_right(session)
        if how == "refuse" or not self.hello.identities:
            return None
        if how == "pretend":  # whoever took the server's place, and does not know the secret
            return bytearray(os.urandom(self.size))
        if session is None or session.secret is None:
            return None
        self.resumed = True
        if "cipher" not in self.script:
            self.use_suite(session.cipher)
        return session.secret

    def binder_is_right(self, session):
        name = "sha384" if session.cipher in SHA384_SUITES else "sha256"
        length = 48 if name == "sha384" else 32
        early = secureHMAC(bytearray(length), session.secret, name)
        key = HKDF_expand_label(derive_secret(early, b"res binder", None, name), b"finished", b"", length, name)
        hashes = self.c.transcript.copy()
        hashes.update(self.hello.without_binders)
        return hmac.compare_digest(secureHMAC(key, hashes.digest(name), name), self.hello.binders[0])

    # ---- Keys ------------------------------------------------------------------------------------

    def use_keys(self, client_label, server_label, secret):
        client = derive_secret(secret, client_label, self.c.transcript, self.hash)
        server = derive_secret(secret, server_label, self.c.transcript, self.hash)
        return client, server

    def extracted(self, salt, value):
        return secureHMAC(derive_secret(salt, b"derived", None, self.hash), value, self.hash)

    def finished_of(self, secret):
        key = HKDF_expand_label(secret, b"finished", b"", self.size, self.hash)
        return secureHMAC(key, self.c.transcript.digest(self.hash), self.hash)

    # ---- The way through ---------------------------------------------------------------------------

    def run(self):
        self.retry()
        psk = self.find_psk()
        self.c.transcript.update(self.hello.message)
        shared, share = self.exchange()
        self.say_server_hello(psk, share)
        early = secureHMAC(bytearray(self.size), psk or bytearray(self.size), self.hash)
        handshake = self.extracted(early, shared or bytearray(self.size))
        client, server = self.use_keys(b"c hs traffic", b"s hs traffic", handshake)
        self.c.records.version = (3, 4)
        self.c.records.tls13record = True
        if not self.script.get("no_ccs"):
            self.c.say("CCS", b"\1", CCS)
        self.c.records.calcTLS1_3PendingState(self.cipher, client, server, None)
        self.c.records.changeWriteState()
        self.c.records.changeReadState()
        self.say_parameters()
        is_signed = self.prove(psk)
        if self.script.get("tickets_early"):
            self.say_tickets(bytearray(self.size))
        self.say_finished(server, is_signed or self.resumed)
        master = self.extracted(handshake, bytearray(self.size))
        client_data, server_data = self.use_keys(b"c ap traffic", b"s ap traffic", master)
        self.c.records.calcTLS1_3PendingState(self.cipher, client_data, server_data, None)
        self.c.records.changeWriteState()
        self.c.perform(self.script.get("before_client_finished", []))
        self.hear_finished(client)
        self.c.records.changeReadState()
        self.c.application = (self.cipher, client_data, server_data)
        self.c.saw["resumed"] = self.resumed
        resumption = derive_secret(master, b"res master", self.c.transcript, self.hash)
        self.say_tickets(resumption)

    def exchange(self):
        """The secret of the key exchange, and the share that goes with it."""
        how = self.script.get("share")
        if how == "none" or (self.script.get("resume") == "pretend" and how is None and not self.hello.shares):
            return None, None
        group = self.group if self.group in self.hello.shares else next(iter(self.hello.shares), X25519)
        exchange = ECDHKeyExchange(group, (3, 4))
        private = exchange.get_random_private_key()
        own = bytes(exchange.calc_public_value(private))
        shared = exchange.calc_shared_key(private, self.hello.shares[group]) if group in self.hello.shares else None
        spoiled = {
            None: (group, own),
            "other-group": (23 if group == X25519 else X25519, own),
            "p384": (24, bytes([4]) + bytes(range(96))),
            "unknown": (0xEEEE, own),
            "ffdhe": (256, bytes(256)),
            "short": (group, own[:-1]),
            "long": (group, own + b"\0"),
            "empty": (group, b""),
            "zero": (group, bytes(len(own))),
            "one": (group, bytes([1]) + bytes(len(own) - 1)),
            "huge": (group, bytes(4096)),
        }[how]
        return shared, two(spoiled[0]) + two(len(spoiled[1])) + spoiled[1]

    def say_server_hello(self, psk, share):
        pairs = [(VERSIONS, bytes(self.hello_script.get("selected", [3, 4])))]
        if share is not None:
            pairs.append((KEY_SHARE, share))
        if psk is not None or "index" in self.script:
            pairs.append((PSK, two(self.script.get("index", 0))))
        random = os.urandom(24) + bytes.fromhex(self.hello_script.get("sentinel", os.urandom(8).hex()))
        session_id = session_id_of(self.hello_script, self.hello.session_id, bytes(32))
        cipher = self.hello_script.get("cipher", self.cipher)
        self.c.say("ServerHello", server_hello(self.hello_script, (3, 3), random, session_id, cipher, pairs))

    def retry(self):
        """HelloRetryRequest, as often as the script says."""
        for one in self.script.get("retry", []):
            if one.get("transcript", True):
                first = secureHash(self.hello.message, self.hash)
                self.c.transcript = HandshakeHashes()
                self.c.transcript.update(framed(254, first))
            pairs = [(VERSIONS, bytes([3, 4]))]
            if "group" in one:
                pairs.append((KEY_SHARE, two(one["group"])))
            if "cookie" in one:
                pairs.append((COOKIE, two(one["cookie"]) + bytes(one["cookie"])))
            cipher = one.get("cipher", self.cipher)
            session_id = session_id_of(one, self.hello.session_id, bytes(32))
            data = server_hello(one, (3, 3), HELLO_RETRY, session_id, cipher, pairs)
            self.c.say("HelloRetryRequest", data)
            if one.get("ccs"):
                self.c.plain(CCS, b"\1")
            self.hello = Hello(self.c.until(CLIENT_HELLO))
            self.c.saw["retries"] = self.c.saw.get("retries", 0) + 1

    def say_parameters(self):
        pairs = given(self.script.get("parameters", []))
        self.c.say("EncryptedExtensions", framed(ENCRYPTED, extensions(pairs)))

    def prove(self, psk):
        """Certificate and signature, in a full handshake. True when both are this server's own."""
        if self.script.get("request"):
            body = b"\0" + extensions([(13, bytes([0, 2, 4, 3]))])
            self.c.say("CertificateRequest", framed(REQUEST, body))
        if psk is not None and not self.script.get("certificate_anyway"):
            return False
        identity = self.identities[self.script.get("identity", "own")]
        chain = b"".join(len(one).to_bytes(3, "big") + one + b"\0\0" for one in identity.chain)
        self.c.say("Certificate", framed(CERTIFICATE, b"\0" + len(chain).to_bytes(3, "big") + chain))
        signer = self.identities[self.script.get("signer", self.script.get("identity", "own"))]
        context = self.script.get("context", "TLS 1.3, server CertificateVerify")
        content = b" " * 64 + context.encode() + b"\0" + self.c.transcript.digest(self.hash)
        signature = signer.sign(content)
        body = two(self.script.get("scheme", 0x0403)) + two(len(signature)) + signature
        self.c.say("CertificateVerify", framed(VERIFY, body))
        honest = "identity" not in self.script and "signer" not in self.script and "context" not in self.script
        return honest and not self.c.is_spoiled("Certificate") and not self.c.is_spoiled("CertificateVerify")

    def say_finished(self, secret, is_authentic):
        right = self.finished_of(secret)
        wrong = {
            None: right,
            "zero": bytes(len(right)),
            "random": os.urandom(len(right)),
            "client": bytes(reversed(right)),
            "first-bit": bytes([right[0] ^ 0x80]) + right[1:],
            "last-bit": right[:-1] + bytes([right[-1] ^ 1]),
            "short": right[:-1],
            "long": bytes(right) + b"\0",
            "empty": b"",
            "one": bytes(right[:1]),
            "half": bytes(right[: len(right) // 2]),
            "12": bytes(right[:12]),
        }
        how = self.script.get("finished")
        is_right = how is None and not self.c.is_spoiled("Finished")

        def said():
            self.proven = is_right and is_authentic

        self.c.say("Finished", framed(FINISHED, wrong[how]), said=said)

    def hear_finished(self, secret):
        data = self.c.until(FINISHED)
        self.c.saw["finished"] = bytes(data[4:]) == bytes(self.finished_of(secret))
        self.c.transcript.update(data)

    # ---- Tickets ----------------------------------------------------------------------------------

    def say_tickets(self, resumption):
        for one in self.script.get("tickets", [{}]):
            for _ in range(one.get("times", 1)):
                self.say_ticket(one, resumption)

    def say_ticket(self, one, resumption):
        nonce = os.urandom(one.get("nonce", 8))
        ticket = os.urandom(one.get("size", 32))
        secret = HKDF_expand_label(resumption, b"resumption", nonce, self.size, self.hash)
        self.sessions.psks[ticket] = Session((3, 4), self.cipher, secret)
        if one.get("forget"):
            del self.sessions.psks[ticket]
        body = one.get("lifetime", 7200).to_bytes(4, "big") + one.get("age_add", 0x1234).to_bytes(4, "big")
        body += bytes([len(nonce)]) + nonce + two(one.get("ticket_length", len(ticket))) + ticket
        pairs = given(one.get("extensions", []))
        if "early" in one:
            pairs.append((EARLY_DATA, one["early"].to_bytes(4, "big")))
        if "no_extensions" not in one:
            body += extensions(pairs)
        if "extensions_length" in one:
            body = body[: len(body) - len(extensions(pairs))] + two(one["extensions_length"]) + extensions(pairs)[2:]
        before = self.c.transcript
        self.c.transcript = HandshakeHashes() if not self.script.get("tickets_early") else before
        self.c.say("NewSessionTicket", framed(NEW_TICKET, body), HANDSHAKE)
        self.c.transcript = before
