# needs: dm-mod loop dm-thin-pool dm-cache dm-raid dm-mirror dm-snapshot dm-crypt dm-integrity
# seconds: 700
# What dmc status decodes, against facts from elsewhere: bytes that were written, sizes of
# devices, the words of dmsetup. And what runs as a layout: plan has nothing to do.

get() { # get DEVICE EXPRESSION: of its JSON, `d` the device, `s` its first status decoded
	dmc status --format json "$1" | python3 -c '
import json, sys
d = json.load(sys.stdin)["devices"][0]
s = d["status"][0].get("decoded") if d["status"] else None
print(eval(sys.argv[1]))' "$2"
}
write() { # write DEVICE MIB: so much data, on the disk
	head -c "$(($2 * 1048576))" /dev/urandom | dd of="$1" bs=1M iflag=fullblock oflag=direct conv=fsync 2>/dev/null
}
settle() { # settle EXPRESSION DEVICE: waits up to 30 seconds until it is True
	kt_i=0
	until [ "$(get "$2" "$1")" = True ] || [ $kt_i -ge 150 ]; do
		sleep 0.2
		kt_i=$((kt_i + 1))
	done
}

a=$(loopdev 64M)
b=$(loopdev 64M)
c=$(loopdev 64M)

# ---- thin ----

dmsetup create tmeta --table "0 8192 linear $a 0"
dmsetup create tdata --table "0 65536 linear $a 8192"
dmsetup create pool --table "0 65536 thin-pool /dev/mapper/tmeta /dev/mapper/tdata 128 16"
dmsetup message pool 0 create_thin 7
dmsetup create thin --table "0 131072 thin /dev/mapper/pool 7"
write /dev/mapper/thin 5
dmsetup status pool >/dev/null # commits
is "pool: 5 MiB of 32 are used" "$(get pool 's["data"]')" "{'used': 5242880, 'total': 33554432}"
is "pool: metadata is as large as its device" "$(get pool 's["metadata"]["total"]')" 4194304
is "pool: metadata in use, as dmsetup counts it" "$(get pool 's["metadata"]["used"]')" \
	$(($(dmsetup status --noflush pool | sed 's|.* \([0-9]*\)/1024 .*|\1|') * 4096))
is "pool: it is well" "$(get pool '(s["mode"], s["needs_check"], s["held_root"])')" "('rw', False, None)"
is "thin: 5 MiB are mapped" "$(get thin 's["mapped"]')" 5242880
dmsetup message pool 0 reserve_metadata_snap
ok "pool: the root that is held" [ "$(get pool 's["held_root"]')" -gt 0 ]
root() { dd if=/dev/mapper/tmeta bs=4096 iflag=direct 2>/dev/null | sha256sum; }
new_block() { # new_block NR: writes to one that is not mapped yet
	dd if=/dev/zero of=/dev/mapper/thin bs=64k seek="$1" count=1 oflag=direct 2>/dev/null
}
# left_alone BLOCK COMMAND…: it makes the pool commit nothing. A write commits by itself when
# the last one was a second ago, so the second of two writes does not; what else comes in
# between is the reason for more tries.
left_alone() {
	kt_block=$1
	shift
	while [ "$kt_block" -lt $((kt_block / 100 * 100 + 16)) ]; do
		new_block "$kt_block"
		kt_root=$(root)
		new_block $((kt_block + 1))
		"$@" >/dev/null
		[ "$(root)" != "$kt_root" ] || return 0
		sleep 1.2
		kt_block=$((kt_block + 2))
	done
	return 1
}
ok "looking makes a pool commit nothing" left_alone 200 dmc status --format json pool
fails "as dmsetup's question does" left_alone 400 dmsetup status pool

# ---- cache ----

dmsetup create cmeta --table "0 8192 linear $b 0"
dmsetup create cfast --table "0 32768 linear $b 8192"
dmsetup create corig --table "0 65536 linear $c 0"
dmsetup create cached --table "0 65536 cache /dev/mapper/cmeta /dev/mapper/cfast /dev/mapper/corig 128 1 writeback smq 0"
is "cache: all of the fast device" "$(get cached 's["cache"]["total"]')" 16777216
is "cache: block size" "$(get cached 's["block_size"]')" 65536
is "cache: features and policy" "$(get cached '(s["features"], s["policy"], s["mode"])')" "(['writeback'], 'smq', 'rw')"
dd if=/dev/mapper/cached of=/dev/null bs=64k count=8 iflag=direct 2>/dev/null
is "cache: every read is counted" "$(get cached 's["read_hits"] + s["read_misses"] >= 8')" True

# ---- raid and mirror ----

leg() { # leg NR DEVICE
	dmsetup create "rmeta$1" --table "0 8192 linear $2 98304"
	dmsetup create "rdata$1" --table "0 16384 linear $2 106496"
	dd if=/dev/zero of="/dev/mapper/rmeta$1" bs=1M count=4 2>/dev/null
}
leg 1 "$b"
leg 2 "$c"
dmsetup create pair --table \
	"0 16384 raid raid1 3 0 region_size 1024 2 /dev/mapper/rmeta1 /dev/mapper/rdata1 /dev/mapper/rmeta2 /dev/mapper/rdata2"
settle 's["action"] == "idle" and s["sync"]["done"] == s["sync"]["total"]' pair
is "raid: in sync over its whole size" "$(get pair 's["sync"]')" "{'done': 8388608, 'total': 8388608}"
is "raid: devices" "$(get pair '(s["devices"], s["health"], s["mismatches"], s["journal"])')" \
	"(2, ['in_sync', 'in_sync'], 0, 'none')"
head -c 65536 /dev/urandom | dd of="$c" bs=512 seek=106496 oflag=direct 2>/dev/null
dmsetup message pair 0 check
settle 's["action"] == "idle"' pair
is "raid: a check counts the sectors that differ" "$(get pair 's["mismatches"] >= 128')" True
dmsetup create mir --table "0 16384 mirror core 1 512 2 $a 81920 $b 65536"
settle 's["regions"]["in_sync"] == s["regions"]["total"]' mir
is "mirror: 8 MiB in regions of 256 KiB" "$(get mir 's["regions"]')" "{'in_sync': 32, 'total': 32}"
is "mirror: legs" "$(get mir '(len(s["devices"]), s["health"], s["log"])')" "(2, ['alive', 'alive'], ['core'])"

# ---- snapshot ----

dmsetup create base --table "0 8192 linear $a 98304"
dmsetup create cow --table "0 2048 linear $a 106496"
dd if=/dev/zero of=/dev/mapper/cow bs=4k count=4 2>/dev/null
dmsetup create snap --table "0 8192 snapshot /dev/mapper/base /dev/mapper/cow P 16"
is "snapshot: the store is the cow device" "$(get snap 's["store"]["total"]')" 1048576
used=$(get snap 's["store"]["used"]')
head -c 131072 /dev/urandom | dd of=/dev/mapper/snap bs=64k iflag=fullblock oflag=direct 2>/dev/null
is "snapshot: 128 KiB more are in use" "$(get snap 's["store"]["used"]')" $((used + 131072))
write /dev/mapper/snap 2 2>/dev/null || true
is "snapshot: a full store is told" "$(get snap '(d["status"][0]["state"], s)')" "('Invalid', None)"

# ---- crypt, integrity, verity ----

key=5a5b5c5d5e5f505152535455565758595a5b5c5d5e5f50515253545556575859
dmsetup create secret -u CRYPT-PLAIN-secret --table "0 8192 crypt aes-xts-plain64 $key 0 $a 110592"
fails "crypt: no key is told" sh -c "$DMC_BUILD/dmc status -v secret | grep -qi $key || $DMC_BUILD/dmc status --format json | grep -qi $key"
is "crypt: only zeroes" "$(get secret 'd["table"][0]["params"].split()[1] == 64 * "0"')" True
dmsetup create idev --table "0 16384 linear $c 65536"
dd if=/dev/zero of=/dev/mapper/idev bs=4k count=1 2>/dev/null
dmsetup create tagged --table "0 1 integrity /dev/mapper/idev 0 4 J 1 internal_hash:crc32c"
dmsetup remove tagged
sectors=$(dd if=/dev/mapper/idev bs=1 skip=16 count=8 2>/dev/null | od -An -tu8 | tr -d ' ')
dmsetup create tagged --table "0 $sectors integrity /dev/mapper/idev 0 4 J 1 internal_hash:crc32c"
is "integrity: what the superblock provides" "$(get tagged 's["provided"]')" $((sectors * 512))
dd if=/dev/zero of=/dev/mapper/tagged bs=64k count=8 oflag=direct 2>/dev/null
dmsetup suspend tagged
is "a suspended device is told" "$(get tagged 'd["suspended"]')" True
dmsetup resume tagged
is "integrity: nothing differs" "$(get tagged 's["mismatches"]')" 0
if command -v veritysetup >/dev/null && modprobe dm-verity 2>/dev/null; then
	dmsetup create vdata --table "0 8192 linear $b 81920"
	vhash=$(loopdev 1M)
	veritysetup format /dev/mapper/vdata "$vhash" --salt=00 >verity.out
	root=$(sed -n 's/^Root hash:[[:space:]]*//p' verity.out)
	dmsetup create ver -r --table "0 8192 verity 1 /dev/mapper/vdata $vhash 4096 4096 1024 1 sha256 $root 00"
	is "verity: nothing wrong was seen" "$(get ver 's["state"]')" valid
	printf x | dd of="$b" bs=1 seek=$((81920 * 512 + 8192)) conv=notrunc,fsync 2>/dev/null
	blockdev --flushbufs "$b"
	fails "verity: a changed block cannot be read" dd if=/dev/mapper/ver bs=4k skip=2 count=1 iflag=direct of=/dev/null
	is "verity: it is told" "$(get ver 's["state"]')" corrupted
else
	skip "verity" "no veritysetup, or no target"
fi

# ---- all of it ----

dmsetup remove snap
dmsetup create plain --notable
dmsetup create ro -r --table "0 8 zero"
is "raw words are dmsetup's" "$(dmc status --format json | python3 -c '
import json, sys
for d in json.load(sys.stdin)["devices"]:
    for s in d["status"]:
        print(d["name"] + ":", s["start"] // 512, s["length"] // 512, s["target"], s["raw"].rstrip())' | sed 's/ *$//' | sort)" \
	"$(dmsetup status --noflush | sed 's/ *$//' | grep -v ':$' | sort)"
is "every status is decoded, or a word of its own" "$(dmc status --format json | grep -c '"problem"')" 0
is "columns are dmsetup's" "$(dmc status --format json | python3 -c '
import json, sys
for d in json.load(sys.stdin)["devices"]:
    print(d["name"], d["uuid"] or "", d["open_count"], d["event_nr"], d["dev"], sep=";")' | sort)" \
	"$(dmsetup info -c --noheadings --separator ';' -o name,uuid,open,events,devno | sort)"
fails "a name that is absent" dmc status pool nope
dmc status pool nope >/dev/null 2>&1 || is "is exit status 4" $? 4

mkdir keys
ok "what runs, as a layout" dmc import kernel --keys keys -o all.yaml
fails "without the key" grep -qi $key all.yaml
is "it checks" "$(dmc check --only kernel all.yaml >/dev/null 2>said; echo $?)" 0
is "and there is nothing to do" "$(dmc plan --detailed-exitcode all.yaml >said 2>&1; echo $?)" 0
note "$(cat said)"
events=$(dmsetup info -c --noheadings -o name,events)
ok "apply does nothing, either" dmc apply all.yaml
is "no device saw an event" "$(dmsetup info -c --noheadings -o name,events)" "$events"
dmc status --format json >state.json
is "nor is there against the state in a file" "$(dmc plan --detailed-exitcode --state state.json all.yaml >/dev/null 2>said; echo $?)" 0
is "the file as a layout is the same but for the key" \
	"$(dmc import kernel --state state.json 2>/dev/null | grep -v 'key:')" "$(grep -v 'key:' all.yaml)"
is "a layout's devices, and none is missing" "$(dmc status all.yaml >/dev/null 2>&1; echo $?)" 0

# ---- devices that come and go meanwhile ----

(
	i=0
	while [ $i -lt 40 ]; do
		dmsetup create flick --table "0 8 zero" 2>/dev/null || true
		dmsetup remove flick 2>/dev/null || true
		i=$((i + 1))
	done
) &
bad=0
tries=0
while [ $tries -lt 8 ]; do
	tries=$((tries + 1))
	dmc status --format json >out.json 2>said || bad=$((bad + 1))
	python3 -m json.tool out.json >/dev/null || bad=$((bad + 1))
	dmc import kernel >/dev/null 2>&1 || bad=$((bad + 1))
done
wait
is "a device that vanishes meanwhile is no failure" $bad 0
