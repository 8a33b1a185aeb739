"""A TLS server that does what its script says: side.ts has the words that it is told, case.ts the script."""
import argparse
import json
import re
import socket
import sys
import threading
from base64 import b64decode
from pathlib import Path

from connection import DATA, Connection, Gone, Over
from hello import PSK, TICKET, Hello
from sessions import Sessions
from tls12 import Handshake12
from tls13 import Handshake13
from tlslite.utils.cryptomath import secureHash
from tlslite.utils.keyfactory import parsePEMKey

CLIENT_HELLO = 1


class Identity:
    """A chain, leaf first, and the key of the leaf: ECDSA on P-256."""

    def __init__(self, certificate, key):
        blocks = re.findall("-----BEGIN CERTIFICATE-----(.*?)-----END", certificate, re.DOTALL)
        self.chain = [b64decode(block) for block in blocks]
        self._key = parsePEMKey(key, private=True)

    def sign(self, content):
        return bytes(self._key.sign(secureHash(bytearray(content), "sha256"), hashAlg="sha256"))


def answer(connection, script):
    """The app's request is answered, and the connection closed as it should be."""
    request = b""
    while b"\r\n\r\n" not in request:
        data = connection.data()
        if data is None:
            return
        request += data
    resumed = "yes" if connection.saw.get("resumed") else "no"
    body = bytes(script.get("answer", 2))
    head = f"HTTP/1.0 200 OK\r\nResumed: {resumed}\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.say("Answer", head.encode() + body, DATA)
    connection.say("CloseNotify", bytes([1, 0]), 21)


class Peer:
    def __init__(self, identities):
        self.identities = identities
        self.sessions = Sessions()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.script = {}
        self.met = []
        self.lock = threading.Lock()
        self.open = []

    def arm(self, script):
        with self.lock:
            self.script, self.met = script, []

    def end(self):
        """Closes what is still open, and tells what each connection came to, by the client's port."""
        with self.lock:
            still, met = list(self.open), self.met
        for sock, _ in still:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for _, thread in still:
            thread.join()
        return {"connections": [one for one in met]}

    def serve(self):
        while True:
            sock, address = self.listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                misbehaves = len(self.met) < self.script.get("times", 1)
                script = self.script if misbehaves else {}
                saw = {"port": address[1], "proven": False, "hostile": misbehaves and bool(script)}
                self.met.append(saw)
                thread = threading.Thread(target=self.meet, args=(sock, script, saw), daemon=True)
                self.open.append((sock, thread))
            thread.start()

    def meet(self, sock, script, saw):
        connection = Connection(sock, script)
        connection.saw = saw | connection.saw
        handshake = []
        try:
            self.speak(connection, script, handshake)
            connection.drain()
        except Over:
            connection.drain()
        except (Gone, OSError):
            connection.drain()
        except Exception as error:  # a script that asks for what cannot be is a fault of the case
            connection.saw["fault"] = f"{type(error).__name__}: {error}"
        finally:
            connection.saw["proven"] = any(one.proven for one in handshake)
            connection.saw["sent"] = dict(connection.sent)
            saw.update(connection.saw)
            sock.close()
            with self.lock:
                self.open = [one for one in self.open if one[0] is not sock]

    def speak(self, connection, script, handshake):
        connection.perform(script.get("at_once", []))
        hello = Hello(connection.until(CLIENT_HELLO))
        if hello.has(PSK):
            connection.saw["offered"] = "psk"
        elif hello.ticket:
            connection.saw["offered"] = "ticket"
        elif not hello.has(TICKET) and hello.session_id and not hello.speaks13:
            connection.saw["offered"] = "id"
        connection.perform(script.get("after_hello", []))
        speaks = script.get("speaks", "1.3" if hello.speaks13 else "1.2")
        made = {"1.2": Handshake12, "1.3": Handshake13}[speaks](
            connection, script, self.identities, self.sessions, hello
        )
        handshake.append(made)
        made.run()
        connection.perform(script.get("opened", []))
        answer(connection, script)
        connection.perform(script.get("closed", []))


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--identities", required=True, help="JSON: {name: {certificate, key}}, one of them `own`")
    given = json.loads(Path(words.parse_args().identities).read_text())
    peer = Peer({name: Identity(**pems) for name, pems in given.items()})
    threading.Thread(target=peer.serve, daemon=True).start()
    tell({"port": peer.port})
    for line in sys.stdin:
        said = json.loads(line)
        if "case" in said:
            peer.arm(said["script"])
            tell({"armed": said["case"]})
        else:
            tell({"ended": said["end"], "saw": peer.end()})


def tell(what):
    print(json.dumps(what), flush=True)


main()
