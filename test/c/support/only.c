/* The main() of every program of tests. WH_ONLY_TEST=name runs that one test: `npm run guards` wants to know
 * of one test what the others, or their end, must not hide. */
#include "test_case.h"

#include <stdlib.h>

enum { TESTS_MAX = 64 };

static struct CMUnitTest tests[TESTS_MAX];
static size_t count;

void test_add(const char *name, CMUnitTestFunction run, CMFixtureFunction setup, CMFixtureFunction teardown)
{
    if (count == TESTS_MAX) {
        abort();
    }
    tests[count++] = (struct CMUnitTest){name, run, setup, teardown, NULL};
}

int main(void)
{
    const char *name = getenv("WH_ONLY_TEST"); /* NOLINT(concurrency-mt-unsafe): nothing else runs yet */
    if (name != NULL) {
        cmocka_set_test_filter(name);
    }
    return cmocka_run_group_tests(tests, NULL, NULL); /* those without a name are none */
}
