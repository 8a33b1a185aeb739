# Python's ssl under asyncio.
import asyncio
import os
import ssl
import sys

if sys.argv[1:] == ["--version"]:
    print(f"Python {sys.version.split()[0]}, {ssl.OPENSSL_VERSION}")
    sys.exit()

GROUPS = {"x25519": "X25519", "secp256r1": "prime256v1"}


def context(env):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(env["CERTIFICATE"], env["KEY"])
    if env["TLS13"] == "false":
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    if env["TICKETS"] == "false":
        made.options |= ssl.OP_NO_TICKET
    if env["GROUP"]:
        made.set_ecdh_curve(GROUPS[env["GROUP"]])
    if env["CLIENT_CA"]:
        made.load_verify_locations(env["CLIENT_CA"])
        made.verify_mode = ssl.CERT_REQUIRED
    return made


async def answer(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    resumed = writer.get_extra_info("ssl_object").session_reused
    writer.write(f"HTTP/1.0 200 OK\r\n\r\nresumed: {str(resumed).lower()}\n".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def main():
    port = int(os.environ["PORT"])
    server = await asyncio.start_server(answer, "127.0.0.1", port, ssl=context(os.environ))
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main())
