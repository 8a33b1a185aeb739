"""PlatformIO: builds each test/c/test_*.c as a program of its own for `pio test -e native`.

PlatformIO's own way is one program a folder; ours have their mains side by side, as CMake builds them.
"""
import glob
import os

from SCons.Script import COMMAND_LINE_TARGETS, Default

Import("env")  # noqa: F821  what SCons gives a script instead of an import


def build_programs(env):
    folder = env.subst("$PROJECT_TEST_DIR")
    # All that the example is made of, but for its main; and the service.
    objects = [node for node in env.Flatten(env["PIOBUILDFILES"]) if not str(node).endswith("resume.o")]
    objects += [env.Object(node) for node in env.CollectBuildFiles("$BUILD_DIR/service", "$PROJECT_SRC_DIR/service")]
    under_test = env.StaticLibrary("$BUILD_DIR/under_test", objects)
    only = [node for node in objects if str(node).endswith("support/only.o")]
    for source in sorted(glob.glob(os.path.join(folder, "test_*.c"))):
        name = os.path.splitext(os.path.basename(source))[0]
        main = env.Object(os.path.join("$BUILD_DIR", "mains", name + ".o"), source)
        program = os.path.join("$BUILD_DIR", "tests", name)
        Default(env.Program(program, [main, *only], LIBS=[under_test, *env["LIBS"]]))


if "__test" in COMMAND_LINE_TARGETS:
    vectors = os.path.join(env.subst("$PROJECT_DIR"), "test", "vectors")  # noqa: F821
    env.Append(CPPDEFINES=[("WH_VECTORS", env.StringifyMacro(vectors))])  # noqa: F821
    build_programs(env)  # noqa: F821
