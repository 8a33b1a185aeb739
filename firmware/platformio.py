"""PlatformIO: the library of library.json, which names one folder of headers and one list of sources. This adds the rest."""
import inspect
import os

from SCons.Script import DefaultEnvironment, SConscript

Import("env")  # noqa: F821  what SCons gives a script instead of an import

here = os.path.dirname(os.path.abspath(inspect.getframeinfo(inspect.currentframe()).filename))
parts = ["service", "wake", "provision"]
if env["PIOPLATFORM"] == "native":  # noqa: F821
    parts.append(os.path.join("port", "host"))  # a machine on a desk
includes = [os.path.join(here, part, "include") for part in parts]

env.Append(CPPPATH=includes)  # noqa: F821
DefaultEnvironment().Append(CPPPATH=includes)
for part in parts:
    env.BuildSources(os.path.join("$BUILD_DIR", "warmhello", part), os.path.join(here, part, "src"), ["+<*>", "-<ffi*>"])  # noqa: F821
SConscript(os.path.join(here, "wolfssl", "platformio.py"), exports="env")
