# Writes a .jls file as a Joulescope would: current, and voltage unless told not to; a hole in the middle.
import sys

import numpy
from pyjls import SignalType, Writer

RATE = 10_000
path, with_voltage = sys.argv[1], sys.argv[2] == "voltage"

with Writer(path) as writer:
    writer.source_def(source_id=1, name="JS220-000000", vendor="Jetperch", model="JS220", version="1", serial_number="0")
    time = numpy.arange(RATE)
    current = numpy.where(time % 5000 < 1000, 0.08, 0.000012).astype("f4")
    current[2000:2010] = numpy.nan
    signals = [("current", "A", current)]
    if with_voltage:
        signals.append(("voltage", "V", numpy.full(RATE, 3.0, dtype="f4")))
    for number, (name, unit, values) in enumerate(signals, start=1):
        writer.signal_def(signal_id=number, source_id=1, signal_type=SignalType.FSR, sample_rate=RATE, name=name, units=unit)
        writer.fsr_f32(number, 0, values)
