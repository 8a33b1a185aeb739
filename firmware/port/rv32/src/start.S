/* From reset to main: registers, the trap vector, memory, and a painted stack whose
 * untouched part tells later how deep it went. */
    .option arch, +zicsr
    .section .text.start
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, wh_rv32_stack_top
    la tp, __tls_base
    la t0, trap
    csrw mtvec, t0

    la t0, __data_start
    la t1, __data_end
    la t2, __data_source
1:  bgeu t0, t1, 2f
    lw t3, 0(t2)
    sw t3, 0(t0)
    addi t0, t0, 4
    addi t2, t2, 4
    j 1b

2:  la t0, __tls_base
    la t1, __bss_end
3:  bgeu t0, t1, 4f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 3b

4:  la t0, wh_rv32_stack_low
    li t1, 0xa5a5a5a5
5:  bgeu t0, sp, 6f
    sw t1, 0(t0)
    addi t0, t0, 4
    j 5b

6:  call main
    j .

    .balign 4
trap:
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    la sp, wh_rv32_stack_top
    call wh_rv32_trapped
    j .
