"""A server of TLS 1.2 (RFC 5246, 5077, 7627), as the script has it."""
import os

from connection import CCS
from hello import EXTENDED_MASTER, RENEGOTIATION, TICKET, extensions, server_hello, session_id_of
from sessions import Session
from tls13 import framed, two
from tlslite.keyexchange import ECDHKeyExchange
from tlslite.mathtls import calc_key

CERTIFICATE, KEY_EXCHANGE, REQUEST, DONE, CLIENT_KEY, NEW_TICKET, FINISHED = 11, 12, 13, 14, 16, 4, 20
X25519 = 29


class Handshake12:
    def __init__(self, connection, script, identities, sessions, hello):
        self.c = connection
        self.script = script
        self.hello_script = script.get("server_hello", {})
        self.identities = identities
        self.sessions = sessions
        self.hello = hello
        self.version = tuple(script.get("version", (3, 3)))
        self.cipher = script.get("cipher", 0xC02B)
        self.random = os.urandom(24) + bytes.fromhex(self.hello_script.get("sentinel", os.urandom(8).hex()))
        self.extended = script.get("extended", hello.has(EXTENDED_MASTER))
        self.gives_tickets = script.get("tickets12", hello.has(TICKET))
        self.session_id = os.urandom(32)
        self.master = None
        self.resumed = False
        self.proven = False

    def find_session(self):
        how = self.script.get("resume", "if-known")
        by_ticket = self.sessions.tickets.get(self.hello.ticket) if self.hello.ticket else None
        known = by_ticket or self.sessions.ids.get(bytes(self.hello.session_id))
        if how == "refuse":
            return None
        if how == "pretend":
            return Session((3, 3), self.cipher, bytearray(os.urandom(48)))
        self.resumed = known is not None and known.version == (3, 3)
        return known if self.resumed else None

    def run(self):
        self.c.transcript.update(self.hello.message)
        session = self.find_session()
        if session is None:
            self.full()
        else:
            self.resume(session)
        self.c.saw["resumed"] = self.resumed

    def say_server_hello(self, session_id, cipher):
        pairs = []
        if self.extended:
            pairs.append((EXTENDED_MASTER, b""))
        if self.gives_tickets and not self.script.get("no_ticket_extension"):
            pairs.append((TICKET, b""))
        pairs.append((RENEGOTIATION, b"\0"))
        session_id = session_id_of(self.hello_script, session_id, next(iter(self.sessions.ids), bytes(32)))
        cipher = self.hello_script.get("cipher", cipher)
        data = server_hello(self.hello_script, self.version, self.random, session_id, cipher, pairs)
        self.c.say("ServerHello", data)

    def use(self, cipher):
        self.c.records.calcPendingStates(cipher, self.master, self.hello.random, bytearray(self.random), None)
        self.c.on_ccs = self.c.records.changeReadState

    def finished_of(self, label):
        return calc_key(
            (3, 3), self.master, self.cipher, label, handshake_hashes=self.c.transcript, output_length=12
        )

    def say_finished(self, is_authentic):
        right = self.finished_of(b"server finished")
        wrong = {
            None: right,
            "zero": bytes(12),
            "random": os.urandom(12),
            "client": self.finished_of(b"client finished"),
            "first-bit": bytes([right[0] ^ 0x80]) + right[1:],
            "last-bit": right[:-1] + bytes([right[-1] ^ 1]),
            "short": right[:-1],
            "long": bytes(right) + b"\0",
            "empty": b"",
            "one": bytes(right[:1]),
            "half": bytes(right[:6]),
            "12": os.urandom(12),
        }
        how = self.script.get("finished")
        self.c.say("CCS", b"\1", CCS)
        if not self.script.get("plain_finished"):
            self.c.records.changeWriteState()
        is_right = how is None and not self.c.is_spoiled("Finished") and not self.script.get("plain_finished")

        def said():
            self.proven = is_right and is_authentic

        self.c.say("Finished", framed(FINISHED, wrong[how]), said=said)

    def say_ticket(self):
        if not self.gives_tickets:
            return
        for one in self.script.get("tickets", [{}]):
            for _ in range(one.get("times", 1)):
                ticket = os.urandom(one.get("size", 160))
                self.sessions.tickets[ticket] = Session((3, 3), self.cipher, self.master, self.extended)
                lifetime = one.get("lifetime", 7200).to_bytes(4, "big")
                body = lifetime + two(one.get("ticket_length", len(ticket))) + ticket
                self.c.say("NewSessionTicket", framed(NEW_TICKET, body))

    # ---- In full ---------------------------------------------------------------------------------

    def full(self):
        session_id = b"" if self.gives_tickets else self.session_id
        self.say_server_hello(session_id, self.cipher)
        if self.script.get("external"):
            self.pretend_external()
            return
        identity = self.identities[self.script.get("identity", "own")]
        chain = b"".join(len(one).to_bytes(3, "big") + one for one in identity.chain)
        self.c.say("Certificate", framed(CERTIFICATE, len(chain).to_bytes(3, "big") + chain))
        exchange, private = self.say_key_exchange()
        if self.script.get("request"):
            self.c.say("CertificateRequest", framed(REQUEST, bytes([1, 64, 0, 2, 4, 3, 0, 0])))
        self.c.say("ServerHelloDone", framed(DONE, b""))
        if self.script.get("skip_client"):  # nobody waits for the client: the keys are what the script says
            self.master = bytearray(48)
            self.use(self.cipher)
            self.say_finished(False)
            self.c.drain()
            return
        message = self.c.until(CLIENT_KEY)
        self.c.transcript.update(message)
        shared = exchange.calc_shared_key(private, message[5:])
        label, hashes = (b"extended master secret", self.c.transcript) if self.extended else (b"master secret", None)
        self.master = calc_key(
            (3, 3),
            shared,
            self.cipher,
            label,
            handshake_hashes=hashes,
            client_random=self.hello.random,
            server_random=bytearray(self.random),
            output_length=48,
        )
        self.use(self.cipher)
        self.hear_finished()
        self.say_ticket()
        honest = not {"identity", "signer", "scheme"} & set(self.script)
        spoiled = self.c.is_spoiled("Certificate") or self.c.is_spoiled("ServerKeyExchange")
        self.say_finished(honest and not spoiled)
        if not self.gives_tickets:
            self.sessions.ids[bytes(self.session_id)] = Session((3, 3), self.cipher, self.master, self.extended)

    def pretend_external(self):
        """It has chosen a suite with an external pre-shared key (RFC 5489), and does not know the key."""
        exchange = ECDHKeyExchange(X25519, (3, 3))
        private = exchange.get_random_private_key()
        point = bytes(exchange.calc_public_value(private))
        if self.script.get("certificate_anyway"):
            chain = b"".join(len(one).to_bytes(3, "big") + one for one in self.identities["own"].chain)
            self.c.say("Certificate", framed(CERTIFICATE, len(chain).to_bytes(3, "big") + chain))
        hint = two(0)
        body = hint + bytes([3]) + two(X25519) + bytes([len(point)]) + point
        self.c.say("ServerKeyExchange", framed(KEY_EXCHANGE, body))
        self.c.say("ServerHelloDone", framed(DONE, b""))
        message = self.c.until(CLIENT_KEY)
        self.c.transcript.update(message)
        self.master = bytearray(48 if self.script["external"] == "zero" else os.urandom(48))
        self.use(self.cipher)
        self.say_finished(False)
        self.c.drain()

    def say_key_exchange(self):
        group = self.script.get("group", X25519)
        exchange = ECDHKeyExchange(group if group in (X25519, 23) else X25519, (3, 3))
        private = exchange.get_random_private_key()
        point = bytes(exchange.calc_public_value(private))
        spoiled = {
            None: point,
            "short": point[:-1],
            "long": point + b"\0",
            "empty": b"",
            "zero": bytes(len(point)),
            "one": bytes([1]) + bytes(len(point) - 1),
        }[self.script.get("share")]
        parameters = bytes([self.script.get("curve_type", 3)]) + two(group) + bytes([len(spoiled)]) + spoiled
        signer = self.identities[self.script.get("signer", self.script.get("identity", "own"))]
        signature = signer.sign(bytes(self.hello.random) + self.random + parameters)
        body = parameters + two(self.script.get("scheme", 0x0403)) + two(len(signature)) + signature
        self.c.say("ServerKeyExchange", framed(KEY_EXCHANGE, body))
        return exchange, private

    def hear_finished(self):
        data = self.c.until(FINISHED)
        self.c.saw["finished"] = bytes(data[4:]) == bytes(self.finished_of(b"client finished"))
        self.c.transcript.update(data)

    # ---- Resumed ------------------------------------------------------------------------------------

    def resume(self, session):
        self.master = session.secret
        self.cipher = self.script.get("cipher", session.cipher)
        self.gives_tickets = self.script.get("tickets12", False)
        self.say_server_hello(bytes(self.hello.session_id), self.cipher)
        if self.script.get("certificate_anyway"):
            identity = self.identities[self.script.get("identity", "own")]
            chain = b"".join(len(one).to_bytes(3, "big") + one for one in identity.chain)
            self.c.say("Certificate", framed(CERTIFICATE, len(chain).to_bytes(3, "big") + chain))
        if self.script.get("request"):
            self.c.say("CertificateRequest", framed(REQUEST, bytes([1, 64, 0, 2, 4, 3, 0, 0])))
        self.say_ticket()
        self.use(self.cipher)
        self.say_finished(self.resumed)
        self.c.perform(self.script.get("before_client_finished", []))
        self.hear_finished()
