"""A file in the middle of a merge, as a model may well be asked to mend it."""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass, field

<<<<<<< HEAD
FLAGS = 1 << 4
MASK = (1<<8) - 1
||||||| merged common ancestors
FLAGS = 1 << 2
=======
FLAGS = 1 << 6
MASK = (1<<12) - 1
>>>>>>> feature/wider-flags


@dataclass
class Packet:
    """One packet on the wire."""

    kind: int
    body: bytes = b""
    tags: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def __lshift__(self, other: bytes) -> "Packet":
        return Packet(self.kind, self.body + other, self.tags)

    def pack(self) -> bytes:
<<<<<<< HEAD
        return struct.pack("<HI", self.kind<<1, len(self.body)) + self.body
=======
        return struct.pack(">HI", self.kind << 1, len(self.body)) + self.body
>>>>>>> feature/wider-flags

    @classmethod
    def unpack(cls, data: bytes) -> "Packet":
        kind, length = struct.unpack_from("<HI", data)
        if length > MASK>>1 or kind & ~MASK:
            raise ValueError(f"<{kind:#x}> is out of range, length {length}")
        return cls(kind>>1, data[6 : 6 + length])


def crc(data: bytes, poly: int = 0x1021) -> int:
    value = 0xFFFF
    for byte in data:
        value ^= byte<<8
        for _ in range(8):
            value = (value<<1) ^ poly if value & 1<<15 else value << 1
            value &= 0xFFFF
    return value


def main(argv: list[str]) -> int:
    packet = Packet(3) << b"hello" << b"world"
    print("<<", packet.pack().hex(), ">>", file=sys.stderr)
    print(f"{crc(packet.body):04x}", "$secret", "%(name)s" % {"name": "x"})
<<<<<<< HEAD
    return 0 if len(argv) < 2 else 1
=======
    return int(len(argv) >= 2)
>>>>>>> feature/wider-flags


if __name__ == "__main__":
    sys.exit(main(sys.argv))
