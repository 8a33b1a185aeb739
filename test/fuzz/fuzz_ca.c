/* Any bytes as the CA file. */
#include "fuzz_platform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_platform_reset();
    wh_client_config config = fuzz_config();
    config.ca = data;
    config.ca_size = size;
    wh_client client;
    if (wh_client_init(&client, &config) == WH_OK) {
        wh_client_free(&client);
    }
    return 0;
}
