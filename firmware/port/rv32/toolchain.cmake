# Debian's cross compiler and picolibc, for the instruction set of the ESP32-C3.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(machine "-march=rv32imc -mabi=ilp32 --specs=picolibc.specs -ffunction-sections -fdata-sections")
set(CMAKE_C_FLAGS_INIT "${machine}")
set(CMAKE_ASM_FLAGS_INIT "${machine}")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
