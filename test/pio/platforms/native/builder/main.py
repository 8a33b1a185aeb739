"""A stand-in for PlatformIO's native platform: SCons' own tools build the program."""
from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
program = env.BuildProgram()
run = env.Alias("upload", program, "$PROGPATH")
AlwaysBuild(run)
Default([program])
