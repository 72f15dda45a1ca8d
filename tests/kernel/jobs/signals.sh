# needs: dm-mod loop dm-delay
# seconds: 240
# A signal, or death, while a step waits: a write under way is held for some seconds by dm-delay,
# and the suspend must wait for it.
truncate -s 64M a.img
losetup /dev/loop7 a.img 2>/dev/null || { mknod /dev/loop7 b 7 7 && losetup /dev/loop7 a.img; }
dmsetup create slow --table '0 131072 delay /dev/loop7 0 0 /dev/loop7 0 3000'

layout() { # layout FILE SIZE
	printf 'dmc: 1\nname: t\ndevices: {slow: {path: /dev/mapper/slow}}\nvolumes:\n' >"$1"
	printf '  low: {target: linear, device: slow, size: %s}\n  high: {target: linear, device: low}\n' "$2" >>"$1"
	[ -z "${3-}" ] || printf '  fresh: {target: linear, device: {device: slow, offset: 32MiB}, size: 1MiB}\n' >>"$1"
}
layout small.yaml 8MiB
layout large.yaml 16MiB fresh

# begin: an apply that waits in the middle, everything on its way.
begin() {
	dd if=/dev/zero of=/dev/mapper/low bs=4096 count=1 oflag=direct 2>/dev/null &
	writer=$!
	sleep 0.3
	"$DMC_BUILD/dmc" apply large.yaml >said 2>&1 &
	apply=$!
	for _ in $(seq 50); do
		[ "$(dmsetup info -c --noheadings -o suspended high)" != Suspended ] || return 0
		sleep 0.1
	done
	fail "the suspend of high was to come before that of low, which waits"
}

ok "apply" dmc apply -q small.yaml
for signal in INT TERM HUP; do
	state >before
	begin
	kill -$signal $apply
	got=0
	wait $apply || got=$?
	is "$signal: it ends with" $got 1
	ok "$signal: and says why" grep -q 'apply.interrupted' said
	ok "$signal: nothing is stuck" sh -c '! grep -q -e STUCK -e undo-failed said'
	wait $writer
	state >after
	ok "$signal: all is as before" cmp before after
	status 2 dmc plan --detailed-exitcode large.yaml
	ok "$signal: high can be read" timeout 10 dd if=/dev/mapper/high of=/dev/null bs=4096 count=1 iflag=direct
done

begin
kill -INT $apply
# It may be through with it by now.
kill -INT $apply 2>/dev/null || true
kill -TERM $apply 2>/dev/null || true
got=0
wait $apply || got=$?
is "signals while it undoes: it ends with" $got 1
wait $writer
state >after
ok "all is as before" cmp before after

# ---- killed ----

begin
is "a second one must wait" "$(dmc apply large.yaml 2>&1 | sed 's/process [0-9]*/process N/')" \
	"dmc: another apply or remove is at work (process N); wait for it and try again"
ok "it names the process" sh -c "$DMC_BUILD/dmc apply large.yaml 2>&1 | grep -q 'process $apply)'"
kill -KILL $apply
wait $apply || true
wait $writer
is "killed: high is left suspended" "$(dmsetup info -c --noheadings -o suspended high)" Suspended
layout more.yaml 16MiB fresh
echo '  top: {target: snapshot, origin: high, cow: {device: slow, offset: 40MiB, size: 4MiB}, persistent: P, chunk_size: 4KiB}' >>more.yaml
ok "plan does not wait for what is suspended" timeout 20 "$DMC_BUILD/dmc" plan more.yaml
ok "plan tells that it is" sh -c "$DMC_BUILD/dmc plan small.yaml | grep -q 'was left suspended'"
ok "apply goes on from there" dmc apply -q large.yaml
status 0 dmc plan --detailed-exitcode large.yaml
ok "high can be read" timeout 10 dd if=/dev/mapper/high of=/dev/null bs=4096 count=1 iflag=direct
ok "remove" dmc remove -q large.yaml

# ---- what is said goes to a device that is suspended ----

ok "apply" dmc apply -q small.yaml
if busybox mke2fs /dev/mapper/high >/dev/null 2>&1 && mkdir m && mount -t ext2 /dev/mapper/high m 2>/dev/null; then
	ok "a log on the device itself" timeout 30 sh -c "$DMC_BUILD/dmc apply -v large.yaml >m/log 2>&1"
	ok "has all of it" grep -q 'done *resume high' m/log
	umount m
	ok "remove" dmc remove -q large.yaml
else
	skip "a log on the device itself" "no ext2 here"
	ok "remove" dmc remove -q small.yaml
fi
dmsetup remove slow
