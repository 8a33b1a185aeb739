"""A stand-in for arduino-esp32: a sketch finds our declarations of it (test/arduino, test/esp32)."""
import os

from SCons.Script import DefaultEnvironment

env = DefaultEnvironment()
checkout = os.environ["WARMHELLO_CHECKOUT"]
env.Append(
    CCFLAGS=["-Wall", "-Wextra", "-Werror"],
    CXXFLAGS=["-std=gnu++17"],
    CPPDEFINES=["WH_CHECK_ESP32C3", ("ESP_ARDUINO_VERSION_MAJOR", env.GetProjectOption("custom_arduino"))],
    # Others' names, which our rules are not for.
    CPPFLAGS=[word for kind in ["arduino", "esp32"] for word in ["-isystem", os.path.join(checkout, "test", kind, "declarations")]],
)
