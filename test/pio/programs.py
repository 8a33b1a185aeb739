"""PlatformIO: builds two of test/c/test_*.c for `pio test -e native`, each a program of its own.

They show that what platformio.ini builds keeps a session, over a loss of power too; CTest runs all of them.
PlatformIO's own way is one program a folder; ours are a file each, with one main for all, as CMake builds them.
"""
import os

from SCons.Script import COMMAND_LINE_TARGETS, Default

Import("env", "projenv")  # noqa: F821  what SCons gives a script instead of an import

PROGRAMS = ["test_resume", "test_power_loss"]


def is_built_of(node, file):
    return str(node).endswith(file)


def build_programs(built, env):
    objects = [node for node in env.Flatten(built) if not is_built_of(node, "examples/resume.o")]
    under_test = env.StaticLibrary("$BUILD_DIR/under_test", objects)
    tests = env.subst("$PROJECT_TEST_DIR")
    main = env.Object("$BUILD_DIR/mains/only.o", os.path.join(tests, "support/only.c"))
    for name in PROGRAMS:
        cases = env.Object(os.path.join("$BUILD_DIR", "mains", name + ".o"), os.path.join(tests, name + ".c"))
        program = os.path.join("$BUILD_DIR", "tests", name)
        Default(env.Program(program, [main, cases], LIBS=[under_test, *env["LIBS"]]))


if "__test" in COMMAND_LINE_TARGETS:
    build_programs(env["PIOBUILDFILES"], projenv)  # noqa: F821
