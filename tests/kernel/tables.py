"""Plays recorded table verdicts (tests/data/tables) on the running kernel, and compares
what it does now with the record, and with what dmc says: tables.py RECORDS EXCEPTIONS KIND.

One line of TAP for each record and side. EXCEPTIONS: lines `KIND ID WHAT reason`; WHAT is
verdict, text, readback or status (this kernel and the record differ), dmc (this kernel and
dmc differ), again (not loaded a second time, on what the target wrote), or skip. One that is
named and agrees is a failure, too."""

import errno
import json
import os
import re
import subprocess
import sys
import time

import dm

DMC = os.environ["DMC_BUILD"] + "/dmc"
KERNEL = os.environ["KERNEL"]
WORK = os.environ["WORK"]


def exceptions(path, kind):
    found = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            words = line.split(None, 3)
            if words and words[0] == kind:
                found[words[1], words[2]] = words[3].strip()
    return found


def with_devices(text):
    """{d0} -> /dev/loop0, {pool} -> /dev/mapper/pool."""
    text = re.sub(r"\{d(\d+)\}", r"/dev/loop\1", text)
    return re.sub(r"\{(\w+)\}", r"/dev/mapper/\1", text)


class Names:
    """Puts {d0} and {pool} back for device numbers and paths."""

    def __init__(self):
        self.minors = {}

    def put(self, text):
        text = re.sub(r"/dev/loop(\d+)\b", r"{d\1}", text)
        text = re.sub(r"/dev/mapper/(\w+)", r"{\1}", text)
        text = re.sub(r"\b7:(\d+)\b", r"{d\1}", text)
        for minor, name in self.minors.items():
            text = re.sub(rf"\b{minor}\b", "{" + name + "}", text)
        return text


def settle(text):
    """What differs between two runs on one kernel: numbers of devices, names of arrays."""
    text = re.sub(r"\b25[0-9]:\d+\b|\{dm\}", "M:N", text)
    text = re.sub(r"\bvdo\d+:", "vdoN:", text)
    return re.sub(r"\bmd(X|\d+|_\w+)\b", "mdX", text)


def steady(status):
    """A status without what depends on the moment: used metadata, progress of a copy."""
    status = re.sub(r" cache (\d+) \d+/", r" cache \1 N/", status)
    if " raid " in status:
        status = re.sub(r" [Aa-]+ \d+/(\d+) (idle|resync|recover) ", r" AA N/\1 ACTION ", status)
    if " mirror " in status:
        status = re.sub(r" \d+/(\d+) 1 ", r" N/\1 1 ", status)
    return status


def in_sync(name):
    """Waits for an array. Linux 6.1 crashes (md_do_sync) when one goes as its resync starts."""
    for _ in range(40):
        done, total = re.search(r" (\d+)/(\d+) ", dm.status(name)).groups()
        if done == total:
            return
        time.sleep(0.05)


class Live:
    """What the kernel does with a record."""

    def __init__(self, record, log):
        self.record, self.names, self.log = record, Names(), log
        self.made = []

    def make(self, name, table, read_only=False):
        self.stage = "create"
        major, minor = dm.create(name)
        self.made.insert(0, name)
        self.names.minors[f"{major}:{minor}"] = name
        path = f"/dev/mapper/{name}"
        if not os.path.exists(path):
            os.mknod(path, 0o060600, os.makedev(major, minor))
        self.stage = "load"
        dm.load(name, table, read_only)
        self.stage = "resume"
        dm.resume(name)

    def setup(self):
        for name, sectors in self.record["devices"].items():
            dm.loop(int(name[1:]), sectors, self.record.get("block_size", {}).get(name, 512), WORK)
        for op, arg, *rest in self.record.get("setup", []):
            if op == "dm":
                self.make(arg, with_devices(rest[0]))
            elif op == "msg":
                dm.message(arg, rest[0])
            else:
                subprocess.run(["sh", "-c", with_devices(arg)], check=True)

    def play(self):
        """Loads the record's table, keeps what happens, and takes the device away again."""
        self.accepted, self.stage, self.error = False, None, None
        self.log.lines()
        try:
            self.make("t", with_devices(self.record["table"]), self.record.get("readonly", False))
            self.accepted = True
            self.status = self.names.put(dm.status("t"))
            self.readback = self.names.put(dm.status("t", dm.STATUS_TABLE))
        except OSError as e:
            self.error = errno.errorcode.get(e.errno, str(e.errno))
        self.texts = [self.names.put(settle(line)) for line in self.log.lines()]
        if self.accepted and " raid " in self.status:
            in_sync("t")
        self.unmake("t")

    def unmake(self, name):
        if name in self.made:
            dm.remove(name)
            os.unlink(f"/dev/mapper/{name}")
            self.made.remove(name)

    def clear(self):
        for name in list(self.made):
            self.unmake(name)
        for name in self.record["devices"]:
            dm.unloop(int(name[1:]), WORK)

    def wrote(self):
        """True when something is on the devices, which were empty."""
        return any(os.stat(f"{WORK}/{name}").st_blocks for name in self.record["devices"])

    def verdict(self):
        return "accepted" if self.accepted else f"refused at {self.stage} with {self.error}"


def dmc(*args):
    return subprocess.run([DMC, *args], capture_output=True, text=True, check=False, cwd=WORK)


def dmc_says(record, names):
    """(accepted, reason or read-back) of import, check and compile."""
    text = ""
    for op, arg, *rest in record.get("setup", []):
        if op == "dm":
            text += f"{arg}: {rest[0]}\n"
    text += "".join(f"t: {line}\n" for line in record["table"].split("\n"))
    for key in os.listdir("keys"):
        os.unlink("keys/" + key)
    with open("table", "w", encoding="utf-8") as f:
        f.write(with_devices(text))
    r = dmc("import", "-k", KERNEL, "--keys", "keys", "table", "table")
    if r.returncode:
        return False, r.stderr
    read_only = str(record.get("readonly", False)).lower()
    layout = r.stdout.replace("\n  t:\n", f"\n  t:\n    read_only: {read_only}\n")
    with open("layout.yaml", "w", encoding="utf-8") as f:
        f.write(layout)
    r = dmc("check", "-k", KERNEL, "--only", "kernel", "layout.yaml")
    if r.returncode:
        return False, r.stdout + r.stderr
    r = dmc("compile", "-k", KERNEL, "--show-keys", "layout.yaml", "t")
    lines = (re.sub("^t: ", "", line) for line in r.stdout.splitlines())
    return True, r.stderr or names.put("\n".join(lines))


def recorded_verdict(r):
    return "accepted" if r["accepted"] else f"refused at {r['stage']} with {r['errno']}"


def differences(record, live):
    """(what, live, recorded) where this kernel does not do what the record says."""
    names = Names()
    if live.verdict() != recorded_verdict(record):
        yield "verdict", live.verdict(), recorded_verdict(record)
        return
    if record["accepted"]:
        if live.readback != names.put(record["readback"]):
            yield "readback", live.readback, record["readback"]
        if steady(live.status) != steady(names.put(record["status"])):
            yield "status", live.status, record["status"]
        return
    texts = [t for t in record["error"] if "device-mapper: " in t]
    missing = [t for t in map(settle, texts) if t not in live.texts]
    if missing:
        yield "text", " | ".join(live.texts), " | ".join(missing)


def dmc_differs(what, said, live):
    """The same, with what dmc said before the kernel was asked."""
    accepted, text = said
    if accepted != live.accepted:
        yield what, live.verdict(), "accepted" if accepted else text
    elif accepted and text != live.readback:
        yield what, live.readback, text


def report(record, side, whats, found, known):
    """One line of TAP; a difference that is known passes, a known one that is gone fails."""
    named = {w for w in whats if (record["id"], w) in known}
    differing = {d[0] for d in found}
    good = named == differing
    reasons = "; ".join(sorted({known[record["id"], w] for w in named}))
    print(f"{'ok' if good else 'not ok'} - {record['id']}: {side}{' but: ' if reasons else ''}{reasons}")
    if good:
        return
    print(f"# {record['table']!r}")
    for what in sorted(named - differing):
        print(f"# {what}: named as an exception, but agrees")
    for what, here, there in found:
        print(f"# {what}: the kernel now\n#   {here!r}\n# {side}\n#   {there!r}")


RECORDED = ("verdict", "text", "readback", "status")


def play(record, known, log):
    live = Live(record, log)
    try:
        live.setup()
        said = dmc_says(record, live.names)
        live.play()
        report(record, "as recorded", RECORDED, list(differences(record, live)), known)
        report(record, "as dmc says", ("dmc",), list(dmc_differs("dmc", said, live)), known)
        if live.wrote() and (record["id"], "again") not in known:
            said = dmc_says(record, live.names)
            live.play()
            report(record, "as dmc says, again", ("again",), list(dmc_differs("again", said, live)), known)
    finally:
        live.clear()


def main():
    records, exception_file, kind = sys.argv[1:4]
    only = sys.argv[4:]
    known = exceptions(exception_file, kind)
    log = dm.Log()
    os.makedirs("keys", exist_ok=True)
    with open(records, encoding="utf-8") as f:
        for line in f:
            record = json.loads(line)
            if only and record["id"] not in only:
                continue
            if (record["id"], "skip") in known:
                print(f"ok - {record['id']} # SKIP {known[record['id'], 'skip']}")
            elif "devices" not in record:
                print(f"ok - {record['id']} # SKIP this table crashes the kernel")
            elif any("vdoformat" in s[1] for s in record.get("setup", [])):
                print(f"ok - {record['id']} # SKIP vdoformat is not in Debian 12")
            else:
                play(record, known, log)
            sys.stdout.flush()


main()
