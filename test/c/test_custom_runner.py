"""PlatformIO: runs the programs that test/pio/programs.py builds, and reads the TAP that cmocka prints."""
import os
import re
import subprocess

import click
from platformio.test.exception import UnitTestError
from platformio.test.result import TestCase, TestStatus
from platformio.test.runners.base import TestRunnerBase

RESULT = re.compile(r"^(not )?ok \d+ - (\w+)(?: # (SKIP))?", re.MULTILINE)
LONGEST_S = 300
# Beside those of platformio.ini.
INCLUDES = ["firmware/provision/include", "test/c/support"]


def run(program):
    environment = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    try:
        return subprocess.run(
            [program], env=environment, capture_output=True, text=True, errors="replace", timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess([program], 124, "", f"ended after {late.timeout} s")


class CustomTestRunner(TestRunnerBase):
    def configure_build_env(self, env):
        """What the tests share goes into the build as "test", without their main; each test has a program of its own."""
        project = env.subst("$PROJECT_DIR")
        vectors = os.path.join(project, "test", "vectors")
        env.Replace(PIOTEST_SRC_FILTER=["+<support/>", "-<support/only.c>"])
        env.Append(
            CPPPATH=[os.path.join(project, path) for path in INCLUDES],
            CPPDEFINES=[("WH_VECTORS", env.StringifyMacro(vectors))],
            LIBS=["cmocka", "ssl", "crypto"],
        )
        return env

    def stage_testing(self):
        if self.options.without_testing:
            return
        click.secho("Testing...", bold=True)
        build = self.project_config.get("platformio", "build_dir")
        folder = os.path.join(build, self.test_suite.env_name, "tests")
        for name in sorted(os.listdir(folder)):
            self.add_results(name, run(os.path.join(folder, name)))

    def add_results(self, name, done):
        cases = RESULT.findall(done.stdout)
        for failed, case, skipped in cases:
            status = TestStatus.FAILED if failed else TestStatus.SKIPPED if skipped else TestStatus.PASSED
            self.test_suite.add_case(TestCase(f"{name}:{case}", status))
        failed = any(failed for failed, _, _ in cases)
        if failed or done.returncode != 0 or not cases:
            click.echo(done.stdout + done.stderr)
        if not failed and (done.returncode != 0 or not cases):
            error = UnitTestError(f"{name} ended with {done.returncode} after {len(cases)} tests")
            self.test_suite.add_case(TestCase(name, TestStatus.ERRORED, exception=error))
        click.echo(f"{name}: {len(cases)} tests" + (", failed" if failed else ""))
