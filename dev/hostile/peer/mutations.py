"""One handshake message made wrong: what goes out instead of it. The transcript hash has what went out, so that the peer is
a consistent liar: nothing but the message itself gives it away."""


def _framed(kind, body):
    return bytearray([kind]) + len(body).to_bytes(3, "big") + body


def changed(edit, message):
    """The bytes that an edit makes of a message, header and body."""
    kind, body = message[0], bytearray(message[4:])
    if "cut" in edit:
        body = body[: max(len(body) - edit["cut"], 0)]
    if "add" in edit:
        body = body + bytearray(edit["add"])
    if "flip" in edit:
        body[edit["flip"] % len(body)] ^= edit.get("mask", 1)
    if "body" in edit:
        body = bytearray.fromhex(edit["body"])
    if "size" in edit:
        body = bytearray(edit["size"])
    made = _framed(edit.get("type", kind), body)
    if "length" in edit:
        made[1:4] = edit["length"].to_bytes(3, "big")
    return made


CHANGES = {"cut", "add", "flip", "body", "size", "type", "length"}
