# needs: dm-mod loop dm-crypt dm-raid dm-integrity dm-verity dm-cache dm-thin-pool
# seconds: 400
# Every layout of examples/, and the example of every target, by dmc apply: the tables are what
# dmc compile prints, bytes go in and come out, nothing is left to do, and all can be removed.
mkdir -p /etc/dmc
head -c 64 /dev/urandom >/etc/dmc/stack.key
head -c 64 /dev/urandom >key
head -c 1048576 /dev/urandom >data
sum=$(sha256sum <data)

# What an example lacks here: prints the layout to use.
adapted() {
	case $1 in
	# The guest's memory stands for the disks, and arrays are synchronised: a hundredth of the size.
	stack | raid6) sed 's/\([0-9]\)GiB/\10MiB/; s/ 40MiB/ 160MiB/' ;;
	# No SCSI disks here: no hardware handler; four loop devices of one file.
	multipath-san) sed '/hardware_handler/d; s/100GiB/64MiB/; s,/dev/disk/by-path/[^,]*\([1-4]\)-lun-1,/dev/disk/by-path/lun-\1,' ;;
	# The root hash and salt of what is stored here.
	verity-root) sed "s/root_hash: .*/root_hash: $(cat root)/; s/salt: .*/salt: $(printf '%064d' 0)/" ;;
	*) cat ;;
	esac
}

# Image files of the sizes that the layout says, sparse.
images() {
	sed -n 's/.*file: \([^,}]*\.[a-z]*\), size: \([0-9]*\)\([MG]\)iB.*/\1 \2\3/p; /file: [^,}]*$/{ s/.*file: //; h; }; /^ *size: /{ s/.*size: \([0-9]*\)\([MG]\)iB.*/\1\2/; G; s/\(.*\)\n\(.*\)/\2 \1/p; }' layout.yaml >files
	while read -r file size; do
		[ -z "$file" ] || [ -e "$file" ] || truncate -s "$size" "$file"
	done <files
}

before_multipath_san() {
	truncate -s 64M lun.img
	mkdir -p /dev/disk/by-path
	for i in 1 2 3 4; do
		ln -sf "$(losetup --find --show lun.img)" /dev/disk/by-path/lun-$i
	done
}

before_verity_root() {
	truncate -s 4M system.verity system.fec
	truncate -s 256M system.img
	yes system | head -c 1048576 | dd of=system.img conv=notrunc 2>/dev/null
	veritysetup format --no-superblock --hash=sha256 --data-block-size=4096 --hash-block-size=4096 \
		--data-blocks=65536 --salt="$(printf '%064d' 0)" --fec-device=system.fec --fec-roots=2 \
		system.img system.verity | sed -n 's/^Root hash:[[:space:]]*//p' >root
}

# Device numbers as words: ours name nodes and files, the kernel's are numbers.
numbers() {
	{
		for l in /sys/block/loop*/loop/backing_file; do
			[ -e "$l" ] || continue
			d=${l%/loop/backing_file}
			f=$(cat "$l")
			printf '%s %s\n' "${f##*/}" "$(cat "$d/dev")" "/dev/${d##*/}" "$(cat "$d/dev")"
		done
		dmsetup info -c --noheadings --separator ' ' -o major,minor,name | awk '{ print "/dev/mapper/" $3, $1 ":" $2 }'
		for link in /dev/disk/by-path/*; do
			[ ! -e "$link" ] || echo "$link $(cat "/sys/block/$(basename "$(readlink "$link")")/dev")"
		done
	} >words
	awk 'NR == FNR { to[$1] = $2; next } { for (i = 1; i <= NF; i++) $i = $i in to ? to[$i] : $i; print }' words "$1" |
		sed 's/ *$//' | sort
}

# integrity forgets `recalculate` when it is done, which may be now or later.
same_tables() {
	dmsetup table --showkeys >kernel
	dmc compile -k "$KERNEL" --show-keys layout.yaml >ours 2>/dev/null
	numbers kernel | sed -E 's/( integrity .* J) [0-9]+ (block_size:[0-9]+ )?(recalculate )?/\1 N \2/' >a
	numbers ours | sed -E 's/( integrity .* J) [0-9]+ (block_size:[0-9]+ )?(recalculate )?/\1 N \2/' >b
	diff b a
}

# Volumes that nothing else holds open and that take writes.
tops() {
	dmsetup info -c --noheadings --separator ' ' -o open,name | sed -n 's/^0 //p' | while read -r name; do
		dmsetup table "$name" | grep -Eq ' (error|verity|zero|flakey|dust|thin-pool) ?' || echo "$name"
	done
}

play() { # play NAME: layout.yaml
	ok "$1: apply" dmc apply -q layout.yaml
	status 0 dmc plan --detailed-exitcode layout.yaml
	ok "$1: the tables are those that dmc compile prints" same_tables
	for top in $(tops); do
		ok "$1: $top can be written" dd if="$WORK/data" of="/dev/mapper/$top" bs=1M oflag=direct conv=fsync
		is "$1: $top has what was written" \
			"$(dd if="/dev/mapper/$top" bs=1M count=1 iflag=direct 2>/dev/null | sha256sum)" "$sum"
	done
	status 0 dmc plan --detailed-exitcode layout.yaml
	ok "$1: apply changes nothing" sh -c "$DMC_BUILD/dmc apply layout.yaml 2>&1 | grep -q 'Nothing to do'"
	ok "$1: remove" dmc remove -q layout.yaml
	is "$1: nothing is left" "$(dmsetup ls)" "No devices found"
}

for path in "$KT_REPO"/examples/*.yaml; do
	name=$(basename "$path" .yaml)
	if [ "$name" = verity-root ] && [ "$KT_KIND" = uml ]; then
		skip "$name" "this kernel is built without CONFIG_DM_VERITY_FEC"
		continue
	fi
	mkdir "$WORK/example"
	cd "$WORK/example"
	case $name in
	multipath-san) before_multipath_san ;;
	verity-root) before_verity_root ;;
	esac
	adapted "$name" <"$path" >layout.yaml
	images
	play "$name"
	losetup -D
	cd "$WORK"
	rm -rf "$WORK/example" /dev/disk/by-path/lun-*
done

# True where this kernel has it, or a module for it.
has_target() {
	case $1 in
	linear | striped | error) true ;;
	thin) modprobe -q dm-thin-pool ;;
	*) modprobe -q "dm-$1" ;;
	esac && dmsetup targets | grep -q "^$1 "
}

for target in $("$DMC_BUILD/dmc" targets | cut -d' ' -f1); do
	# These need a disk that is none here: zones, persistent memory, an encryption engine, a
	# format, two paths to one disk.
	case $target in zoned | pcache | inlinecrypt | vdo | verity | multipath) continue ;; esac
	has_target "$target" || continue
	mkdir "$WORK/example"
	cd "$WORK/example"
	cp ../key .
	{
		printf 'dmc: 1\nname: example\ndevices:\n'
		for i in disk disk2 ssd ssd1 ssd2; do
			printf '  %s: {file: %s.img, size: 16MiB}\n' $i $i
		done
		printf '  meta: {file: meta.img, size: 4MiB}\n  meta2: {file: meta2.img, size: 4MiB}\nvolumes:\n'
		[ "$target" != thin ] || dmc targets thin-pool | sed '1,/^Example/d'
		dmc targets "$target" | sed '1,/^Example/d; s/prompt: true/file: key/'
	} >layout.yaml
	truncate -s 16M disk.img disk2.img ssd.img ssd1.img ssd2.img
	truncate -s 4M meta.img meta2.img
	play "target $target"
	cd "$WORK"
	rm -rf "$WORK/example"
done
