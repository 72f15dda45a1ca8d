# needs: dm-mod loop
# seconds: 240
# Bad input and faults: one message, the right exit status, nothing half done.
chmod 755 . /run
layout() { # layout FILE DEVICES VOLUMES
	printf 'dmc: 1\nname: t\ndevices:\n%s\nvolumes:\n%s\n' "$2" "$3" >"$1"
}

# refused WANTED TEXT COMMAND…: this exit status, one error that has TEXT, and all as before.
refused() {
	kt_want=$1 kt_text=$2
	shift 2
	state >before
	kt_got=0
	"$@" >said 2>&1 </dev/null || kt_got=$?
	state >after
	kt_errors=$(grep -c 'error: \|^dmc: ' said) || true
	if [ "$kt_got" -eq "$kt_want" ] && [ "$kt_errors" -eq 1 ] && grep -q -e "$kt_text" said && cmp -s before after; then
		pass "exit $kt_want, \"$kt_text\": $*"
	else
		fail "exit $kt_want, \"$kt_text\": $*"
		note "got $kt_got, $kt_errors messages: $(cat said)"
		note "state: $(diff before after)"
	fi
}

truncate -s 64M a.img b.img
one='  b: {path: /dev/loop7}'
v='  v: {target: linear, device: b, size: 8MiB}'
layout one.yaml "$one" "$v"
layout two.yaml "$one" "$v
  w: {target: linear, device: v}"
[ -b /dev/loop7 ] || mknod /dev/loop7 b 7 7

# ---- nobody, and no device-mapper ----

losetup /dev/loop7 b.img
refused 4 'run it as root' setpriv --reuid 65534 --clear-groups "$DMC_BUILD/dmc" plan one.yaml
refused 4 'run it as root' setpriv --reuid 65534 --clear-groups "$DMC_BUILD/dmc" apply --lock "/dev/shm/l" one.yaml
refused 1 'run it as root' setpriv --reuid 65534 --clear-groups "$DMC_BUILD/dmc" apply one.yaml
refused 1 'run it as root' setpriv --reuid 65534 --clear-groups "$DMC_BUILD/dmc" remove one.yaml
mv /dev/mapper/control .
mkdir /dev/mapper/control
status 4 dmc apply one.yaml
is "the message" "$(printf '%s\n' "$kt_said" | grep -c 'error: /dev/mapper/control')" 1
rmdir /dev/mapper/control
ok "a missing control node is made" dmc apply -q one.yaml
ok "and used to remove" dmc remove -q one.yaml

# ---- keys that are not there ----

layout key.yaml "$one" '  v: {target: crypt, cipher: aes-xts-plain64, key: {file: nowhere.key, size: 64B}, device: b, size: 8MiB}'
refused 1 'there is no key file nowhere.key' dmc apply key.yaml
layout key.yaml "$one" '  v: {target: crypt, cipher: aes-xts-plain64, key: {prompt: true, size: 64B}, device: b, size: 8MiB}'
refused 1 'there is no terminal' setsid -w "$DMC_BUILD/dmc" apply key.yaml

# ---- no such target ----

layout delay.yaml "$one" '  first: {target: linear, device: b, size: 8MiB}
  v: {target: delay, device: b, offset: 8MiB, delay: 1ms, size: 8MiB}'
loader=$(cat /proc/sys/kernel/modprobe)
echo /bin/false >/proc/sys/kernel/modprobe
rmmod dm_delay 2>/dev/null || true
refused 4 "no target 'delay'" dmc apply delay.yaml
ok "the message says what to load" grep -q 'modprobe dm-delay' said
echo "$loader" >/proc/sys/kernel/modprobe
ok "with its module" dmc apply -q delay.yaml
ok "remove" dmc remove -q delay.yaml
for _ in 1 2 3 4; do
	lsmod | awk '/^dm_|^raid|^md_/ { print $1 }' | xargs -n 1 rmmod 2>/dev/null || true
done
if [ ! -e /sys/module/dm_mod ]; then
	echo /bin/false >/proc/sys/kernel/modprobe
	status 4 dmc apply one.yaml
	is "the message" "$(printf '%s\n' "$kt_said" | grep -c 'modprobe dm-mod')" 1
	echo "$loader" >/proc/sys/kernel/modprobe
	modprobe dm-mod
else
	skip "no device-mapper at all" "it is built into this kernel, or in use"
fi

# ---- in use ----

mkdir m
mkswap /dev/loop7 >/dev/null
swapon /dev/loop7
refused 5 '/dev/loop7 is in use' dmc apply one.yaml
swapoff /dev/loop7
/usr/bin/python3 -c 'import os, time
fd = os.open("/dev/loop7", os.O_RDWR | os.O_EXCL)
open("held", "w").close()
time.sleep(60)' &
holder=$!
while [ ! -e held ]; do sleep 0.1; done
refused 5 '/dev/loop7 is in use' dmc apply one.yaml
refused 5 '/dev/loop7 is in use' dmc plan one.yaml
kill $holder
wait $holder || true
ok "free again" dmc apply -q two.yaml
exec 9</dev/mapper/w
refused 5 'w: cannot be removed: it is in use' dmc remove two.yaml
refused 5 'w: cannot be removed: it is in use' dmc apply one.yaml
exec 9<&-
ok "remove" dmc remove -q two.yaml

# ---- vanished ----

ok "a plan is saved" dmc plan -q --out saved one.yaml
losetup -d /dev/loop7
refused 4 'empty node' dmc apply saved
refused 4 'empty node' dmc apply one.yaml
refused 4 'empty node' dmc plan one.yaml
mv /dev/loop7 gone
refused 4 '/dev/loop7: No such file' dmc apply saved
refused 4 '/dev/loop7: No such file' dmc apply one.yaml
mv gone /dev/loop7
losetup /dev/loop7 b.img
ok "it is back: the plan holds" dmc apply -q saved
ok "remove" dmc remove -q one.yaml
layout file.yaml '  a: {file: gone.img, size: 64MiB}' '  v: {target: linear, device: a, size: 8MiB}'
refused 4 'the device is not here' dmc apply file.yaml
ok "the message says how to make the image" grep -q 'truncate -s 67108864 gone.img' said

# ---- read-only ----

losetup -d /dev/loop7
losetup -r /dev/loop7 b.img
refused 3 'every write would fail' dmc apply one.yaml
layout ro.yaml "$one" '  v: {target: linear, device: b, size: 8MiB, read_only: true}'
ok "a read-only volume on it" dmc apply -q ro.yaml
fails "cannot be written" dd if=/dev/zero of=/dev/mapper/v bs=4096 count=1
status 0 dmc plan --detailed-exitcode ro.yaml
ok "remove" dmc remove -q ro.yaml
losetup -d /dev/loop7
losetup /dev/loop7 b.img
mkdir ro
mount -t tmpfs ro ro
truncate -s 64M ro/a.img
mount -o remount,ro ro
layout file.yaml '  a: {file: ro/a.img, size: 64MiB}' '  v: {target: linear, device: a, size: 8MiB}'
refused 1 'cannot be written' dmc apply file.yaml
layout file.yaml '  a: {file: ro/a.img, size: 64MiB, read_only: true}' '  v: {target: linear, device: a, size: 8MiB}'
refused 3 'every write would fail' dmc apply file.yaml
layout file.yaml '  a: {file: ro/a.img, size: 64MiB, read_only: true}' '  v: {target: linear, device: a, read_only: true, size: 8MiB}'
ok "a read-only volume on a read-only image" dmc apply -q file.yaml
ok "remove" dmc remove -q file.yaml
ok "the loop device went with it" umount ro

# ---- too small ----

truncate -s 4M b.img
losetup -c /dev/loop7
refused 1 'b has 8192 sectors; this needs 16384' dmc apply one.yaml
layout size.yaml '  b: {path: /dev/loop7, size: 64MiB}' "$v"
refused 4 'the layout says 64MiB, and /dev/loop7 has 4MiB' dmc apply size.yaml
truncate -s 64M b.img
losetup -c /dev/loop7

# ---- somebody else's ----

dmsetup create v --table '0 8 zero'
refused 3 'a device of that name runs already' dmc apply one.yaml
refused 3 'a device of that name runs already' dmc plan one.yaml
ok "remove leaves it alone" dmc remove -q one.yaml
ok "it is still there" dmsetup info v
dmsetup remove v
dmsetup create mpatha -u mpath-36 --table '0 8 zero'
layout uuid.yaml "$one" '  v: {target: linear, device: b, size: 8MiB, dm_uuid: mpath-36}'
refused 3 'a device with the uuid mpath-36 runs already, as mpatha' dmc apply uuid.yaml
dmsetup remove mpatha
dmsetup create other -u DMC-t--2-v --table '0 8 zero'
ok "a layout whose name begins with ours" dmc apply -q one.yaml
ok "keeps its devices" dmsetup info other
dmsetup remove other
ok "remove" dmc remove -q one.yaml

# A name that is taken between plan and apply.
ok "a plan is saved" dmc plan -q --out saved one.yaml
dmsetup create v --table '0 8 zero'
refused 3 'a device of that name runs already' dmc apply saved
dmsetup remove v

# ---- tables that crash this kernel, or never end ----

# writecache_ctr() of these kernels: a null pointer. Only refused here, never tried.
layout crash.yaml "$one" '  v: {target: writecache, mode: p, origin: {device: b, size: 8MiB}, cache: {device: b, offset: 8MiB, size: 8MiB}, block_size: 4096B}'
refused 1 'writecache.no-dax' dmc apply crash.yaml
ok "low" dmc apply -q two.yaml
layout loop.yaml '  b: {path: /dev/mapper/w}' '  v: {target: linear, device: b, size: 8MiB}
  w: {target: linear, device: v}'
refused 1 'would stand on itself' dmc apply loop.yaml
ok "remove" dmc remove -q two.yaml

# ---- the lock ----

echo 4194303 >/run/dmc.lock
ok "an old number in the lock file is nothing" dmc apply -q one.yaml
ok "remove" dmc remove -q one.yaml
/usr/bin/python3 -c 'import fcntl, time
f = open("/run/dmc.lock", "r+")
fcntl.lockf(f, fcntl.LOCK_EX)
open("locked", "w").close()
time.sleep(60)' &
holder=$!
while [ ! -e locked ]; do sleep 0.1; done
refused 5 "process $holder" dmc apply one.yaml
refused 5 "process $holder" dmc remove one.yaml
status 0 dmc plan one.yaml
kill $holder
wait $holder || true
