# User Mode Linux, package user-mode-linux. Sourced by run.
# shellcheck shell=sh disable=SC2154 # here, share, work are run's

missing() {
	for p in linux.uml modprobe busybox dmsetup losetup; do
		command -v "$p" >/dev/null || { echo "$p is missing (scripts/bootstrap kernel)"; return; }
	done
	case $repo$build in
	*[[:space:]\"]*) echo "a path with blanks does not fit on its command line" ;;
	esac
}

prepare() {
	mkdir -p "$work/uml"
}

# The tree is read-only for the guest's root; as root, the host side of it is, too: in a mount
# namespace of its own. That does not need to work for the tests to be right.
confined() {
	if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
		# shellcheck disable=SC2016 # expanded there
		unshare -m sh -ec '
			mount --bind "$1" "$1"
			mount --bind "$2" "$2"
			mount -o remount,bind,ro /
			shift 2
			exec "$@"' sh "$share" "$work/uml" "$@"
	else
		"$@"
	fi
}

# Where its memory is a file: /dev/shm, or the disk where that has no room.
memory() {
	free=$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)
	if [ "${free:-0}" -gt 900000 ]; then echo /dev/shm; else echo "$work/uml"; fi
}

boot() {
	console=null,fd:1
	[ ! -e "$share/interactive" ] || console=fd:0,fd:1
	TMPDIR=$(memory) confined timeout -k 5 "$1" linux.uml mem=768M rootfstype=hostfs rootflags=/ ro \
		uml_dir="$work/uml" umid="$$" init="$here/start-uml" KT_SHARE="$share" \
		con=null con0="$console" ssl=null ssl1=null,fd:3 panic=-1 oops=panic 2>&1
}
