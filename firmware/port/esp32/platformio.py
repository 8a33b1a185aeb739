"""PlatformIO: makes the app's C source before a board's firmware is built, and flashes what goes beside it.

`warmhello flash` has made it already then, and says so by WARMHELLO_PROGRAM_IS_BUILT. An image of
`warmhello provision` that WARMHELLO_PROVISION names goes into its partition in the same upload.
"""
import csv
import os
import subprocess

Import("env")  # noqa: F821  what SCons gives a script instead of an import

project = env.subst("$PROJECT_DIR")  # noqa: F821
chip = env.BoardConfig().get("build.mcu")  # noqa: F821
program = os.path.join(project, "build", "program", chip)


def build_program(env):
    app = env.GetProjectOption("custom_app")
    board = env.GetProjectOption("custom_board")
    warmhello = os.path.join(project, "ts", "cli", "warmhello.mjs")
    done = subprocess.run(["node", warmhello, "build", app, "--board", board, "--out", program], cwd=project)
    if done.returncode != 0:
        env.Exit(done.returncode)


def offset_of(partition):
    with open(os.path.join(project, "boards", "partitions.csv")) as file:
        for row in csv.reader(line for line in file if not line.startswith("#")):
            if row and row[0].strip() == partition:
                return row[3].strip()
    raise SystemExit("boards/partitions.csv has no partition %s" % partition)


def flash_beside(env, partition, image):
    env.Append(FLASH_EXTRA_IMAGES=[(offset_of(partition), image)])


if not env.IsCleanTarget():  # noqa: F821
    if not os.environ.get("WARMHELLO_PROGRAM_IS_BUILT"):
        build_program(env)  # noqa: F821
    flash_beside(env, "dcfg", os.path.join(program, "dcfg.bin"))  # noqa: F821
    if os.environ.get("WARMHELLO_PROVISION"):
        flash_beside(env, "wh_prov", os.environ["WARMHELLO_PROVISION"])  # noqa: F821
