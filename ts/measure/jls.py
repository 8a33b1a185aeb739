# Reads one instrument's current, voltage and general-purpose inputs out of a .jls file with pyjls and writes them
# to standard output: one line of JSON, then blocks of a 32-bit count, that many 32-bit floats in A, as many in
# V where there are any, and as many bytes of levels (bit n is GPI n) where there are any.
import json
import struct
import sys

try:
    import numpy
    from pyjls import Reader, SignalType
except ImportError as error:
    print(f"no pyjls: {error}", file=sys.stderr)
    sys.exit(3)

BLOCK = 1 << 16
INPUTS = 4
TICKS_PER_SECOND = 1 << 30


def fail(message, code):
    print(message, file=sys.stderr)
    sys.exit(code)


def is_named(signal, name):
    return signal.name == name or signal.name.endswith("." + name)


def instruments(reader):
    """Names of those that measured a current, each with its signals."""
    found = {}
    for signal in reader.signals.values():
        if signal.signal_type == SignalType.FSR and signal.length > 0:
            found.setdefault(signal.source_id, []).append(signal)
    with_current = {k: s for k, s in found.items() if any(is_named(one, "current") for one in s)}
    # Further currents of one source are further instruments, if their names say so: "JS220-1.current".
    result = {}
    for source_id, signals in with_current.items():
        name = reader.sources[source_id].name
        currents = [s for s in signals if is_named(s, "current")]
        if len(currents) == 1:
            result[name if name not in result else f"{name} ({source_id})"] = signals
            continue
        for number, current in enumerate(currents):
            prefix = current.name[: -len("current")]
            own = [s for s in signals if s is current or (prefix and s.name.startswith(prefix))]
            result[prefix.rstrip(".") or f"{name} ({number})"] = own
    return result


def choose(reader, wanted):
    found = instruments(reader)
    if not found:
        names = ", ".join(s.name for s in reader.signals.values())
        fail(f"there is no signal named current; there are: {names}", 4)
    if wanted is not None and wanted not in found:
        fail(f"there is no instrument {wanted}; there are: {', '.join(found)}", 5)
    if wanted is None and len(found) > 1:
        fail(f"there are {len(found)} instruments: {', '.join(found)}", 5)
    return found[wanted] if wanted is not None else next(iter(found.values()))


def begin_of(reader, signal, by_utc):
    """When the first sample was taken, in seconds: by the calendar, or by the instrument's own counter."""
    if by_utc:
        return reader.sample_id_to_timestamp(signal.signal_id, 0) / TICKS_PER_SECOND
    return signal.sample_id_offset / signal.sample_rate


class Aligned:
    """A signal by the times of the current, whose rate and first sample may be others."""

    def __init__(self, reader, signal, current):
        self.reader, self.signal = reader, signal
        self.ratio = signal.sample_rate / current.sample_rate
        # A single entry is pyjls' own, for want of any.
        by_utc = all(reader.time_map_length(s.signal_id) > 1 for s in (signal, current))
        begins = begin_of(reader, current, by_utc) - begin_of(reader, signal, by_utc)
        self.offset = begins * signal.sample_rate

    def places(self, start, count):
        # A sample stands for the time until the next one; rounding must not fall before it.
        places = numpy.floor(numpy.arange(start, start + count) * self.ratio + self.offset + 1e-6).astype(numpy.int64)
        return places, (places >= 0) & (places < self.signal.length)

    def values(self, start, count, read, missing, kind):
        places, inside = self.places(start, count)
        result = numpy.full(count, missing, dtype=kind)
        if inside.any():
            first, last = int(places[inside][0]), int(places[inside][-1])
            result[inside] = read(first, last - first + 1)[places[inside] - first]
        return result.tobytes()

    def floats(self, start, count):
        def read(first, length):
            return self.reader.fsr(self.signal.signal_id, first, length)

        return self.values(start, count, read, numpy.nan, "<f4")


class Inputs:
    """GPI 0 to 3 as bits of a byte."""

    def __init__(self, reader, signals, current):
        found = [(n, next((s for s in signals if is_named(s, f"gpi[{n}]")), None)) for n in range(INPUTS)]
        aligned = [(n, Aligned(reader, signal, current)) for n, signal in found if signal is not None]
        self.aligned = [(n, one, self.bits(one)) for n, one in aligned]

    @staticmethod
    def bits(aligned):
        """pyjls packs eight samples into a byte. Behind the beginning it is off where the ids do not begin at a
        whole byte: then all are read at once."""
        signal, reader = aligned.signal, aligned.reader
        whole = None if signal.sample_id_offset % 8 == 0 else reader.fsr(signal.signal_id, 0, signal.length)

        def read(first, length):
            if whole is None:
                packed, skipped = reader.fsr(signal.signal_id, first, length), 0
            else:
                packed, skipped = whole[first // 8 : (first + length + 7) // 8], first % 8
            return numpy.unpackbits(packed, bitorder="little")[skipped : skipped + length]

        return read

    def levels(self, start, count):
        result = numpy.zeros(count, dtype="u1")
        for n, aligned, read in self.aligned:
            values = aligned.values(start, count, read, 0, "u1")
            result |= numpy.frombuffer(values, dtype="u1") << n
        return result.tobytes()


def main(path, wanted):
    out = sys.stdout.buffer
    with Reader(path) as reader:
        signals = choose(reader, wanted)
        current = next(s for s in signals if is_named(s, "current"))
        voltage = next((Aligned(reader, s, current) for s in signals if is_named(s, "voltage")), None)
        inputs = Inputs(reader, signals, current)
        has_inputs = len(inputs.aligned) > 0
        header = {
            "sampleRateHz": current.sample_rate,
            "samples": current.length,
            "voltage": voltage is not None,
            "inputs": has_inputs,
        }
        out.write((json.dumps(header) + "\n").encode())
        for start in range(0, current.length, BLOCK):
            count = min(BLOCK, current.length - start)
            out.write(struct.pack("<I", count))
            out.write(reader.fsr(current.signal_id, start, count).astype("<f4").tobytes())
            if voltage is not None:
                out.write(voltage.floats(start, count))
            if has_inputs:
                out.write(inputs.levels(start, count))


try:
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
except (RuntimeError, OSError, ValueError) as error:
    fail(f"pyjls cannot read it: {error}", 4)
