"""Device-mapper's ioctls, loop devices and the kernel's log, in a guest.

Beside dmsetup because a record tells the errno of a single step, which dmsetup does not."""

import errno
import fcntl
import os
import struct

HEAD = struct.Struct("=3I I I I i I I I Q 128s 129s 7x")
SPEC = struct.Struct("=Q Q i I 16s")
CREATE, REMOVE, SUSPEND, LOAD, TABLE, MESSAGE = 3, 4, 6, 9, 12, 14
READONLY, SUSPENDED, STATUS_TABLE, SKIP_LOCKFS, SECURE = 1 << 0, 1 << 1, 1 << 4, 1 << 10, 1 << 15
SIZE = 65536

_control = None


def _ioctl(command, name, flags=0, count=0, data=b""):
    """Sends one request; returns (flags, targets, device number, data) of the answer."""
    global _control
    if _control is None:
        _control = os.open("/dev/mapper/control", os.O_RDWR | os.O_CLOEXEC)
    head = HEAD.pack(4, 0, 0, SIZE, HEAD.size, count, 0, flags, 0, 0, 0, name.encode(), b"")
    buf = bytearray((head + data).ljust(SIZE, b"\0"))
    fcntl.ioctl(_control, 3 << 30 | HEAD.size << 16 | 0xFD << 8 | command, buf, True)
    answer = HEAD.unpack_from(buf)
    return answer[7], answer[5], answer[10], bytes(buf[answer[4]:])


def create(name):
    device = _ioctl(CREATE, name)[2]
    return (device >> 8) & 0xFFF, device & 0xFF | (device >> 12) & 0xFFF00


def load(name, table, read_only=False):
    data = b""
    lines = table.split("\n")
    for line in lines:
        start, length, target, *words = line.split(" ", 3)
        text = (words[0] if words else "").encode() + b"\0"
        text = text.ljust((len(text) + 7) & ~7, b"\0")
        data += SPEC.pack(int(start), int(length), 0, SPEC.size + len(text), target.encode()) + text
    _ioctl(LOAD, name, READONLY if read_only else 0, len(lines), data)


def resume(name):
    _ioctl(SUSPEND, name)


def remove(name):
    _ioctl(REMOVE, name)


def message(name, text):
    _ioctl(MESSAGE, name, 0, 0, struct.pack("=Q", 0) + text.encode() + b"\0")


def status(name, flags=0):
    """The lines `dmsetup status` prints; with STATUS_TABLE those of `dmsetup table`."""
    count, data = _ioctl(TABLE, name, flags)[1::2]
    at, lines = 0, []
    for _ in range(count):
        start, length, _error, following, target = SPEC.unpack_from(data, at)
        words = data[at + SPEC.size:data.index(b"\0", at + SPEC.size)].decode()
        target = target.split(b"\0")[0].decode()
        lines.append(f"{start} {length} {target}" + (f" {words}" if words else ""))
        at = following
    return "\n".join(lines)


LOOP_SET_FD, LOOP_CLR_FD, LOOP_SET_BLOCK_SIZE, LOOP_CTL_ADD = 0x4C00, 0x4C01, 0x4C09, 0x4C80


def loop(number, sectors, block_size, directory):
    """/dev/loopNUMBER over a new sparse file; {dN} of a record is always loopN."""
    control = os.open("/dev/loop-control", os.O_RDWR)
    try:
        fcntl.ioctl(control, LOOP_CTL_ADD, number)
    except OSError as e:
        if e.errno != errno.EEXIST:
            raise
    os.close(control)
    path = f"{directory}/d{number}"
    backing = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.ftruncate(backing, sectors * 512)
    device = os.open(f"/dev/loop{number}", os.O_RDWR)
    fcntl.ioctl(device, LOOP_SET_FD, backing)
    if block_size != 512:
        fcntl.ioctl(device, LOOP_SET_BLOCK_SIZE, block_size)
    os.close(device)
    os.close(backing)


def unloop(number, directory):
    device = os.open(f"/dev/loop{number}", os.O_RDWR)
    fcntl.ioctl(device, LOOP_CLR_FD)
    os.close(device)
    os.unlink(f"{directory}/d{number}")


class Log:
    """Kernel messages since the last call of lines()."""

    def __init__(self):
        self.fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.fd, 0, os.SEEK_END)

    def lines(self):
        found = []
        while True:
            try:
                text = os.read(self.fd, 8192).decode(errors="replace")
            except BlockingIOError:
                return found
            except BrokenPipeError:  # the ring went round
                continue
            found.append(text.split(";", 1)[1].split("\n")[0])
