/* Any bytes as the CA file, as the device's certificates and as its key: the client and the check of a file
 * by itself come to the same verdict, and a refusal is told in words. */
#include "fuzz_platform.h"

#include <string.h>

#include "bundle.h"
#include "warmhello/check_file.h"

static int error_of(const wh_client_config *config)
{
    return wh_client_check(config);
}

static int check(wh_file_role role, const uint8_t *data, size_t size)
{
    wh_file_finding finding;
    int result = wh_check_file(role, "file", data, size, &finding);
    fuzz_require(memchr(finding.problem, '\0', sizeof finding.problem) != NULL, "the problem ends");
    fuzz_require(memchr(finding.advice, '\0', sizeof finding.advice) != NULL, "the advice ends");
    fuzz_require(result != WH_OK || finding.problem[0] == '\0', "no problem with a file that is taken");
    if (result == WH_USAGE_CERTIFICATE || result == WH_USAGE_KEY || result == WH_USAGE_KEY_ENCRYPTED) {
        fuzz_require(finding.problem[0] != '\0' && finding.advice[0] != '\0', "a refusal has words");
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_platform_reset();
    wh_client_config config = fuzz_config();
    wh_client_config as_ca = config;
    as_ca.ca = data;
    as_ca.ca_size = size;
    int of_file = check(WH_FILE_CA, data, size);
    int of_client = error_of(&as_ca);
    bool is_bundle =
        of_client == WH_OK && of_file == WH_USAGE_CA && wh_bundle_count((wh_der){data, size}) > 0;
    fuzz_require(of_client == of_file || is_bundle, "the same verdict of a CA file, but of a bundle");
    wh_client_config as_own = config;
    as_own.certificate = as_own.key = data;
    as_own.certificate_size = as_own.key_size = size;
    int error = check(WH_FILE_CERTIFICATE, data, size);
    if (error == WH_OK) {
        error = check(WH_FILE_KEY, data, size);
    } else {
        (void)check(WH_FILE_KEY, data, size);
    }
    int whole = data != NULL ? error_of(&as_own) : error;
    fuzz_require(whole == error || (error == WH_OK && whole == WH_USAGE_KEY_MISMATCH),
                 "the same verdict of a device's");
    wh_file_finding finding;
    for (uint32_t number = 1; number <= 3; number++) {
        (void)!wh_check_left_aside("file", data, size, number, &finding);
    }
    return 0;
}
