# The recorded session of /dev/mapper/control, step by step, on this kernel.
# needs: loop dm-thin-pool dm-multipath dm-round-robin
records=$KT/../data/ioctl/linux-$KERNEL.jsonl
[ -f "$records" ] || records=$KT/../data/ioctl/linux-6.12.jsonl
for i in 0 1 2; do
	truncate -s 8M "$WORK/loop$i"
	losetup "/dev/loop$i" "$WORK/loop$i"
done
ok "every step does what was recorded" "$DMC_BUILD/kernel-dm-ioctl" "$records" 4.48.0
note "$kt_said"
