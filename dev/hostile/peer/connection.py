"""One TCP connection: records in and out, the transcript, and the script's edits of what goes out."""
import socket
from collections import Counter

from line import Line
from mutations import CHANGES, changed
from tlslite.errors import BaseTLSException, TLSAbruptCloseError
from tlslite.handshakehashes import HandshakeHashes
from tlslite.messages import Message
from tlslite.recordlayer import RecordLayer

CCS, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
KEY_UPDATE = 24


class Gone(Exception):
    """The client has closed, said an alert, or sent what cannot be read."""


class Over(Exception):
    """The script has ended the connection."""


def run(steps):
    """tlslite's generators, over a socket that blocks: 0 and 1 mean that it would."""
    for result in steps:
        if result not in (0, 1):
            return result
    return None


class Connection:
    def __init__(self, sock, script):
        self.sock = sock
        self.script = script
        self.line = Line(sock)
        self.line.drip = script.get("drip", 0)
        self.records = RecordLayer(self.line)
        self.records.client = False
        self.records.version = (3, 3)
        self.transcript = HandshakeHashes()
        self.sent = Counter()
        self.used = set()
        self.swapped = None
        self.merged = bytearray()
        self.unread = bytearray()
        self.on_ccs = None
        self.application = None  # cipher, the client's secret and ours, once those of TLS 1.3 are in use
        self.saw = {"alert": None, "offered": None, "bytes": 0, "closed": False}

    # ---- Out ---------------------------------------------------------------------------------

    def record(self, kind, data, times=1):
        """One record as the keys of the moment have it."""
        message = Message(kind, bytearray(data))
        for _ in range(times):
            run(self.records.sendRecord(message))

    def plain(self, kind, data, version=(3, 3), length=None):
        """One record without keys, whatever keys there are."""
        size = len(data) if length is None else length
        self.line.send(bytes([kind, *version]) + size.to_bytes(2, "big") + bytes(data))

    def say(self, label, data, kind=HANDSHAKE, said=None):
        """One message of the handshake or after it, as the script has it; said() is called when it is out."""
        self.sent[label] += 1
        edits = [edit for edit in self.script.get("edits", []) if self._is_meant(edit, label)]
        for edit in edits:
            self.perform(edit.get("before", []))
        held, self.swapped = self.swapped, None
        for piece in self._edited(edits, data, kind):
            self._put(edits, piece, kind)
            if said is not None:
                said()
        if held is not None:
            self._put([], *held)
        for edit in edits:
            self.perform(edit.get("after", []))

    def is_spoiled(self, label):
        """Not said as it should be, or not where it should. What is added behind it leaves the rest what it is."""
        spoils = (CHANGES - {"add"}) | {"omit", "swap", "record"}
        return any(edit["at"] == label and spoils & set(edit) for edit in self.script.get("edits", []))

    def _is_meant(self, edit, label):
        return edit["at"] == label and edit.get("nth", 1) == self.sent[label]

    def _edited(self, edits, data, kind):
        pieces = [bytearray(data)]
        for edit in edits:
            if CHANGES & set(edit) and kind == HANDSHAKE:
                pieces = [changed(edit, piece) for piece in pieces]
            if edit.get("omit"):
                pieces = []
            if "repeat" in edit:
                pieces = pieces * (1 + edit["repeat"])
            if edit.get("swap"):
                self.swapped = (bytearray(data), kind)
                pieces = []
        return pieces

    def _put(self, edits, data, kind):
        if kind == HANDSHAKE:
            self.transcript.update(data)
        split = next((edit["split"] for edit in edits if "split" in edit), 0)
        if any(edit.get("merge") for edit in edits):
            self.merged += data
            return
        data, self.merged = self.merged + data, bytearray()
        wanted = next((edit["record"] for edit in edits if "record" in edit), kind)
        step = split or 16384
        for start in range(0, max(len(data), 1), step):
            self.record(wanted, data[start : start + step])

    # ---- The script's own acts -----------------------------------------------------------------

    def perform(self, acts):
        for act in acts:
            for _ in range(act.get("times", 1)):
                self._act(act)

    def _act(self, act):
        if "alert" in act:
            self.record(ALERT, act["alert"])
        elif "ccs" in act:
            self.plain(CCS, bytes.fromhex(act["ccs"]))
        elif "empty" in act:
            self.record(act["empty"], b"")
        elif "data" in act:
            self.record(DATA, bytes(act["data"]))
        elif "message" in act:
            data = bytearray([act["message"]]) + bytearray.fromhex(act.get("body", "000000"))
            self.transcript.update(data)
            self.record(HANDSHAKE, data)
        elif "plain" in act:
            length = act.get("length")
            version = act.get("version", [3, 3])
            self.plain(act["plain"], bytes.fromhex(act.get("hex", "")) + bytes(act.get("size", 0)), version, length)
        elif "sealed" in act:
            self.record(act["sealed"], bytes.fromhex(act.get("hex", "")) + bytes(act.get("size", 0)))
        elif "keyUpdate" in act:
            self.update_keys(act["keyUpdate"])
        elif "pad" in act:
            self.records.padding_cb = lambda size, kind, most, pad=act["pad"]: min(pad, most) if most > 0 else 0
        elif act.get("do") == "hold":
            self.line.hold()
        elif act.get("do") == "release":
            self.line.release()
        elif act.get("do") == "close":
            self.record(ALERT, [1, 0])
        elif act.get("do") == "garble":
            self.plain(DATA if self.records._is_tls13_plus() else HANDSHAKE, bytes(range(64)))
        else:
            self._end(act["do"])

    def _end(self, how):
        self.line.release()
        if how == "rst":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.sock.close()
        elif how == "fin":
            self.sock.shutdown(socket.SHUT_WR)
        elif how != "stall":
            raise ValueError(f"nobody knows how to {how}")
        raise Over

    def update_keys(self, wanted):
        """A KeyUpdate, and the keys that follow it."""
        self.record(HANDSHAKE, [KEY_UPDATE, 0, 0, 1, wanted])
        cipher, client, own = self.application
        self.application = (cipher, *self.records.calcTLS1_3KeyUpdate_reciever(cipher, client, own))

    # ---- In --------------------------------------------------------------------------------------

    def next_record(self):
        """(type, bytes), and alerts heard."""
        try:
            header, parser = run(self.records.recvRecord())
        except (BaseTLSException, OSError, ValueError, AssertionError) as error:
            if not isinstance(error, (TLSAbruptCloseError, OSError)):
                self.saw["unreadable"] = type(error).__name__
            raise Gone from error
        data = parser.bytes
        if header.type == ALERT:
            self._hear(data)
        return header.type, data

    def _hear(self, data):
        if len(data) == 2 and data[1] == 0:
            self.saw["closed"] = True
        elif self.saw["alert"] is None:
            self.saw["alert"] = list(data)
        if data[:1] != b"\1":
            raise Gone

    def message(self):
        """The client's next handshake message, as (type, bytes)."""
        while True:
            if len(self.unread) >= 4:
                size = 4 + int.from_bytes(self.unread[1:4], "big")
                if len(self.unread) >= size:
                    data, self.unread = self.unread[:size], self.unread[size:]
                    return data[0], data
            kind, data = self.next_record()
            if kind == CCS and self.on_ccs is not None:
                self.on_ccs()
            elif kind == HANDSHAKE:
                self.unread += data
            elif kind == DATA:
                self.saw["bytes"] += len(data)

    def until(self, wanted):
        """Reads on to the message of this type, and returns it; the transcript has those before it, not this one."""
        while True:
            kind, data = self.message()
            if kind == wanted:
                return data
            self.transcript.update(data)

    def data(self):
        """Application data, as it comes; None at close_notify."""
        while not self.saw["closed"]:
            kind, data = self.next_record()
            if kind == DATA:
                self.saw["bytes"] += len(data)
                return bytes(data)
            if kind == HANDSHAKE and data[:1] == b"\x18" and self.application is not None:
                cipher, client, own = self.application
                self.application = (cipher, *self.records.calcTLS1_3KeyUpdate_sender(cipher, client, own))
        return None

    def drain(self):
        """Reads what the client still says, until it has gone."""
        try:
            while True:
                self.next_record()
        except (Gone, OSError):
            pass
