# needs: dm-mod loop
# seconds: 300
# plan, apply and remove on the running kernel.

layout() { # layout FILE VOLUMES: two image files and the volumes
	{
		printf 'dmc: 1\nname: t\ndevices:\n  a: {file: a.img, size: 64MiB}\n  b: {file: b.img, size: 64MiB}\n'
		printf 'volumes:\n%s\n' "$2"
	} >"$1"
}

truncate -s 64M a.img b.img
layout one.yaml '  low: {target: linear, device: a, size: 8MiB}
  high: {target: linear, device: low}'
layout two.yaml '  low: {target: linear, device: a, size: 16MiB}
  high: {target: linear, device: low}'

# ---- create, use, change, remove ----

status 2 dmc plan --detailed-exitcode one.yaml
ok "apply" dmc apply one.yaml
status 0 dmc plan --detailed-exitcode one.yaml
is "nodes are there" "$(ls /dev/mapper | sort | tr '\n' ' ')" "control high low "
is "tables read back" "$(dmsetup table | sort | sed 's/7:[0-9]*/LOOP/; s/25[0-9]:[0-9]*/DM/')" \
	"high: 0 16384 linear DM 0
low: 0 16384 linear LOOP 0"
yes data | head -c 8388608 >data.bin
ok "write through the stack" dd if=data.bin of=/dev/mapper/high bs=1M conv=fsync
is "it lies in the image file" "$(head -c 8388608 a.img | sha256sum)" "$(sha256sum <data.bin)"
ok "grow while it is there" dmc apply two.yaml
is "the new size" "$(blockdev --getsize64 /dev/mapper/high)" 16777216
is "what was written is still there" "$(head -c 8388608 /dev/mapper/high | sha256sum)" "$(sha256sum <data.bin)"
status 3 dmc apply one.yaml
exec 9</dev/mapper/high
status 5 dmc remove two.yaml
is "a refused removal removes nothing" "$(dmsetup ls | wc -l)" 2
exec 9<&-
ok "remove" dmc remove two.yaml
is "nothing is left" "$(state | grep -v -e '^No devices' -e '^control')" ""
is "the data is still in the image file" "$(head -c 8388608 a.img | sha256sum)" "$(sha256sum <data.bin)"

# ---- saved plans ----

ok "a plan is saved" dmc plan --out one.plan one.yaml
ok "and done" dmc apply one.plan
status 3 dmc apply one.plan
ok "it was refused for being stale" sh -c "$DMC_BUILD/dmc apply one.plan 2>&1 | grep -q plan.stale"
ok "remove" dmc remove one.yaml

# ---- a failing step ----

# The last volume's device is too small when the kernel looks, though the layout says otherwise.
truncate -s 1M small.img
layout bad.yaml '  first: {target: linear, device: a, size: 8MiB}
  second: {target: striped, chunk_size: 64KiB, stripes: [first], size: 8MiB}
  last: {target: zero, size: 1MiB}'
state >before
for nr in 1 2 3 4 5 6 7 8 9; do
	if strace -f -qq -o /dev/null -e trace=ioctl -e inject=ioctl:error=ENOMEM:when=$((nr + 3)) \
		"$DMC_BUILD/dmc" apply bad.yaml >said 2>&1; then
		note "request $nr was not needed for anything"
		dmc remove bad.yaml
	fi
	state >after
	ok "everything is as before when request $nr fails" cmp before after
done

# ---- killed on the way ----

for nr in 1 2 3 4 5 6 7 8 9 10 11 12; do
	strace -f -qq -o /dev/null -e trace=ioctl -e inject=ioctl:signal=KILL:when=$((nr + 1)) \
		"$DMC_BUILD/dmc" apply bad.yaml >said 2>&1 || true
	ok "apply finishes what was killed at request $nr" dmc apply bad.yaml
	status 0 dmc plan --detailed-exitcode bad.yaml
	ok "remove" dmc remove bad.yaml
	is "nothing is left" "$(dmsetup ls)" "No devices found"
done

# ---- plan writes nothing ----

ok "apply" dmc apply one.yaml
strace -f -qq -o trace -e trace=open,openat,creat,ioctl,rename,unlink,write,pwrite64 "$DMC_BUILD/dmc" plan two.yaml >plan.out
is "plan opens nothing for writing but the control node" \
	"$(grep -E 'O_(WRONLY|RDWR|CREAT|TRUNC)' trace | grep -v '/dev/mapper/control' || true)" ""
is "plan asks the kernel only for facts" \
	"$(grep -oE 'DM_[A-Z_]+' trace | sort -u | grep -E 'CREATE|REMOVE|RENAME|SUSPEND|LOAD|CLEAR|TARGET_MSG' || true)" ""
ok "there was a plan" grep -q 'size: 8MiB -> 16MiB' plan.out
ok "remove" dmc remove one.yaml

# ---- many, and at once ----

many=$(i=0; while [ $i -lt 200 ]; do
	echo "  v$i: {target: linear, device: {device: a, offset: $((i * 128))KiB}, size: 128KiB}"
	i=$((i + 1)); done)
layout many.yaml "$many"
begin=$(date +%s%N)
ok "200 devices" strace -f -qq -o trace -e trace=ioctl "$DMC_BUILD/dmc" apply many.yaml
note "under strace in $((($(date +%s%N) - begin) / 1000000)) ms"
is "three requests for each: create, load, resume" \
	"$(grep -cE 'DM_(DEV_CREATE|TABLE_LOAD|DEV_SUSPEND|TABLE_CLEAR|DEV_RENAME|TARGET_MSG)' trace)" 600
is "all run" "$(dmsetup ls | wc -l)" 200
status 0 dmc plan --detailed-exitcode many.yaml
ok "and are removed" dmc remove many.yaml

pids=
for i in 1 2 3 4; do
	dmc apply many.yaml >said.$i 2>&1 &
	pids="$pids $!"
done
won=0 busy=0
for pid in $pids; do
	set +e
	wait "$pid"
	r=$?
	set -e
	case $r in 0) won=$((won + 1)) ;; 5) busy=$((busy + 1)) ;; esac
done
is "of four at once each is done or told to wait" "$((won + busy))" 4
ok "one at least is done" [ $won -ge 1 ]
is "all run" "$(dmsetup ls | wc -l)" 200
ok "and are removed" dmc remove many.yaml

# ---- force and deferred ----

ok "apply" dmc apply one.yaml
exec 9</dev/mapper/high
ok "deferred removal of what is open" dmc remove --deferred one.yaml
exec 9<&-
is "it went with its last user" "$(dmsetup ls)" "No devices found"
ok "apply" dmc apply one.yaml
exec 9</dev/mapper/high
ok "forced removal of what is open" dmc remove --force one.yaml
fails "its user gets errors" sh -c 'head -c 4096 <&9'
exec 9<&-
is "and then it is gone" "$(dmsetup ls)" "No devices found"

# ---- metadata: blank space only ----

layout snap.yaml '  base: {target: linear, device: a, size: 8MiB}
  snap: {target: snapshot, origin: base, cow: {device: b, size: 8MiB}, persistent: P, chunk_size: 4KiB}'
mkswap b.img >/dev/null 2>&1
state >before
status 3 dmc apply snap.yaml
dmc apply snap.yaml >said 2>&1 || true
ok "a signature is named" grep -q 'holds swap' said
state >after
ok "nothing was done" cmp before after
status 3 dmc plan snap.yaml
truncate -s 0 b.img
truncate -s 64M b.img
printf 'somebody wrote this' | dd of=b.img conv=notrunc 2>/dev/null
sha256sum b.img >sum
status 3 dmc apply snap.yaml
ok "nothing was written" sha256sum -c sum
ok "allowed by name" dmc apply --allow=format:snap snap.yaml
ok "the kernel has formatted it" sh -c "dmsetup status snap | grep -q '/16384 16'"
ok "remove" dmc remove snap.yaml
ok "its own metadata is used again" dmc apply snap.yaml
ok "remove" dmc remove snap.yaml
# A step after the format fails: the bytes come back.
layout bad-snap.yaml '  base: {target: linear, device: a, size: 8MiB}
  snap: {target: snapshot, origin: base, cow: {device: b, size: 8MiB}, persistent: P, chunk_size: 4KiB}
  top: {target: linear, device: snap}'
truncate -s 0 b.img
truncate -s 64M b.img
printf 'somebody wrote this' | dd of=b.img conv=notrunc 2>/dev/null
n=$(strace -f -qq -e trace=ioctl "$DMC_BUILD/dmc" apply --dry-run --allow=format:snap bad-snap.yaml 2>&1 >/dev/null | grep -c ioctl)
note "$n requests when dry"
before=$(head -c 4096 b.img | sha256sum)
if strace -f -qq -o trace -e trace=ioctl -e inject=ioctl:error=ENOMEM:when=$((n + 12)) \
	"$DMC_BUILD/dmc" apply --allow=format:snap bad-snap.yaml >said 2>&1; then
	note "not reached: $(grep -c . trace) requests"
	dmc remove bad-snap.yaml
else
	is "what was made blank is as before after a failure" "$(head -c 4096 b.img | sha256sum)" "$before"
fi

# ---- what is somebody else's ----

dmsetup create high --table '0 2048 zero'
status 3 dmc apply one.yaml
ok "the other device is untouched" sh -c "dmsetup table high | grep -q '0 2048 zero'"
dmsetup remove high
rm b.img a.img
status 4 dmc apply one.yaml
