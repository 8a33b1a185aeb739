/* qemu's machine "virt" (hw/riscv/virt.c of qemu 7.2): addresses and the few devices used. */
#ifndef WH_RV32_MACHINE_H
#define WH_RV32_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_RV32_RESETTER 0x00100000u
#define WH_RV32_CLOCK 0x00101000u
#define WH_RV32_PLIC 0x0c000000u
#define WH_RV32_UART 0x10000000u
#define WH_RV32_VIRTIO 0x10001000u
#define WH_RV32_FLASH 0x22000000u /* the second of two chips; the first would hold firmware */

/* A device is a number. NOLINTBEGIN(performance-no-int-to-ptr) */
static inline uint32_t wh_rv32_read(uintptr_t at)
{
    return *(volatile uint32_t *)at;
}

static inline void wh_rv32_write(uintptr_t at, uint32_t value)
{
    *(volatile uint32_t *)at = value;
}
/* NOLINTEND(performance-no-int-to-ptr) */

/* Instructions retired since the reset, exactly, with qemu's -icount shift=0. */
uint64_t wh_rv32_instructions(void);

/* Resets the machine; RAM stays. Does not return. */
_Noreturn void wh_rv32_reset(void);

/* Microseconds on the RTC, which starts with the emulator and goes on through resets. */
uint64_t wh_rv32_clock_us(void);

/* Lets time pass until a device wants attention. */
void wh_rv32_wait(void);

/* Enables what wh_rv32_wait() waits for. */
void wh_rv32_enable_interrupts(void);

/* Writes text to the console, for people. */
void wh_rv32_print(const char *text);

/* The most bytes of stack that were in use since the last call of wh_rv32_paint_stack(). */
size_t wh_rv32_stack_peak(void);
void wh_rv32_paint_stack(void);

#endif
