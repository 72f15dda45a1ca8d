# Every layout of examples/: made by the script that dmc prints, shown by the kernel as dmc
# says, read and written, imported, made again from the concise form.
# seconds: 600
mkdir -p /etc/dmc
head -c 64 /dev/urandom >/etc/dmc/stack.key
head -c 1048576 /dev/urandom >data
sum=$(sha256sum <data)

# What an example lacks here: prints the layout to use.
adapted() {
	case $1 in
	# The guest's memory stands for the disks, and an array is synchronised.
	stack | raid6) sed 's/\([0-9]\)GiB/\10MiB/; s/ 40MiB/ 160MiB/' "$1.yaml" ;;
	# No SCSI disks here: no hardware handler.
	multipath-san) sed '/hardware_handler/d' "$1.yaml" ;;
	*) cat "$1.yaml" ;;
	esac
}

# The kernel's numbers in a file as the words of a layout: image files, volumes and, with
# "loops", loop devices. dmsetup ends a line without parameters in a blank.
words() {
	{
		for l in /sys/block/loop*/loop/backing_file; do
			[ -e "$l" ] || continue
			d=${l%/loop/backing_file}
			if [ "${2-}" = loops ]; then f=/dev/${d##*/}; else f=$(cat "$l"); fi
			echo "$(cat "$d/dev") ${f##"$PWD"/}"
		done
		dmsetup info -c --noheadings --separator ' ' -o major,minor,name | awk '{ print $1 ":" $2, "/dev/mapper/" $3 }'
	} >numbers
	awk 'NR == FNR { to[$1] = $2; next }
		{
			out = ""
			while (match($0, /[0-9]+:[0-9]+/)) {
				w = substr($0, RSTART, RLENGTH)
				out = out substr($0, 1, RSTART - 1) (w in to ? to[w] : w)
				$0 = substr($0, RSTART + RLENGTH)
			}
			$0 = out $0
			if (/ (error|zero) $/)
				sub(/ $/, "")
			print
		}' numbers "$1"
}

# Every volume that nothing else holds open.
tops() {
	dmsetup info -c --noheadings --separator ' ' -o open,name | sed -n 's/^0 //p'
}

writable() {
	! dmsetup table "$1" | grep -Eq ' (error|verity) ?'
}

write_all() {
	for v in $(tops); do
		if writable "$v"; then
			ok "$1: $v can be written" dd if=data of="/dev/mapper/$v" bs=64k oflag=direct conv=fsync
		fi
	done
}

read_all() {
	for v in $(tops); do
		if writable "$v"; then
			is "$1: $v has what was written$2" \
				"$(dd if="/dev/mapper/$v" bs=64k count=16 iflag=direct 2>/dev/null | sha256sum)" "$sum"
		fi
	done
}

# integrity forgets `recalculate` when it is done, which may be now or later.
same() {
	sed -i -E 's/( integrity .* J) [0-9]+ (block_size:[0-9]+ )?(recalculate )?/\1 N \2/' "$2" "$3"
	if diff "$2" "$3" >difference; then pass "$1"; else
		fail "$1"
		note "$(cat difference)"
	fi
}

# The images that a script attaches, and the paths to the one disk that a layout names.
disks() {
	sed -n "s/^loop.*attach '\([^']*\)' \([0-9]*\).*/\1 \2/p" up.sh | while read -r file bytes; do
		truncate -s "$bytes" "$file"
	done
	sed -n 's/.*path: \(\/dev\/disk\/[^,}]*\).*/\1/p' layout.yaml | while read -r path; do
		mkdir -p "${path%/*}"
		[ -e lun ] || truncate -s 100G lun
		ln -sf "$(losetup --find --show lun)" "$path"
	done
}

# Loop devices for the images, and the layout that names them.
with_loops() {
	cp layout.yaml loops.yaml
	for file in $(sed -n 's/.*file: \([^,}/]*\.[a-z]*\).*/\1/p' layout.yaml | sort -u); do
		[ ! -e "$file" ] || sed -i "s,file: $file,path: $(losetup --find --show "$file")," loops.yaml
	done
}

remove_all() {
	for _ in 1 2 3 4 5 6 7 8; do
		for v in $(tops); do
			dmsetup remove --retry "$v"
		done
	done
	[ -z "$(dmsetup ls | grep -v '^No devices')" ]
}

# What dmsetup shows is what dmc prints: NAME LAYOUT TEXT [loops]
shown() {
	dmsetup table --showkeys | sort >kernel
	words kernel "${4-}" >named
	dmc compile -k "$KERNEL" --show-keys "$2" | sort >ours
	# A path is as good as the device.
	for path in $(grep -o '/dev/disk/by-path/[^ ]*' ours | sort -u); do
		sed -i "s,$path,$(readlink "$path"),g" ours
	done
	same "$1: $3" ours named
}

example() {
	cp "$KT_REPO/examples/$1.yaml" .
	adapted "$1" >layout.yaml
	dmc compile -k "$KERNEL" --show-keys --format script layout.yaml >up.sh
	disks
	loops=
	[ ! -e lun ] || loops=loops
	ok "$1: dmc check" dmc check -k "$KERNEL" --only kernel layout.yaml
	ok "$1: the script makes the devices" sh ./up.sh
	shown "$1" layout.yaml "dmsetup table is what dmc compile printed" $loops
	write_all "$1"
	read_all "$1" ""
	dmsetup table --showkeys | sort | sed 's/\( error\| zero\) $/\1/' >kernel
	rm -rf keys && mkdir keys
	ok "$1: its tables can be imported" dmc import table -k "$KERNEL" --keys keys -o imported.yaml kernel
	dmc compile -k "$KERNEL" --show-keys imported.yaml | sort >ours
	same "$1: and compile to the same words" ours kernel
	in_sync
	ok "$1: the script removes them" sh ./up.sh remove
	is "$1: nothing is left" "$(dmsetup ls)" "No devices found"
	with_loops
	dmc compile -q -k "$KERNEL" --show-keys --format concise loops.yaml >concise 2>/dev/null
	ok "$1: dmsetup takes the concise form" sh -c 'dmsetup create --concise <concise'
	shown "$1" loops.yaml "and makes the same tables" loops
	read_all "$1" ", again"
	in_sync
	ok "$1: they can be removed" remove_all
	losetup -D
}

for path in "$KT_REPO"/examples/*.yaml; do
	name=${path##*/}
	name=${name%.yaml}
	if [ "$name" = verity-root ] && [ "$KT_KIND" = uml ]; then
		skip "$name" "this kernel is built without CONFIG_DM_VERITY_FEC"
		continue
	fi
	mkdir "$WORK/$name"
	cd "$WORK/$name"
	cp ../data .
	example "$name" 2>&1
	cd "$WORK"
	rm -rf "${WORK:?}/$name"
done
