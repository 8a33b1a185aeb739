/* A plugin for qemu 7.2 that counts the instructions of each function of the firmware, by itself
 * and with all that it calls, for each call of the firmware's root function.
 *
 *   -plugin file=profile_plugin.so,functions=FILE,root=NAME,out=FILE
 *
 * FILE has a line for each function in rising order: its address in hexadecimal, its phase (a
 * number below 16, 0 for none) and its name. Written is, for each call of the root, a line
 * "call N", one for each phase, "phase N", with its instructions, and one for each function that
 * ran: name, own instructions, instructions with callees, calls. What a function with a phase calls is
 * of the same phase, whatever else it may be.
 *
 * Blocks of code are told apart by their addresses. A block that ends in a call makes a frame,
 * one that begins at a frame's return address ends it. Debian has no header of qemu's plugin
 * interface, so what is used of it is declared here (docs/devel/tcg-plugins.rst of qemu 7.2).
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

/* ---- qemu's interface ------------------------------------------------------------------- */

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*translated)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, void (*executed)(unsigned, void *),
                                          int flags, void *data);

EXPORTED int qemu_plugin_version = 1; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */
EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

/* ---- Functions ------------------------------------------------------------------------------- */

#define FUNCTIONS_MAX 8192u
#define FRAMES_MAX 1024u

typedef struct function {
    uint32_t at;
    uint32_t phase;
    char name[96];
    uint64_t own;
    uint64_t with_callees;
    uint64_t calls;
    /* How often it is among the frames: the outermost one counts. */
    uint32_t active;
} function;

typedef struct block {
    uint32_t at;
    uint32_t end;
    uint32_t instructions;
    function *in;
    bool calls;
} block;

typedef struct frame {
    uint32_t returns_to;
    function *of;
    uint32_t phase;
    uint64_t began;
    /* Jumped to by the frame below at its end: both return at once. */
    bool is_tail;
} frame;

static function functions[FUNCTIONS_MAX];
static size_t function_count;
static frame frames[FRAMES_MAX];
static size_t depth;
static const block *before;
static const function *root;
static uint64_t total;
static uint64_t phases[16];
static unsigned root_calls;
static FILE *out;

static function *find(uint32_t at)
{
    size_t low = 0;
    size_t high = function_count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (functions[middle].at <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &functions[low];
}

/* ---- Frames ------------------------------------------------------------------------------------- */

static bool is_in_root(void)
{
    return root != NULL && root->active > 0;
}

static void write_call(void)
{
    (void)fprintf(out, "call %u\n", root_calls++);
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        (void)fprintf(out, "phase %zu %" PRIu64 "\n", i, phases[i]);
        phases[i] = 0;
    }
    for (size_t i = 0; i < function_count; i++) {
        function *one = &functions[i];
        if (one->own > 0 || one->with_callees > 0) {
            (void)fprintf(out, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", one->name, one->own,
                          one->with_callees, one->calls);
        }
        one->own = 0;
        one->with_callees = 0;
        one->calls = 0;
    }
    (void)fflush(out);
}

static void enter(function *of, uint32_t returns_to, bool is_tail)
{
    if (depth == FRAMES_MAX) {
        (void)fprintf(stderr, "profile: too many frames\n");
        exit(1);
    }
    uint32_t outer = depth > 0 ? frames[depth - 1].phase : 0;
    uint32_t phase = outer != 0 ? outer : of->phase;
    frames[depth++] =
        (frame){.returns_to = returns_to, .of = of, .phase = phase, .began = total, .is_tail = is_tail};
    of->active++;
}

/* Ends the last frame. True if the one below ends with it. */
static bool leave(void)
{
    const frame *last = &frames[--depth];
    last->of->active--;
    if (last->of->active == 0) {
        last->of->with_callees += total - last->began;
    }
    if (last->of == root && root->active == 0) {
        write_call();
    }
    return last->is_tail;
}

/* Ends the frames up to the one that returns here, if there is one. */
static void return_to(uint32_t at)
{
    for (size_t i = depth; i > 0; i--) {
        if (frames[i - 1].returns_to == at) {
            bool and_below = true;
            while (depth >= i || (and_below && depth > 0)) {
                and_below = leave();
            }
            return;
        }
    }
}

static void execute(unsigned cpu, void *data)
{
    (void)cpu;
    const block *now = data;
    bool jumped = before == NULL || before->end != now->at || before->calls;
    if (before != NULL && before->calls && now->at == now->in->at) {
        enter(now->in, before->end, false);
    } else if (jumped && now->at == now->in->at && now->in->phase != 0 && depth > 0) {
        enter(now->in, frames[depth - 1].returns_to, true); /* a jump at the end of its caller */
    } else if (jumped) {
        return_to(now->at);
    }
    if (is_in_root()) {
        total += now->instructions;
        now->in->own += now->instructions;
        now->in->calls += jumped && now->at == now->in->at;
        phases[frames[depth - 1].phase] += now->instructions;
    }
    before = now;
}

/* ---- Blocks ------------------------------------------------------------------------------------------ */

/* jal or jalr that keeps the return address in ra, long or compressed. */
static bool is_call(const struct qemu_plugin_insn *insn)
{
    const uint8_t *bytes = qemu_plugin_insn_data(insn);
    uint32_t word = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
    if (qemu_plugin_insn_size(insn) == 2) {
        bool jal = (word & 0xe003) == 0x2001; /* c.jal */
        bool jalr = (word & 0xf07f) == 0x9002 && (word & 0x0f80) != 0;
        return jal || jalr;
    }
    word |= (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    uint32_t opcode = word & 0x7f;
    uint32_t link = word >> 7 & 0x1f;
    return (opcode == 0x6f || opcode == 0x67) && link == 1;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(tb);
    const struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, count - 1);
    block *one = malloc(sizeof *one); /* as long as the process */
    if (one == NULL) {
        exit(1);
    }
    uint32_t at = (uint32_t)qemu_plugin_tb_vaddr(tb);
    *one = (block){
        .at = at,
        .end = (uint32_t)(qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last)),
        .instructions = (uint32_t)count,
        .in = find(at),
        .calls = is_call(last),
    };
    qemu_plugin_register_vcpu_tb_exec_cb(tb, execute, 0, one);
}

/* ---- Start ----------------------------------------------------------------------------------------------
 */

static const char *argument(int argc, char **argv, const char *name)
{
    size_t length = strlen(name);
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=') {
            return argv[i] + length + 1;
        }
    }
    return NULL;
}

static bool read_functions(const char *path)
{
    FILE *in = path != NULL ? fopen(path, "r") : NULL;
    if (in == NULL) {
        return false;
    }
    char line[160];
    while (function_count < FUNCTIONS_MAX && fgets(line, sizeof line, in) != NULL) {
        char *rest = NULL;
        function *one = &functions[function_count++];
        one->at = (uint32_t)strtoul(line, &rest, 16);
        one->phase = (uint32_t)strtoul(rest, &rest, 10) % (sizeof phases / sizeof phases[0]);
        (void)snprintf(one->name, sizeof one->name, "%.*s", (int)strcspn(rest + 1, "\n"), rest + 1);
    }
    (void)fclose(in);
    return function_count > 0 && function_count < FUNCTIONS_MAX;
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    const char *wanted = argument(argc, argv, "root");
    const char *path = argument(argc, argv, "out");
    out = path != NULL ? fopen(path, "w") : NULL;
    if (out == NULL || wanted == NULL || !read_functions(argument(argc, argv, "functions"))) {
        return 1;
    }
    for (size_t i = 0; i < function_count; i++) {
        if (strcmp(functions[i].name, wanted) == 0) {
            root = &functions[i];
        }
    }
    if (root == NULL) {
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
