/* Links the core as a library: the wolfSSL build that it is tied to. */
#include <stdio.h>
#include <warmhello/binding.h>
#include <warmhello/warmhello.h>

int main(void)
{
    printf("The core as a library is built with wolfSSL build %08lx.\n", (unsigned long)wh_wolfssl_build());
    return wh_wolfssl_build() == 0;
}
