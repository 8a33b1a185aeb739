/* A part of the program that has a wolfSSL of its own: what warmhello calls must not be this. A warning here
 * must not stop the build either: which are errors is for this project to say.
 */
#include <stdio.h>
#include <stdlib.h>

#pragma GCC diagnostic warning "-Wunused-function"
static void unused(void)
{
}

int wolfSSL_Init(void)
{
    (void)fputs("the program's own wolfSSL was called\n", stderr);
    abort();
}

int wolfSSL_Cleanup(void)
{
    return wolfSSL_Init();
}
