#include "machine.h"

enum { PAINT = 0xa5 };

/* Of the linker script. */
extern uint8_t wh_rv32_stack_low[];
extern uint8_t wh_rv32_stack_top[];

/* Also called where the assembler does not know of the counters (zicsr). */
#define READ_COUNTER(name, value) __asm__ volatile(".option arch, +zicsr\n\tcsrr %0, " name : "=r"(value))

uint64_t wh_rv32_instructions(void)
{
    uint32_t high;
    uint32_t low;
    uint32_t again;
    do { /* NOLINT(bugprone-infinite-loop): the processor changes them */
        READ_COUNTER("minstreth", high);
        READ_COUNTER("minstret", low);
        READ_COUNTER("minstreth", again);
    } while (high != again);
    return (uint64_t)high << 32 | low;
}

_Noreturn void wh_rv32_reset(void)
{
    enum { RESET = 0x7777 };
    wh_rv32_write(WH_RV32_RESETTER, RESET);
    for (;;) {
    }
}

uint64_t wh_rv32_clock_us(void)
{
    uint32_t low = wh_rv32_read(WH_RV32_CLOCK); /* latches the other half */
    uint32_t high = wh_rv32_read(WH_RV32_CLOCK + 4);
    return ((uint64_t)high << 32 | low) / 1000u;
}

/* ---- Interrupts: waited for, never taken ------------------------------------------------- */

enum { PLIC_ENABLE = 0x2000, PLIC_THRESHOLD = 0x200000, PLIC_CLAIM = 0x200004, VIRTIO_IRQS = 8 };

void wh_rv32_enable_interrupts(void)
{
    for (uint32_t irq = 1; irq <= VIRTIO_IRQS; irq++) {
        wh_rv32_write(WH_RV32_PLIC + 4 * irq, 1);
    }
    wh_rv32_write(WH_RV32_PLIC + PLIC_ENABLE, 0x1fe);
    wh_rv32_write(WH_RV32_PLIC + PLIC_THRESHOLD, 0);
    uint32_t external = 1u << 11;
    __asm__ volatile(".option arch, +zicsr\n\tcsrw mie, %0" : : "r"(external));
}

void wh_rv32_wait(void)
{
    __asm__ volatile("wfi");
    uint32_t irq = wh_rv32_read(WH_RV32_PLIC + PLIC_CLAIM);
    if (irq != 0) {
        wh_rv32_write(WH_RV32_PLIC + PLIC_CLAIM, irq);
    }
}

/* ---- Console --------------------------------------------------------------------------------- */

void wh_rv32_print(const char *text)
{
    while (*text != '\0') {
        *(volatile uint8_t *)WH_RV32_UART = (uint8_t)*text++;
    }
}

/* In hexadecimal. Without printf, which would be a twentieth of the image. */
static void print_number(const char *before, uint32_t number)
{
    wh_rv32_print(before);
    for (int shift = 28; shift >= 0; shift -= 4) {
        const char digit[2] = {"0123456789abcdef"[number >> shift & 0xf], '\0'};
        wh_rv32_print(digit);
    }
}

_Noreturn void wh_rv32_trapped(uint32_t cause, uint32_t at, uint32_t value);

/* A fault of the program: said, and left to the desk to notice that nothing answers. */
_Noreturn void wh_rv32_trapped(uint32_t cause, uint32_t at, uint32_t value)
{
    enum { POWER_OFF_WITH_FAILURE = 0x3333 };
    print_number("trap: cause ", cause);
    print_number(" at ", at);
    print_number(", value ", value);
    wh_rv32_print("\n");
    wh_rv32_write(WH_RV32_RESETTER, 1u << 16 | POWER_OFF_WITH_FAILURE);
    for (;;) {
    }
}

/* ---- Stack -------------------------------------------------------------------------------------- */

size_t wh_rv32_stack_peak(void)
{
    const uint8_t *at = wh_rv32_stack_low;
    while (at < wh_rv32_stack_top && *at == PAINT) {
        at++;
    }
    return (size_t)(wh_rv32_stack_top - at);
}

void wh_rv32_paint_stack(void)
{
    uintptr_t here;
    __asm__ volatile("mv %0, sp" : "=r"(here));
    for (uintptr_t at = (uintptr_t)wh_rv32_stack_low; at < here; at++) {
        *(volatile uint8_t *)at = PAINT; /* NOLINT(performance-no-int-to-ptr) */
    }
}
