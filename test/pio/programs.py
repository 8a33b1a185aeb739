"""PlatformIO: builds each test/c/test_*.c as a program of its own for `pio test -e native`.

PlatformIO's own way is one program a folder; ours are a file each, with one main for all, as CMake builds them.
"""
import glob
import os

from SCons.Script import COMMAND_LINE_TARGETS, Default

Import("env", "projenv")  # noqa: F821  what SCons gives a script instead of an import

# What the tests call and the example, which is built of the rest, does not.
ALSO = "-<*> +<service/> +<wake/> +<provision/> +<port/esp32/src/rtc/>" + "".join(
    " +<port/esp32/src/%s.c>" % name
    for name in ("devicescript/program", "devicescript/temperature", "log/console", "network/ntp")
)


def is_built_of(node, file):
    return str(node).endswith(file)


def build_programs(built, env):
    objects = [node for node in env.Flatten(built) if not is_built_of(node, "examples/resume.o")]
    only = [node for node in objects if is_built_of(node, "support/only.o")]
    objects += [env.Object(node) for node in env.CollectBuildFiles("$BUILD_DIR/also", "$PROJECT_SRC_DIR", ALSO)]
    under_test = env.StaticLibrary("$BUILD_DIR/under_test", objects)
    for source in sorted(glob.glob(os.path.join(env.subst("$PROJECT_TEST_DIR"), "test_*.c"))):
        name = os.path.splitext(os.path.basename(source))[0]
        main = env.Object(os.path.join("$BUILD_DIR", "mains", name + ".o"), source)
        program = os.path.join("$BUILD_DIR", "tests", name)
        Default(env.Program(program, [main, *only], LIBS=[under_test, *env["LIBS"]]))


if "__test" in COMMAND_LINE_TARGETS:
    build_programs(env["PIOBUILDFILES"], projenv)  # noqa: F821
