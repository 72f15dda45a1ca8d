# Nodes under /dev/mapper, by our own hand and with cookies that dmsetup completes.
# needs: dm-zero
# dmsetup completes cookies only where it sees a udev.
unset DM_DISABLE_UDEV
mkdir -p /run/udev
: >/run/udev/control
# The control node is made where there is none.
rm -f /dev/mapper/control
"$DMC_BUILD/kernel-dm-nodes" | sed 's/^ok: /ok - /; s/^FAILED: /not ok - /; t; s/^/# /'
rm /run/udev/control
ok "the control node is there again" [ -c /dev/mapper/control ]
