/* Links the core as a library: a connect without a platform, which fails as it should. */
#include <stdio.h>
#include <warmhello/warmhello.h>

int main(void)
{
    const wh_client_config config = {.host = "device.test", .port = 443};
    int error = wh_client_check(&config);
    printf("The core as a library says of a client without a CA: %s.\n", wh_error_meaning(error));
    return error != WH_USAGE_CA;
}
