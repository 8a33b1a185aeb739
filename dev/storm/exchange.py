"""What a device says to its server, and what it makes of the answers, without I/O. Reports are numbered by the device;
one leaves the list of those that are unsent when the server has acknowledged it, and not before."""
import struct

CONNECT, CONNACK, PUBLISH_QOS1, PUBACK, DISCONNECT = 0x10, 0x20, 0x32, 0x40, 0xE0


class Refused(Exception):
    """The server speaks, but does not take the report."""


def text(value):
    data = value.encode()
    return struct.pack("!H", len(data)) + data


def packet(kind, body=b""):
    """The remaining length has seven bits in each byte (MQTT 3.1.1, 2.2.3)."""
    size, length = len(body), b""
    while True:
        size, low = divmod(size, 128)
        length += bytes([low | (128 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


class MqttReports:
    """Connects, publishes all unsent reports with QoS 1, waits for each PUBACK, and takes leave. A packet's number is its
    place among the unsent ones, from 1."""

    SCHEME = "mqtts"

    def __init__(self, name, topic, reports):
        """`reports`: number and payload of each."""
        self._name = name
        self._topic = topic
        self._reports = reports
        self._answers = b""
        self.acknowledged = []
        self.is_over = False

    def begin(self):
        clean_session_and_keep_alive = bytes([4, 2, 0, 60])
        return packet(CONNECT, text("MQTT") + clean_session_and_keep_alive + text(self._name))

    def received(self, data):
        self._answers += data
        out = b""
        while len(self._answers) >= 4:  # as long as a CONNACK and a PUBACK are
            kind, _, number = struct.unpack("!BBH", self._answers[:4])
            self._answers = self._answers[4:]
            out += self._answer(kind & 0xF0, number)
        return out

    def _answer(self, kind, number):
        if kind == CONNACK:
            if number & 0xFF:
                raise Refused(f"MQTT's return code {number & 0xFF}")
            publish = (
                packet(PUBLISH_QOS1, text(self._topic) + struct.pack("!H", place + 1) + payload)
                for place, (_, payload) in enumerate(self._reports)
            )
            return b"".join(publish) + self._leave()
        if kind == PUBACK and 0 < number <= len(self._reports):
            self.acknowledged.append(self._reports[number - 1][0])
            return self._leave()
        raise Refused(f"an MQTT packet of kind {kind >> 4}")

    def _leave(self):
        self.is_over = len(self.acknowledged) == len(self._reports)
        return packet(DISCONNECT) if self.is_over else b""


class HttpReports:
    """All unsent reports in one POST, which 2xx acknowledges."""

    SCHEME = "https"

    def __init__(self, name, topic, reports):
        body = b"".join(payload + b"\n" for _, payload in reports)
        head = f"POST /{topic} HTTP/1.1\r\nHost: {name}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self._request = head.encode() + body
        self._numbers = [number for number, _ in reports]
        self._answer = b""
        self.acknowledged = []
        self.is_over = False

    def begin(self):
        return self._request

    def received(self, data):
        self._answer += data
        if b"\r\n\r\n" in self._answer and not self.is_over:
            status = self._answer.split(b" ", 2)[1]
            if not status.startswith(b"2"):
                raise Refused(f"HTTP's status {status.decode('latin1')}")
            self.acknowledged = self._numbers
            self.is_over = True
        return b""


EXCHANGES = {kind.SCHEME: kind for kind in (MqttReports, HttpReports)}
