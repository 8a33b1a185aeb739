/* WH_ONLY_TEST=name runs that one test of a program: `npm run guards` wants to know of one test
 * what the others, or their end, must not hide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

__attribute__((constructor)) static void run_only_the_named_test(void)
{
    const char *name = getenv("WH_ONLY_TEST"); /* NOLINT(concurrency-mt-unsafe): nothing else runs yet */
    if (name != NULL) {
        cmocka_set_test_filter(name);
    }
}
