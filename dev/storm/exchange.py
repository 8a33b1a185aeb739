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

    def __init__(self, device, numbers):
        """`numbers`: of the reports that are unsent."""
        self._device = device
        self._numbers = numbers
        self._outcome = b""
        self._answers = b""
        self.acknowledged = []
        self.is_over = False

    def begin(self, outcome):
        """`outcome`: of the present connect, compact."""
        self._outcome = outcome
        clean_session_and_keep_alive = bytes([4, 2, 0, 60])
        return packet(CONNECT, text("MQTT") + clean_session_and_keep_alive + text(self._device.name))

    def _publish(self, place, number):
        device = self._device
        head = text(f"{device.TOPIC}/{device.name}/{number}") + struct.pack("!H", place + 1)
        return packet(PUBLISH_QOS1, head + device.payload(number, self._outcome))

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
            publish = (self._publish(place, one) for place, one in enumerate(self._numbers))
            return b"".join(publish) + self._leave()
        if kind == PUBACK and 0 < number <= len(self._numbers):
            self.acknowledged.append(self._numbers[number - 1])
            return self._leave()
        raise Refused(f"an MQTT packet of kind {kind >> 4}")

    def _leave(self):
        self.is_over = len(self.acknowledged) == len(self._numbers)
        return packet(DISCONNECT) if self.is_over else b""


class HttpReports:
    """All unsent reports in one POST, a line for each, which 2xx acknowledges."""

    SCHEME = "https"

    def __init__(self, device, numbers):
        self._device = device
        self._numbers = numbers
        self._answer = b""
        self.acknowledged = []
        self.is_over = False

    def begin(self, outcome):
        device = self._device
        payloads = ((number, device.payload(number, outcome)) for number in self._numbers)
        body = "".join(f"{number} {payload.hex()}\n" for number, payload in payloads).encode()
        path, length = f"/{device.TOPIC}/{device.name}", f"Content-Length: {len(body)}"
        return f"POST {path} HTTP/1.1\r\nHost: storm\r\n{length}\r\nConnection: close\r\n\r\n".encode() + body

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
