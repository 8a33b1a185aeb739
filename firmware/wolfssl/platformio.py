"""PlatformIO: adds wolfSSL's source to a build.

For this project it is an extra script, for others that of the library in firmware/library.json. The source is looked for
in WOLFSSL_DIR, among the project's other libraries, and where this project's set-up puts it.
"""
import glob
import inspect
import os
import re

Import("env")  # noqa: F821  what SCons gives a script instead of an import

here = os.path.dirname(os.path.abspath(inspect.getframeinfo(inspect.currentframe()).filename))
with open(os.path.join(here, "VERSION")) as file:
    version = file.read().strip()


def version_in(folder):
    header = os.path.join(folder, "wolfssl", "version.h")
    if not os.path.exists(header):
        return None
    with open(header) as file:
        return re.search(r'LIBWOLFSSL_VERSION_STRING "(.*)"', file.read()).group(1)


def find_wolfssl():
    libraries = os.path.join(env.subst("$PROJECT_LIBDEPS_DIR"), env["PIOENV"])  # noqa: F821
    named = os.environ.get("WOLFSSL_DIR")
    places = [named] if named else [
        *sorted(glob.glob(os.path.join(libraries, "*"))),
        os.path.join(here, "..", "..", "build", "wolfssl-" + version),
    ]
    found = {folder: version_in(folder) for folder in places}
    for folder, its_version in found.items():
        if its_version == version:
            return os.path.abspath(folder)
    others = "".join(" %s holds %s." % pair for pair in found.items() if pair[1])
    raise SystemExit(
        "warmhello needs the source of wolfSSL %s.%s Name it in lib_deps, as wolfssl=URL, with lib_ignore = wolfssl beside it; or set "
        "WOLFSSL_DIR to its folder; in a checkout of warmhello run: npm run setup." % (version, others)
    )


wolfssl = find_wolfssl()
env.Append(CPPPATH=[wolfssl, here], CPPDEFINES=["WOLFSSL_USER_SETTINGS"])  # noqa: F821
with open(os.path.join(here, "sources.txt")) as file:
    sources = ["+<%s>" % line.strip() for line in file if line.strip()]
library = env.Clone()  # noqa: F821
library.Append(CCFLAGS=["-w"])  # another project's warnings are not ours to act on
library.BuildSources(os.path.join("$BUILD_DIR", "wolfssl"), wolfssl, sources)
mended = ["tls13_mended", "internal_any_path", "ecc_special_only", "random_no_self_test", "sha256_on_stack"]
library.BuildSources(os.path.join("$BUILD_DIR", "wolfssl_mended"), here, ["+<%s.c>" % name for name in mended])
