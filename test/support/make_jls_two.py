# Writes a .jls file of two instruments, as a computer with two Joulescopes would. The first one's voltage begins
# 10 samples after its current and its GPI 0 at another place yet, by sample ids or, if told so, by UTC.
import sys

import numpy
from pyjls import DataType, SignalType, Writer

RATE = 1000
LENGTH = 3000
path, by = sys.argv[1], sys.argv[2]

with Writer(path) as writer:
    for source, name in ((1, "JS220-000001"), (2, "JS220-000002")):
        writer.source_def(
            source_id=source, name=name, vendor="Jetperch", model="JS220", version="1", serial_number=str(source)
        )
    time = numpy.arange(LENGTH + 20)
    awake = (time % 1000 >= 300) & (time % 1000 < 600)
    current = numpy.where(awake, 0.08, 0.000012).astype("f4")
    voltage = numpy.where(awake, 3.0, 3.6).astype("f4")
    signals = [
        (1, 1, "current", "A", 503, current[:LENGTH]),
        (2, 1, "voltage", "V", 513, voltage[10 : LENGTH + 10]),
        (3, 2, "current", "A", 503, (current / 8)[:LENGTH]),
    ]
    for number, source, name, units, first, values in signals:
        # By UTC the ids of each signal have a beginning of their own.
        begin = first if by == "ids" else 100 * number
        writer.signal_def(
            signal_id=number, source_id=source, signal_type=SignalType.FSR, sample_rate=RATE, name=name, units=units
        )
        writer.fsr_f32(number, begin, values)
        if by == "utc":
            second = 1 << 30
            for sample in (0, 2000):
                writer.utc(number, begin + sample, (1000 << 30) + (first + sample) * second // RATE)
    if by == "ids":
        writer.signal_def(
            signal_id=4, source_id=1, signal_type=SignalType.FSR, data_type=DataType.U1, sample_rate=RATE, name="gpi[0]",
            units="",
        )
        writer.fsr(4, 507, numpy.packbits(awake[4 : LENGTH + 4].astype("u1"), bitorder="little"))
