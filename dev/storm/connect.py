"""One connect of one device: what the core asks for (firmware/core/include/warmhello/connect.h), done over sockets."""
import errno
import socket
import time

import gevent.select
from gevent import monkey

from storm.core import ERROR, FOREVER_MS, ROOM, STEP, TCPS, compact_outcome, error_word, ffi, lib, read_outcome
from storm.exchange import Refused

# The sockets never block, and gevent's own would look after readiness a second time.
Socket = monkey.get_original("socket", "socket")
POLLIN, POLLOUT = gevent.select.POLLIN, gevent.select.POLLOUT

# As tcp-line.ts has it: whatever is not known to be the server's fault is the network's.
OPENING_ERRORS = {
    errno.ECONNREFUSED: ERROR.NETWORK_REFUSED,
    errno.ECONNRESET: ERROR.NETWORK_REFUSED,
    errno.ETIMEDOUT: ERROR.NETWORK_TIMEOUT,
}

# For all connects of the process: nothing else runs between a call that fills them and the one that reads them.
_step = ffi.new("wh_ffi_step *")
_out = ffi.new("uint8_t[]", ROOM)
_bytes = ffi.buffer(_out)

# After it is open, for an app whose server has gone silent; the core's own limits stand before that.
APP_PATIENCE_S = 20


class Line:
    """One TCP connection of a connect."""

    def __init__(self, family, address):
        self.socket = Socket(family, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.is_up = False
        self.has_ended = False
        self.is_lost = False
        self.error = self.socket.connect_ex(address)

    def close(self):
        self.socket.close()


class Connect:
    """`exchange` says what is written and what is made of the answers (exchange.py); `address` is where TCP goes, as
    socket.getaddrinfo() has it. `machine` is this device's for as long as it lasts."""

    def __init__(self, machine, configuration, exchange, address, timeout_ms=0):
        self._machine = machine
        self._exchange = exchange
        self._address = address
        self._lines = [None] * TCPS
        self._pending = b""
        self._is_closing = False
        self._opened_s = None
        self.tcps = 0
        self.compact = b""
        self.refusal = None
        self.connect_ms = None
        self._client = configuration.client()
        self._connect = lib.wh_ffi_connect_new(self._client, timeout_ms)

    def run(self):
        """Until it is over. Returns the outcome of the connect and the bytes on the wire of all that it tried."""
        began = time.monotonic()
        try:
            while True:
                self._write_some()
                lib.wh_ffi_connect_next(self._connect, _step, _out)
                kind = _step.kind
                if kind == STEP.WAIT:
                    self._wait(_step.wait_ms)
                elif kind == STEP.OVER:
                    break
                elif kind == STEP.OPENED:
                    self._opened_s = time.monotonic()
                    self.connect_ms = 1000 * (self._opened_s - began)
                    self._pending = self._exchange.begin(compact_outcome(lib.wh_connect_outcome(self._connect)))
                else:
                    self._do(kind, _step.tcp, _step.size)
            return self._told()
        finally:
            self._free()

    def _told(self):
        handle = lib.wh_connect_outcome(self._connect)
        self.compact = compact_outcome(handle)
        outcome = read_outcome(handle)
        outcome["endedBy"] = error_word(lib.wh_connect_error(self._connect))
        each = [lib.wh_connect_outcome_of(self._connect, tcp) for tcp in range(TCPS)]
        outcomes = [read_outcome(handle) for handle in each if handle != ffi.NULL] or [outcome]
        outcome["wireTx"] = sum(one["totalTx"] for one in outcomes)
        outcome["wireRx"] = sum(one["totalRx"] for one in outcomes)
        return outcome

    def _free(self):
        """Also of a wake that is cut off: another machine may be in use by then."""
        self._machine.use()
        for line in self._lines:
            if line is not None:
                line.close()
        lib.wh_ffi_connect_free(self._connect)
        lib.wh_ffi_client_free(self._client)

    def _do(self, kind, tcp, size):
        if kind == STEP.RESOLVE:
            lib.wh_connect_resolved(self._connect, self._address is not None)
        elif kind == STEP.OPEN:
            self._open(tcp)
        elif kind == STEP.SEND:
            self._send(tcp, size)
        elif kind == STEP.READ:
            self._read()
        elif kind == STEP.SHUT:
            self._shut(tcp)
        elif kind == STEP.CLOSE:
            self._lines[tcp].close()
            self._lines[tcp] = None

    def _open(self, tcp):
        self.tcps += 1
        family, address = self._address
        line = Line(family, address)
        self._lines[tcp] = line
        if line.error not in (0, errno.EINPROGRESS):
            line.is_lost = True
            lib.wh_connect_failed(self._connect, tcp, OPENING_ERRORS.get(line.error, ERROR.NETWORK_UNREACHABLE))

    def _send(self, tcp, size):
        line = self._lines[tcp]
        sent = 0
        try:
            sent = line.socket.send(_bytes[:size])
        except BlockingIOError:
            pass
        except OSError:
            line.is_lost = True
        lib.wh_connect_sent(self._connect, tcp, sent)
        if line.is_lost:
            lib.wh_connect_failed(self._connect, tcp, ERROR.NETWORK_LOST)

    def _shut(self, tcp):
        try:
            self._lines[tcp].socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it is closed already, by the other side

    def _read(self):
        while True:
            size = lib.wh_connect_read(self._connect, _out, ROOM)
            if size <= 0:
                return
            try:
                self._pending += self._exchange.received(_bytes[:size])
            except Refused as refusal:
                self.refusal = str(refusal)

    def _write_some(self):
        if self._pending:
            taken = lib.wh_connect_write(self._connect, self._pending, len(self._pending))
            self._pending = self._pending[max(0, taken) :]
        is_over = self._exchange.is_over or self.refusal is not None
        if is_over and not self._is_closing and not self._pending:
            self._is_closing = True
            lib.wh_connect_close(self._connect, True)

    def _wait(self, wait_ms):
        poll = gevent.select.poll()
        awaited = {}
        for tcp, line in enumerate(self._lines):
            if line is None or line.is_lost:
                continue
            mask = POLLOUT if lib.wh_connect_awaits_ready(self._connect, tcp) else 0
            if line.is_up and not line.has_ended and lib.wh_connect_room(self._connect, tcp) > 0:
                mask |= POLLIN
            if mask:
                poll.register(line.socket.fileno(), mask)
                awaited[line.socket.fileno()] = tcp
        happened = poll.poll(self._patience_ms(wait_ms))
        self._machine.use()
        for descriptor, events in happened:
            self._happened(awaited[descriptor], events)
        if not happened and self._is_given_up():
            lib.wh_connect_end(self._connect, ERROR.PEER_SILENT)

    def _patience_ms(self, wait_ms):
        if self._opened_s is None or self._is_closing:
            return None if wait_ms == FOREVER_MS else wait_ms
        left_s = max(0, self._opened_s + APP_PATIENCE_S - time.monotonic())
        return min(wait_ms, 1 + int(1000 * left_s))

    def _is_given_up(self):
        if self._opened_s is None or self._is_closing:
            return False
        return time.monotonic() >= self._opened_s + APP_PATIENCE_S

    def _happened(self, tcp, events):
        line = self._lines[tcp]
        if not line.is_up:
            error = line.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error != 0:
                line.is_lost = True
                lib.wh_connect_failed(self._connect, tcp, OPENING_ERRORS.get(error, ERROR.NETWORK_UNREACHABLE))
                return
            line.is_up = True
            lib.wh_connect_ready(self._connect, tcp)
            return
        if events & POLLOUT:
            lib.wh_connect_ready(self._connect, tcp)
        if events & ~POLLOUT:
            self._receive(tcp, line)

    def _receive(self, tcp, line):
        try:
            data = line.socket.recv(min(ROOM, lib.wh_connect_room(self._connect, tcp)))
        except BlockingIOError:
            return
        except OSError:
            line.is_lost = True
            lib.wh_connect_failed(self._connect, tcp, ERROR.NETWORK_LOST)
            return
        line.has_ended = data == b""
        lib.wh_connect_received(self._connect, tcp, data, len(data))
