"""What the real platform would build and flash, written down instead: build/told.json."""
import json
import os

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()


def tell(target, source, env):
    told = {
        "chip": env.BoardConfig().get("build.mcu"),
        "beside": [[offset, env.subst(image)] for offset, image in env.get("FLASH_EXTRA_IMAGES", [])],
        "cmake": env.subst(env.BoardConfig().get("build.cmake_extra_args")),
    }
    with open(os.path.join(env.subst("$PROJECT_DIR"), "build", "told-%s.json" % told["chip"]), "w") as file:
        json.dump(told, file)


if "arduino" in env["PIOFRAMEWORK"]:  # compiled, but not linked: nothing of the chip is here
    env.BuildProgram()
    Default([env["PIOBUILDFILES"], env["LIBS"]])
else:
    told = env.Alias("buildprog", None, tell)
    AlwaysBuild(told)
    AlwaysBuild(env.Alias("upload", told, tell))
    Default(told)
