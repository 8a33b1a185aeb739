"""PlatformIO: the library of library.json, which names one folder of headers and one list of sources. This adds the rest."""
import inspect
import os
import time

from SCons.Script import DefaultEnvironment, SConscript

Import("env")  # noqa: F821  what SCons gives a script instead of an import

here = os.path.dirname(os.path.abspath(inspect.getframeinfo(inspect.currentframe()).filename))
# Folders, and which of their sources.
parts = {"service": ["+<*>"], "wake": ["+<*>"], "provision": ["+<*>"]}
if env["PIOPLATFORM"] == "native":  # noqa: F821
    parts["port/bsd"] = ["+<*>"]
    parts["port/host"] = ["+<*>", "-<ffi*>"]  # a machine on a desk
if "arduino" in env.get("PIOFRAMEWORK", []):  # noqa: F821
    parts["port/bsd"] = ["+<*>"]
    parts["port/arduino"] = ["+<*>"]
    # The chip without an app of ours: no Wi-Fi, no sleep, no provisioning.
    parts["port/esp32"] = ["+<rtc/>", "+<machine/>", "-<machine/provisioned.c>", "-<machine/settings.c>"]
    env.Append(CPPPATH=[os.path.join(here, "port", "esp32", "src")])  # noqa: F821
    # RTC memory has no room for as many slots as the core can have. build_flags may ask for more than one.
    flags = dict(flag for flag in env.get("CPPDEFINES", []) if isinstance(flag, (list, tuple)))  # noqa: F821
    env.Append(CPPDEFINES=[("WH_PEERS_MAX", flags.get("CONFIG_WARMHELLO_PEERS", 1))])  # noqa: F821
includes = [os.path.join(here, part, "include") for part in parts]

env.Append(CPPPATH=includes)  # noqa: F821
DefaultEnvironment().Append(CPPPATH=includes)
SConscript(os.path.join(here, "wolfssl", "platformio.py"), exports="env")
# A moment that has certainly passed when the program runs: the day's beginning, so that one day's builds are the same.
dated = env.Clone()  # noqa: F821
dated.Append(
    CPPPATH=[os.path.join(here, "base"), os.path.join(here, "core", "include"), os.path.join(here, "core", "src")],
    CPPDEFINES=[("WH_BUILT_S", int(time.time()) // 86400 * 86400)],
)
for part, sources in parts.items():
    dated.BuildSources(os.path.join("$BUILD_DIR", "warmhello", part), os.path.join(here, part, "src"), sources)
