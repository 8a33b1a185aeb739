/* wolfSSL's callbacks of a connection, registered once per context. Private. */
#ifndef WH_CONN_IO_H
#define WH_CONN_IO_H

struct WOLFSSL_CTX;

void wh_conn_io_configure(struct WOLFSSL_CTX *ctx);

#endif
