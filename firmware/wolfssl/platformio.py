"""PlatformIO: adds wolfSSL's source, from WOLFSSL_DIR or where set-up vendored it, to a build.

For this project it is an extra script, for others that of the library in firmware/library.json.
"""
import inspect
import os

Import("env")  # noqa: F821  what SCons gives a script instead of an import

here = os.path.dirname(os.path.abspath(inspect.getframeinfo(inspect.currentframe()).filename))
with open(os.path.join(here, "VERSION")) as file:
    version = file.read().strip()
vendored = os.path.join(here, "..", "..", "build", "wolfssl-" + version)
wolfssl = os.path.abspath(os.environ.get("WOLFSSL_DIR") or vendored)
if not os.path.exists(os.path.join(wolfssl, "wolfssl", "version.h")):
    raise SystemExit("There is no wolfSSL source in %s. Run: npm run setup, or set WOLFSSL_DIR." % wolfssl)

env.Append(CPPPATH=[wolfssl, here], CPPDEFINES=["WOLFSSL_USER_SETTINGS"])  # noqa: F821
with open(os.path.join(here, "sources.txt")) as file:
    sources = ["+<%s>" % line.strip() for line in file if line.strip()]
library = env.Clone()  # noqa: F821
library.Append(CCFLAGS=["-w"])  # another project's warnings are not ours to act on
library.BuildSources(os.path.join("$BUILD_DIR", "wolfssl"), wolfssl, sources)
library.BuildSources(os.path.join("$BUILD_DIR", "wolfssl_mended"), here, ["+<tls13_any_ticket.c>", "+<internal_any_path.c>", "+<ecc_special_only.c>"])
