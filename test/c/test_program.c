/* The program in the firmware and the one in flash; the runtime's manager is played here. */
#include <string.h>

#include "test_case.h"

#include "devicescript.h"
#include "warmhello/program.h"

enum { HEADER_SIZE = 128, IMAGE_SIZE = 64, DEPLOY_FAILS = -2, RESTART_AFTER = 50 * 1024 };

static const uint8_t image[IMAGE_SIZE] = {'D', 'e', 'v', 'S'};
static const wh_program program = {"app", "esp32c3_bare", image, sizeof image, {1, 2, 3}};
static const uint8_t newer[IMAGE_SIZE] = {'D', 'e', 'v', 'T'};
static const wh_program renewed = {"app", "esp32c3_bare", newer, sizeof newer, {1, 2, 4}};
static const wh_program nothing = {"", "", NULL, 0, {0}};

static struct {
    int has_program; /* whole, with its header complete */
    uint8_t sha256[JD_SHA256_HASH_BYTES];
    unsigned deploys;
    unsigned restarts;
    int deploy_error;
    int power_goes;
    const wh_program *deploying;
    /* Another runtime's, whose header is not the one that is known. */
    int has_other_header;
    unsigned hashes;
    uint8_t stored[HEADER_SIZE + IMAGE_SIZE];
} flash;

uint32_t now = 1000000;

const void *jd_settings_get_large(const char *key, unsigned *sizep)
{
    assert_string_equal(key, "*prog");
    *sizep = sizeof flash.stored;
    return flash.has_program || flash.deploys > 0 ? flash.stored : NULL;
}

/* The size comes first, the rest of the header when the program is whole. */
static void store(const wh_program *what, int is_whole)
{
    const uint32_t first[] = {flash.has_other_header ? 0 : 0x8d8abd53, what->size};
    const uint32_t last = 0xb27c4b2b;
    memset(flash.stored, 0xff, sizeof flash.stored);
    memcpy(flash.stored, first, sizeof first);
    if (is_whole) {
        memcpy(flash.stored + sizeof first, &last, sizeof last);
    }
    memcpy(flash.stored + HEADER_SIZE, what->image, what->size);
}

int devsmgr_get_hash(uint8_t hash[JD_SHA256_HASH_BYTES])
{
    flash.hashes++;
    if (!flash.has_program) {
        memset(hash, 0, JD_SHA256_HASH_BYTES);
        return -1;
    }
    memcpy(hash, flash.sha256, JD_SHA256_HASH_BYTES);
    return 0;
}

int devsmgr_deploy(const void *img, unsigned imgsize)
{
    assert_ptr_equal(img, flash.deploying->image);
    assert_int_equal(imgsize, IMAGE_SIZE);
    flash.deploys++;
    flash.has_program = 0; /* the old one goes first */
    store(flash.deploying, flash.deploy_error == 0 && !flash.power_goes);
    if (flash.deploy_error != 0 || flash.power_goes) {
        return flash.deploy_error;
    }
    memcpy(flash.sha256, flash.deploying->sha256, sizeof flash.sha256);
    flash.has_program = 1;
    return 0;
}

void devsmgr_restart(void)
{
    assert_int_equal(now + RESTART_AFTER, 1000000); /* so that it is due at once */
    flash.restarts++;
}

static int boot(const wh_program *with)
{
    flash.deploying = with;
    return wh_program_start(with);
}

static int erase_flash(void **state)
{
    (void)state;
    memset(&flash, 0, sizeof flash);
    return 0;
}

TEST_WITH(the_first_boot_deploys_the_program, erase_flash, NULL)
{
    assert_int_equal(boot(&program), WH_PROGRAM_DEPLOYED);
    assert_int_equal(flash.deploys, 1);
    assert_int_equal(flash.restarts, 0);
}

TEST_WITH(every_other_boot_restarts_it_without_a_write, erase_flash, NULL)
{
    assert_int_equal(boot(&program), WH_PROGRAM_DEPLOYED);
    for (unsigned wake = 1; wake <= 100; wake++) {
        assert_int_equal(boot(&program), WH_PROGRAM_RESTARTED);
        assert_int_equal(flash.restarts, wake);
    }
    assert_int_equal(flash.deploys, 1);
    assert_int_equal(flash.hashes, 1); /* before the first deploy: 7 ms of each wake otherwise */
    assert_int_equal(now, 1000000);
}

TEST_WITH(a_runtime_with_another_header_is_asked_for_its_hash_and_writes_no_flash, erase_flash, NULL)
{
    flash.has_other_header = 1;
    assert_int_equal(boot(&program), WH_PROGRAM_DEPLOYED);
    assert_int_equal(boot(&program), WH_PROGRAM_RESTARTED);
    assert_int_equal(flash.deploys, 1);
    assert_int_equal(flash.hashes, 2);
}

TEST_WITH(new_firmware_replaces_the_program, erase_flash, NULL)
{
    assert_int_equal(boot(&program), WH_PROGRAM_DEPLOYED);
    assert_int_equal(boot(&renewed), WH_PROGRAM_DEPLOYED);
    assert_int_equal(boot(&renewed), WH_PROGRAM_RESTARTED);
    assert_int_equal(flash.deploys, 2);
}

TEST_WITH(a_deploy_that_the_power_cut_short_is_made_again, erase_flash, NULL)
{
    flash.power_goes = 1;
    (void)!boot(&program);
    flash.power_goes = 0;
    assert_int_equal(boot(&program), WH_PROGRAM_DEPLOYED);
    assert_int_equal(boot(&program), WH_PROGRAM_RESTARTED);
}

TEST_WITH(a_program_that_the_runtime_refuses_is_an_error_each_time, erase_flash, NULL)
{
    flash.deploy_error = DEPLOY_FAILS;
    assert_int_equal(boot(&program), DEPLOY_FAILS);
    assert_int_equal(boot(&program), DEPLOY_FAILS);
    assert_int_equal(flash.restarts, 0);
}

TEST_WITH(firmware_without_a_program_starts_the_one_that_was_deployed_by_other_means, erase_flash, NULL)
{
    assert_int_equal(boot(&nothing), WH_PROGRAM_NONE);
    assert_int_equal(flash.restarts, 0);
    assert_int_equal(boot(&program), WH_PROGRAM_DEPLOYED);
    assert_int_equal(boot(&nothing), WH_PROGRAM_RESTARTED);
    assert_int_equal(flash.deploys, 1);
}
