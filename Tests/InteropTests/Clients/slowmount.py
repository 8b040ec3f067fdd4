#!/usr/bin/env python3
"""A mount of its own device that stops answering while a file says so: what a dead NFS server does to its client.

usage: slowmount.py DIRECTORY MOUNTPOINT GATE

Shows DIRECTORY, read only, at MOUNTPOINT by the kernel's FUSE protocol (linux/fuse.h, version 7.31). While GATE exists,
nobody is answered; afterwards all are, in the order in which they asked. Needs CAP_SYS_ADMIN in the mount namespace.
Prints "mounted"; ends, and unmounts, when standard input closes.
"""
import ctypes
import errno
import os
import select
import stat
import struct
import sys

LOOKUP, FORGET, GETATTR, OPEN, READ, RELEASE, INIT, OPENDIR, READDIR, RELEASEDIR, BATCH_FORGET = (
    1, 2, 3, 14, 15, 18, 26, 27, 28, 29, 42)
HEADER = struct.Struct("<IIQQIIII")
UNMOUNT_AT_ONCE = 2  # MNT_DETACH

source, mountpoint, gate = sys.argv[1:]
paths = {1: source}  # by node
nodes = {source: 1}
files = {}  # by handle


def attributes(node, status):
    return struct.pack(
        "<QQQQQQIIIIIIIIII", node, status.st_size, (status.st_size + 511) // 512, int(status.st_atime),
        int(status.st_mtime), int(status.st_ctime), 0, 0, 0, status.st_mode, 1, status.st_uid, status.st_gid, 0, 4096, 0)


def name_to_node(path):
    if path not in nodes:
        nodes[path] = len(nodes) + 1
        paths[nodes[path]] = path
    return nodes[path]


def lookup(node, body):
    path = os.path.join(paths[node], os.fsdecode(body.rstrip(b"\0")))
    status = os.lstat(path)
    found = name_to_node(path)
    return struct.pack("<QQQQII", found, 0, 0, 0, 0, 0) + attributes(found, status)


def listing(path):
    """What READDIR shows, each entry padded to 8 bytes."""
    result = b""
    for index, name in enumerate([".", ".."] + sorted(os.listdir(path)), 1):
        raw = os.fsencode(name)
        kind = stat.S_IFMT(os.lstat(os.path.join(path, name)).st_mode) >> 12
        entry = struct.pack("<QQII", index, index, len(raw), kind) + raw
        result += entry + bytes(-len(entry) % 8)
    return result


def answer(opcode, node, body):
    """The answer's body; None if there is no answer at all."""
    if opcode == INIT:
        # No readahead beyond what is asked for, so that every read of the server's comes here.
        return struct.pack("<IIIIHHII", 7, 31, 0, 0, 16, 12, 65536, 1) + bytes(36)
    if opcode in (FORGET, BATCH_FORGET):
        return None
    if opcode == LOOKUP:
        return lookup(node, body)
    if opcode == GETATTR:
        return struct.pack("<QII", 0, 0, 0) + attributes(node, os.lstat(paths[node]))
    if opcode in (OPEN, OPENDIR):
        handle = len(files) + 1
        files[handle] = listing(paths[node]) if opcode == OPENDIR else os.open(paths[node], os.O_RDONLY)
        return struct.pack("<QII", handle, 0, 0)
    if opcode in (READ, READDIR):
        handle, offset, size = struct.unpack_from("<QQI", body)
        if opcode == READ:
            return os.pread(files[handle], size, offset)
        # The offset is an index here: all entries at once, then none.
        return files[handle][:size] if offset == 0 else b""
    if opcode in (RELEASE, RELEASEDIR):
        file = files.pop(struct.unpack_from("<Q", body)[0])
        if opcode == RELEASE:
            os.close(file)
        return b""
    raise OSError(errno.ENOSYS, "not in this mount")


def serve(device):
    while True:
        ready, _, _ = select.select([device, sys.stdin], [], [], 0.1)
        if sys.stdin in ready:
            return
        if device not in ready:
            continue
        message = os.read(device, 1 << 20)
        length, opcode, unique, node, *_ = HEADER.unpack_from(message)
        while os.path.exists(gate):
            if select.select([sys.stdin], [], [], 0.05)[0]:
                return
        code = 0
        try:
            body = answer(opcode, node, message[HEADER.size:length])
        except OSError as error:
            code, body = -error.errno, b""
        if body is not None:
            try:
                os.write(device, struct.pack("<IiQ", 16 + len(body), code, unique) + body)
            except FileNotFoundError:
                pass  # who asked has gone


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()},allow_other"
    if libc.mount(b"slow", os.fsencode(mountpoint), b"fuse.slow", 0, options.encode()) != 0:
        sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
    try:
        print("mounted", flush=True)
        serve(device)
    finally:
        libc.umount2(os.fsencode(mountpoint), UNMOUNT_AT_ONCE)


main()
