#include "warmhello/program.h"

#include <stdbool.h>
#include <string.h>

#include "devicescript.h"

int wh_program_start(const wh_program *program)
{
    uint8_t stored[WH_PROGRAM_HASH_SIZE];
    const bool has_stored = devsmgr_get_hash(stored) == 0;
    const bool is_stored = has_stored && memcmp(stored, program->sha256, sizeof stored) == 0;

    if (program->size > 0 && !is_stored) {
        const int error = devsmgr_deploy(program->image, program->size);
        return error == 0 ? WH_PROGRAM_DEPLOYED : error;
    }
    if (!has_stored) {
        return WH_PROGRAM_NONE;
    }
    devsmgr_restart();
    return WH_PROGRAM_RESTARTED;
}
