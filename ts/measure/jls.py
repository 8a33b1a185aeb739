# Reads current and voltage out of a .jls file with pyjls and writes them to standard output: one line of
# JSON, then blocks of a 32-bit count, that many 32-bit floats in A, and as many in V where there are any.
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


def find(signals, name):
    found = [s for s in signals if s.signal_type == SignalType.FSR and s.length > 0]
    return next((s for s in found if s.name == name or s.name.endswith("." + name)), None)


def values_at(reader, signal, rate, start, count):
    """Of a signal that may be sampled at another rate."""
    if signal.sample_rate == rate:
        last = max(0, min(count, signal.length - start))
        values = reader.fsr(signal.signal_id, start, last) if last > 0 else numpy.empty(0)
        return numpy.pad(values.astype("<f4"), (0, count - last), constant_values=numpy.nan)
    places = ((numpy.arange(start, start + count)) * signal.sample_rate / rate).astype(int)
    places = numpy.minimum(places, signal.length - 1)
    first = int(places[0])
    return reader.fsr(signal.signal_id, first, int(places[-1]) - first + 1)[places - first].astype("<f4")


def main(path):
    out = sys.stdout.buffer
    with Reader(path) as reader:
        signals = list(reader.signals.values())
        current = find(signals, "current")
        voltage = find(signals, "voltage")
        if current is None:
            names = ", ".join(s.name for s in signals)
            print(f"there is no signal named current; there are: {names}", file=sys.stderr)
            sys.exit(4)
        rate = current.sample_rate
        header = {"sampleRateHz": rate, "samples": current.length, "voltage": voltage is not None}
        out.write((json.dumps(header) + "\n").encode())
        for start in range(0, current.length, BLOCK):
            count = min(BLOCK, current.length - start)
            out.write(struct.pack("<I", count))
            out.write(values_at(reader, current, rate, start, count).tobytes())
            if voltage is not None:
                out.write(values_at(reader, voltage, rate, start, count).tobytes())


try:
    main(sys.argv[1])
except (RuntimeError, OSError, ValueError) as error:
    print(f"pyjls cannot read it: {error}", file=sys.stderr)
    sys.exit(4)
