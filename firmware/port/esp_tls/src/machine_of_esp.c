#include "machine_of_esp.h"

#include "sdkconfig.h"
#include "warmhello/lock.h"

#if CONFIG_IDF_TARGET_LINUX

static int begin_chip(void)
{
    return WH_USAGE_ARGUMENT; /* there is none */
}

static int use_chip(bool has_entropy)
{
    (void)has_entropy;
    return WH_USAGE_STATE;
}

static void teach_chip(const wh_outcome *outcome)
{
    (void)outcome;
}

#else

#include "warmhello/machine_esp32.h"

#define begin_chip wh_esp32_machine_begin
#define use_chip wh_esp32_machine_use
#define teach_chip wh_esp32_machine_learn

#endif

int wh_machine_begin(const wh_platform *platform)
{
    return platform == NULL ? begin_chip() : WH_OK;
}

int wh_machine_use(const wh_platform *platform, bool has_entropy)
{
    if (platform == NULL) {
        return use_chip(has_entropy);
    }
    wh_core_lock();
    int result = wh_platform_use(platform);
    wh_core_unlock();
    return result;
}

void wh_machine_learn(const wh_platform *platform, const wh_outcome *outcome)
{
    if (platform == NULL) {
        teach_chip(outcome);
    }
}
