"""The TCP connection below the records: in small pieces, held back, or read until its end."""


class Line:
    """What tlslite's record layer takes for a socket."""

    def __init__(self, sock):
        self._sock = sock
        self._held = None
        self.drip = 0

    def send(self, data):
        """Takes all of it, at once or in pieces."""
        data = bytes(data)
        if self._held is not None:
            self._held += data
            return len(data)
        step = self.drip or max(len(data), 1)
        for start in range(0, len(data), step):
            self._sock.sendall(data[start : start + step])
        return len(data)

    def recv(self, size):
        return self._sock.recv(size)

    def hold(self):
        """What is sent from here on goes out in one write, at release()."""
        if self._held is None:
            self._held = b""

    def release(self):
        held, self._held = self._held, None
        if held:
            self.send(held)
