"""warmhello's core through its shared library (firmware/port/host/include/warmhello/ffi.h), for many devices in a process.

A device is a value of some two kilobytes while it sleeps: its two clocks, its key and its RTC slot. Only while it is
awake does it have a Machine. The core works for one machine at a time, so whoever calls on its connect has put it in
use before, and again after whatever lets another greenlet run.
"""
import json
import os
import re
from pathlib import Path
from types import SimpleNamespace

import cffi

CHECKOUT = Path(__file__).resolve().parents[2]
LIBRARY = os.environ.get("WARMHELLO_LIBRARY", str(CHECKOUT / "build/host/libwarmhello.so"))
HEADERS = CHECKOUT / "firmware/core/include/warmhello"


def member_types():
    """What client.h makes of each kind of row in client.def."""
    source = (HEADERS / "client.h").read_text().replace("\\\n", " ")
    found = re.findall(r"^#define WH_MEMBER_(\w+)\(name\)(.*)$", source, re.MULTILINE)
    types = {kind: re.sub(r"\bname(?:##)?", "{0}", text) for kind, text in found}
    same = re.findall(r"^#define WH_MEMBER_(\w+) WH_MEMBER_(\w+)$", source, re.MULTILINE)
    return types | {kind: types[other] for kind, other in same}


def configuration():
    """wh_client_config as client.h and client.def have it, so that a new setting needs no line here."""
    types = member_types()
    rows = re.findall(r"^WH_(CLIENT|POLICY)_SETTING\((\w+), (\w+),", (HEADERS / "client.def").read_text(), re.MULTILINE)
    members = {"CLIENT": "", "POLICY": ""}
    for owner, kind, name in rows:
        members[owner] += types[kind].format(name)
    enums = "".join(f"typedef int {name};" for name in set(re.findall(r"\bwh_\w+", " ".join(types.values()))))
    return f"""
        {enums}
        typedef struct {{ {members["CLIENT"]} struct {{ {members["POLICY"]} }} policy; bool any_name; }} wh_client_config;
    """


ffi = cffi.FFI()
ffi.cdef(configuration())
ffi.cdef("""
    void *wh_ffi_device_new(void);
    void wh_ffi_device_free(void *device);
    int wh_ffi_device_use(const void *device);
    int wh_host_start(void *device, const void *flash);
    void wh_host_lose_power(void *device);
    void wh_host_set_key(void *device, const uint8_t *key);
    size_t wh_host_state_size(const void *device);
    int wh_host_save_state(const void *device, uint8_t *out, size_t size);
    int wh_host_load_state(void *device, const uint8_t *bytes, size_t size);

    void *wh_ffi_client_new(const wh_client_config *config, int *error);
    void wh_ffi_client_free(void *client);

    typedef struct { int kind; uint32_t tcp; uint32_t size; uint32_t wait_ms; } wh_ffi_step;
    void *wh_ffi_connect_new(void *client, uint32_t timeout_ms);
    void wh_ffi_connect_free(void *connect);
    void wh_ffi_connect_next(void *connect, wh_ffi_step *step, uint8_t *out);
    void wh_connect_resolved(void *connect, bool has_address);
    void wh_connect_ready(void *connect, unsigned tcp);
    void wh_connect_failed(void *connect, unsigned tcp, int error);
    size_t wh_connect_room(const void *connect, unsigned tcp);
    size_t wh_connect_received(void *connect, unsigned tcp, const uint8_t *bytes, size_t size);
    void wh_connect_sent(void *connect, unsigned tcp, size_t size);
    bool wh_connect_awaits_ready(const void *connect, unsigned tcp);
    int wh_connect_write(void *connect, const uint8_t *bytes, size_t size);
    int wh_connect_read(void *connect, uint8_t *out, size_t size);
    void wh_connect_close(void *connect, bool is_written);
    void wh_connect_end(void *connect, int error);
    int wh_connect_error(const void *connect);
    const void *wh_connect_outcome(const void *connect);
    const void *wh_connect_outcome_of(const void *connect, unsigned tcp);
    int wh_outcome_json(const void *outcome, char *out, size_t size);
    size_t wh_ffi_outcome_json_size(void);
    size_t wh_outcome_compact(const void *outcome, const void *app, uint8_t *out);
    const char *wh_error_word(int error);
""")
lib = ffi.dlopen(LIBRARY)
# cffi makes each function, and each type, when it is first asked for, under a lock at which gevent may let another greenlet
# run: then the machine in use would be another one's. So all are made here.
for name in dir(lib):
    getattr(lib, name)
ffi.from_buffer(bytearray(1))
_error = ffi.new("int *")



def steps():
    """wh_step_kind by the names of connect.h."""
    body = re.search(r"typedef enum wh_step_kind \{(.*?)\} wh_step_kind", (HEADERS / "connect.h").read_text(), re.DOTALL)[1]
    names = re.findall(r"WH_STEP_(\w+)", re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL))
    return {name: value for value, name in enumerate(names)}


def errors():
    """The numbers of errors.def."""
    rows = re.findall(r"^WH_ERROR\(WH_(\w+), (-\d+),", (HEADERS / "errors.def").read_text(), re.MULTILINE)
    return {name: int(value) for name, value in rows}


STEP = SimpleNamespace(**steps())
ERROR = SimpleNamespace(**errors())
# WH_FFI_CONNECT_ROOM of ffi_connect.h; UINT32_MAX of its wait.
ROOM = 18432
FOREVER_MS = 2**32 - 1
TCPS = 2

_OUTCOME_SIZE = lib.wh_ffi_outcome_json_size()
_outcome = ffi.new("char[]", _OUTCOME_SIZE)
_compact = ffi.new("uint8_t[]", 24)  # WH_OUTCOME_COMPACT_SIZE


def error_word(error):
    return ffi.string(lib.wh_error_word(error)).decode() if error != 0 else None


def read_outcome(handle):
    """wh_outcome as a dictionary; its members are those of wh_outcome_json() (outcome.h)."""
    size = lib.wh_outcome_json(handle, _outcome, _OUTCOME_SIZE)
    return json.loads(ffi.buffer(_outcome, size)[:])


def compact_outcome(handle):
    """The same in a few bytes of CBOR, as devices send it (docs/SPEC.md)."""
    return ffi.buffer(_compact, lib.wh_outcome_compact(handle, ffi.NULL, _compact))[:]


class Machine:
    """What runs a device while it is awake. They are made once and used in turn."""

    def __init__(self):
        self.device = lib.wh_ffi_device_new()
        if self.device == ffi.NULL:
            raise MemoryError("no memory for a machine")

    def use(self):
        if lib.wh_ffi_device_use(self.device) != 0:
            raise RuntimeError("the core cannot use this machine")

    def wake(self, state):
        """Goes on from the state of a device, whose clocks have gone on meanwhile; None for a new one, which has a key
        that no other has."""
        lib.wh_host_set_key(self.device, os.urandom(32))
        if lib.wh_host_start(self.device, ffi.NULL) != 0:
            raise RuntimeError("a machine could not start")
        if state is not None and lib.wh_host_load_state(self.device, state, len(state)) != 0:
            raise RuntimeError("a device's state was refused")

    def lose_power(self):
        lib.wh_host_lose_power(self.device)

    def sleep(self):
        """The state that is left of the device until it wakes."""
        size = lib.wh_host_state_size(self.device)
        state = bytearray(size)
        lib.wh_host_save_state(self.device, ffi.from_buffer(state), size)
        return bytes(state)


class Configuration:
    """Whom devices connect to and whom they trust: the settings by the names of client.def, those of the policy with
    `policy.` before them."""

    def __init__(self, settings):
        self.native = ffi.new("wh_client_config *")
        self._kept = []
        for name, value in settings.items():
            self._set(*(("policy", name[7:]) if name.startswith("policy.") else ("", name)), value)

    def _set(self, part, name, value):
        struct = self.native.policy if part else self.native
        if isinstance(value, str):
            value = ffi.new("char[]", value.encode())
            self._kept.append(value)
        elif isinstance(value, bytes):
            setattr(struct, f"{name}_size", len(value))
            value = ffi.new("uint8_t[]", value)
            self._kept.append(value)
        setattr(struct, name, value)

    def client(self):
        """For the machine in use. wh_ffi_client_free() is to follow."""
        client = lib.wh_ffi_client_new(self.native, _error)
        if client == ffi.NULL:
            raise ValueError(f"no device can be made of these settings: {error_word(_error[0])}")
        return client
