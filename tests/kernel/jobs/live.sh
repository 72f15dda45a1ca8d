# needs: dm-mod loop dm-mirror dm-snapshot dm-thin-pool dm-cache dm-cache-smq dm-multipath dm-round-robin
# seconds: 300
# Layouts change while a program writes: nothing is lost, nothing fails, and a snapshot is a
# moment. live_io.c has the rules.
io=$DMC_BUILD/kernel-live-io

layout() { # layout VOLUMES: the next form of x.yaml
	{
		printf 'dmc: 1\nname: x\ndevices:\n'
		for i in a b c d; do
			printf '  %s: {file: %s.img, size: 64MiB}\n' $i $i
		done
		for i in 1 2 3; do
			[ ! -e path$i ] || printf '  p%s: {path: %s}\n' $i "$(cat path$i)"
		done
		printf 'volumes:\n%s\n' "$1"
	} >x.yaml
}

# begin VOLUMES: afresh; a writer on `data`.
begin() {
	for i in a b c d; do
		rm -f $i.img
		truncate -s 64M $i.img
	done
	layout "$1"
	ok "$what: apply" dmc apply -q x.yaml
	"$io" write /dev/mapper/data $mib progress >written 2>&1 &
	writer=$!
	move
}

writes() {
	n=$(tr -d ' ' 2>/dev/null <progress || true)
	echo "${n:-0}"
}

# Waits until the writer has gone on for a while.
move() {
	goal=$(($(writes) + 300))
	for _ in $(seq 300); do
		[ "$(writes)" -lt $goal ] || return 0
		sleep 0.1
	done
	fail "$what: the writer goes on"
	note "$(cat written)"
}

# change TEXT VOLUMES: the layout's next form, the writer before, meanwhile and after.
change() {
	low=$(writes)
	layout "$2"
	ok "$what: $1" $slowly "$DMC_BUILD/dmc" apply -q x.yaml
	high=$(($(writes) + 1))
	move
	status 0 dmc plan --detailed-exitcode x.yaml
}

end() {
	kill -TERM $writer 2>/dev/null || true
	if wait $writer; then pass "$what: no write failed"; else fail "$what: no write failed"; fi
	note "$what: $(cat written)"
	n=$(writes)
	ok "$what: nothing is lost" "$io" verify /dev/mapper/data $mib "$n" "$n"
}

undo() {
	ok "$what: remove" dmc remove -q x.yaml
	is "$what: nothing is left" "$(dmsetup ls)" "No devices found"
}

# With the kernel's answers delayed by 50 ms each, so that what may happen between two steps does.
slowly() {
	slowly='strace -qq -o /dev/null -e trace=ioctl -e inject=ioctl:delay_exit=50000'
	change "$@"
	slowly=
}
slowly=

in_sync() {
	for _ in $(seq 300); do
		kt_status=$(dmsetup status "$1") || return 1
		if echo "$kt_status" | grep -qE ' ([0-9]+)/\1 '; then return 0; fi
		sleep 0.1
	done
	echo "$kt_status"
	return 1
}

# ---- linear, mirror, and back on another disk ----

what=linear
mib=32
on_a='  data: {target: linear, device: a, size: 48MiB}'
pair='{target: mirror, log: {type: core, region_size: 64KiB}, mirrors: [a, b], size: 48MiB}'
begin '  data: {target: linear, device: a, size: 32MiB}'
change "grow" "$on_a"
is "linear: its size" "$(blockdev --getsize64 /dev/mapper/data)" 50331648
change "a stripe is put under it" '  one: {target: striped, chunk_size: 64KiB, stripes: [a], size: 48MiB}
  data: {target: linear, device: one}'
change "and taken out" "$on_a"
slowly "a mirror is put under it" "  pair: $pair
  data: {target: linear, device: pair}"
ok "linear: the mirror is in sync" in_sync pair
# Few blocks have been written twice since it came; the others tell whether it missed a write.
kill -STOP $writer
sleep 0.2
ok "linear: its two halves are the same" cmp -n 50331648 a.img b.img
kill -CONT $writer
change "it moves to the copy" '  data: {target: linear, device: b, size: 48MiB}'
end
# What was left behind is as it was at that moment.
ok "linear: the old disk has what it had" "$io" verify a.img $mib "$low" "$high"
undo

what=mirror
mib=8
on_a='  data: {target: linear, device: a, size: 16MiB}'
pair='{target: mirror, log: {type: core, region_size: 64KiB}, mirrors: [a, b], size: 16MiB}'
begin "$on_a"
slowly "becomes a mirror" "  data: $pair"
change "another disk joins" "  data: {target: mirror, log: {type: core, region_size: 64KiB}, mirrors: [a, b, c], size: 16MiB}"
ok "mirror: in sync" in_sync data
change "the first disk leaves" '  data: {target: mirror, log: {type: core, region_size: 64KiB, sync: nosync}, mirrors: [b, c], size: 16MiB}'
change "becomes linear" '  data: {target: linear, device: c, size: 16MiB}'
end
undo

# ---- snapshots of the old kind ----

what=snapshot
base='  base: {target: linear, device: a, size: 8MiB}
  data: {target: snapshot-origin, origin: base}'
cow='persistent: P, chunk_size: 4KiB'
begin '  base: {target: linear, device: a, size: 8MiB}
  data: {target: linear, device: base}'
slowly "the first" "$base
  s1: {target: snapshot, origin: base, cow: {device: b, size: 16MiB}, $cow}"
ok "snapshot: s1 is a moment" "$io" verify /dev/mapper/s1 $mib "$low" "$high"
low1=$low high1=$high
slowly "the second" "$base
  s1: {target: snapshot, origin: base, cow: {device: b, size: 16MiB}, $cow}
  s2: {target: snapshot, origin: base, cow: {device: c, size: 16MiB}, $cow}"
ok "snapshot: s2 is a moment" "$io" verify /dev/mapper/s2 $mib "$low" "$high"
low2=$low high2=$high
ok "snapshot: s1 still is" "$io" verify /dev/mapper/s1 $mib "$low1" "$high1"
change "one goes" "$base
  s2: {target: snapshot, origin: base, cow: {device: c, size: 16MiB}, $cow}"
ok "snapshot: s2 still is" "$io" verify /dev/mapper/s2 $mib "$low2" "$high2"
change "all go" '  base: {target: linear, device: a, size: 8MiB}
  data: {target: linear, device: base}'
end
undo

# ---- thin ----

what=thin
pool='block_size: 64KiB, low_water: 1MiB}
  data: {target: thin, pool: pool, id: 1, size: 8MiB}'
store() {
	echo "  store: {target: linear, device: b, size: $1}
  meta: {target: linear, device: a, size: 4MiB}
  pool: {target: thin-pool, metadata: meta, data: store, $pool"
}
begin "$(store 16MiB)"
change "the pool grows under it" "$(store 32MiB)"
is "thin: the pool has the space" "$(dmsetup status pool | awk '{ print $6 }' | sed 's,.*/,,')" 512
slowly "a snapshot" "$(store 32MiB)
  s1: {target: thin, pool: pool, id: 2, snapshot_of: data}"
ok "thin: s1 is a moment" "$io" verify /dev/mapper/s1 $mib "$low" "$high"
low1=$low high1=$high
change "it grows itself" "$(store 32MiB | sed 's/id: 1, size: 8MiB/id: 1, size: 16MiB/')
  s1: {target: thin, pool: pool, id: 2, size: 8MiB}"
ok "thin: s1 still is a moment" "$io" verify /dev/mapper/s1 $mib "$low1" "$high1"
end
undo

# ---- cache ----

what=cache
cache() {
	echo "  meta: {target: linear, device: a, size: 4MiB}
  fast: {target: linear, device: b, size: 4MiB}
  slow: {target: linear, device: c, size: 16MiB}
  data: {target: cache, metadata: meta, cache: fast, origin: slow, block_size: 64KiB, features: [$1], policy: smq}"
}
begin "$(cache writethrough)"
change "writeback" "$(cache writeback)"
change "writethrough" "$(cache writethrough)"
change "writeback again" "$(cache writeback)"
change "the origin grows" "$(cache writeback | sed 's/size: 16MiB/size: 32MiB/')"
end
undo

# ---- multipath ----

what=multipath
lun() {
	echo "  data: {target: multipath, queue_if_no_path: true, queue_mode: bio, size: 8MiB, priority_groups: [{path_selector: round-robin, paths: [$1]}]}"
}
truncate -s 64M lun.img
for i in 1 2 3; do
	losetup --find --show lun.img >path$i
done
begin "$(lun p1)"
change "a path joins" "$(lun 'p1, p2')"
change "one is replaced" "$(lun 'p1, p3')"
change "the first leaves" "$(lun p3)"
# No path is left: I/O waits, and goes on over the new one.
dmsetup message data 0 "fail_path $(cat /sys/block/"$(basename "$(cat path3)")"/dev)"
sleep 0.5
stuck=$(writes)
sleep 0.5
is "multipath: without a path nothing moves" "$(writes)" "$stuck"
change "the last path is replaced" "$(lun p2)"
end
undo
