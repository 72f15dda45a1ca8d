# For the jobs in tests/kernel/jobs, which are POSIX sh under `set -eu`, in the guest:
#
#   $WORK       tmpfs, emptied after each job; the current directory
#   $DMC_BUILD  our programs; `dmc` calls the one there
#   $KERNEL     6.1, 6.12 …; $KT_KIND uml or qemu; $KT this directory
#
# A job's standard output is TAP without numbers. Its head may say
#   # needs: MODULE…    skipped where the kernel lacks one
#   # seconds: N        the most it may take (120)
# shellcheck shell=sh

pass() { echo "ok - $*"; }
fail() { echo "not ok - $*"; }
skip() { echo "ok - $1 # SKIP $2"; }
note() { printf '%s\n' "$*" | sed 's/^/# /'; }

# ok TEXT COMMAND…: passes when the command does; otherwise shows what it said.
ok() {
	kt_text=$1
	shift
	if kt_said=$("$@" 2>&1); then
		pass "$kt_text"
	else
		fail "$kt_text"
		note "$* -> status $?"
		note "$kt_said"
	fi
}

# fails TEXT COMMAND…: passes when the command does not.
fails() {
	kt_text=$1
	shift
	if kt_said=$("$@" 2>&1); then
		fail "$kt_text"
		note "$*: accepted"
		note "$kt_said"
	else
		pass "$kt_text"
	fi
}

# is TEXT GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		note "got    $2"
		note "wanted $3"
	fi
}

dmc() { "$DMC_BUILD/dmc" "$@"; }

# status WANTED COMMAND…: its exit status.
status() {
	kt_want=$1
	shift
	kt_got=0
	kt_said=$("$@" 2>&1) || kt_got=$?
	if [ $kt_got -eq "$kt_want" ]; then
		pass "exit $kt_want: $*"
	else
		fail "exit $kt_want: $*"
		note "got $kt_got: $kt_said"
	fi
}

# All that a change could leave behind.
state() {
	dmsetup table
	dmsetup info -c --noheadings -o name,uuid,suspended,open
	ls /dev/mapper
	losetup -n -O BACK-FILE
}

# loopdev SIZE [OPTION…]: a loop device over a sparse file in memory; options of losetup.
loopdev() {
	kt_file=$(mktemp "$WORK/loop.XXXXXX")
	truncate -s "$1" "$kt_file"
	shift
	losetup --find --show "$@" "$kt_file"
}

# What the kernel said since klog_mark.
klog_mark() {
	kt_mark="kernel-test: mark $$ $(date +%s%N)"
	echo "<6>$kt_mark" >/dev/kmsg
}

klog() {
	dmesg | awk -v mark="$kt_mark" 'found { sub(/^\[ *[0-9.]+\] /, ""); print } index($0, mark) { found = 1 }'
}

# Waits for arrays, 20 s at most: Linux 6.1 crashes (md_do_sync) when one is removed as its
# resync starts.
in_sync() {
	kt_tries=0
	while dmsetup status --target raid 2>/dev/null |
		awk '{ for (i = 7; i <= NF; i++) if ($i ~ /^[0-9]+\/[0-9]+$/) { split($i, r, "/"); if (r[1] != r[2]) found = 1 } }
			END { exit !found }'; do
		kt_tries=$((kt_tries + 1))
		[ $kt_tries -lt 80 ] || break
		sleep 0.25
	done
}

# Takes away all device-mapper devices, loop devices and files; prints what would not go.
cleanup() {
	in_sync
	kt_tries=0
	while dmsetup info -c --noheadings -o name 2>/dev/null | grep -qv '^No devices'; do
		[ $kt_tries -lt 8 ] || break
		dmsetup ls 2>/dev/null | cut -f1 | while read -r kt_name; do
			timeout 10 dmsetup remove "$kt_name" >/dev/null 2>&1 || true
		done
		if [ $kt_tries -ge 4 ]; then
			timeout 20 dmsetup remove_all --force >/dev/null 2>&1 || true
			sleep 1
		fi
		kt_tries=$((kt_tries + 1))
	done
	dmsetup ls 2>/dev/null | grep -v '^No devices' | cut -f1 | tr '\n' ' '
	losetup -D 2>/dev/null
	rm -rf "${WORK:?}"/* /dev/mapper/kt-*
}
