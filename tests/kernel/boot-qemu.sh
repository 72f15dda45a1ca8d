# Debian's kernel in QEMU without hardware help. Sourced by run. scripts/bootstrap kernel puts
# the package into build/kernel; here it is unpacked, once.
# shellcheck shell=sh disable=SC2154 # here, share, work, repo are run's

package() {
	for f in "$repo"/build/kernel/linux-image-*.deb; do
		[ -f "$f" ] && echo "$f"
	done | sort -V | tail -n 1
}

missing() {
	for p in qemu-system-x86_64 modprobe depmod busybox dpkg-deb zstd xz dmsetup losetup; do
		command -v "$p" >/dev/null || { echo "$p is missing (scripts/bootstrap kernel)"; return; }
	done
	[ -n "$(package)" ] || echo "there is no linux-image package in build/kernel (scripts/bootstrap kernel)"
}

# vmlinuz's boot protocol says where the compressed kernel lies in it (Documentation/arch/x86/
# boot.rst: setup_sects, payload_offset, payload_length; the last four bytes are its size).
# Booting what is inside spares the emulator the unpacking.
vmlinux() {
	number() { od -An -t"u$2" -j"$1" -N"$2" "$image" | tr -d ' '; }
	image=$1
	start=$((($(number 497 1) + 1) * 512 + $(number 584 4)))
	length=$(($(number 588 4) - 4))
	case $(od -An -tx1 -j"$start" -N4 "$image" | tr -d ' ') in
	28b52ffd) unpack=zstd ;;
	fd377a58) unpack=xz ;;
	1f8b*) unpack=gzip ;;
	*) echo "tests/kernel: $image is packed in an unknown way" >&2; return 1 ;;
	esac
	tail -c +$((start + 1)) "$image" | head -c "$length" | $unpack -dc
}

# Only what finds the host's tree: 9p and overlay.
initramfs() {
	root=$tree/initramfs
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/modules" "$root/proc" "$root/dev" "$root/lower" "$root/memory"
	cp "$(command -v busybox)" "$root/bin/busybox"
	ln -s busybox "$root/bin/sh"
	cp "$here/start-qemu" "$root/init"
	for m in 9p 9pnet_virtio overlay; do
		modprobe -d "$tree" -S "$release" --show-depends "$m"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$tree/order"
	i=100
	while read -r m; do
		case $m in
		*.xz) xz -dc "$m" ;;
		*.zst) zstd -dc "$m" ;;
		*) cat "$m" ;;
		esac >"$root/modules/$i-$(basename "$m" | sed 's/\.ko.*/.ko/')"
		i=$((i + 1))
	done <"$tree/order"
	(cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null) >"$tree/initramfs.cpio"
}

prepare() {
	deb=$(package)
	tree=$work/$(basename "$deb" .deb)
	if [ ! -e "$tree/ready" ]; then
		rm -rf "$tree"
		mkdir -p "$tree"
		dpkg-deb -x "$deb" "$tree"
		[ -d "$tree/lib/modules" ] || ln -s usr/lib "$tree/lib"
		release=$(ls "$tree/lib/modules")
		depmod -b "$tree" "$release"
		vmlinux "$tree/boot/vmlinuz-$release" >"$tree/vmlinux"
		: >"$tree/ready"
	fi
	release=$(ls "$tree/lib/modules")
	initramfs
	printf '%s\n' "$tree/lib/modules" >"$share/modules"
}

# norandmaps: the emulator translates code again wherever it is seen at another address, so
# random addresses make each program start several times slower.
boot() {
	seconds=$1
	# Descriptors and not names of files, which QEMU would empty.
	if [ -e "$share/interactive" ]; then
		set -- -serial mon:stdio
	else
		set -- -add-fd fd=4,set=4 -chardev file,id=console,path=/dev/fdset/4,append=on -serial chardev:console
	fi
	timeout -k 5 --foreground "$seconds" qemu-system-x86_64 -accel tcg,thread=multi -cpu max,la57=off -smp 2 \
		-m 1536 -nodefaults -no-user-config -no-reboot -display none \
		-kernel "$tree/vmlinux" -initrd "$tree/initramfs.cpio" \
		-append "console=ttyS0 loglevel=7 panic=-1 oops=panic norandmaps mitigations=off nokaslr \
			randomize_kstack_offset=off init_on_alloc=0 audit=0 lsm=" \
		-virtfs local,path=/,mount_tag=tree,security_model=none,readonly=on,multidevs=remap \
		-virtfs local,path="$share",mount_tag=share,security_model=none \
		"$@" -add-fd fd=3,set=3 -chardev file,id=jobs,path=/dev/fdset/3,append=on -serial chardev:jobs \
		4>&1 2>&1
}
