# Every recorded verdict on a table, again, on this kernel; and what dmc says about it.
# needs: dm-crypt dm-raid dm-integrity dm-verity dm-cache dm-thin-pool
# seconds: 600
records=$KT/../data/tables/tables-$KERNEL.jsonl
if [ -f "$records" ]; then
	/usr/bin/python3 -B "$KT/tables.py" "$records" "$KT/tables-exceptions.txt" "$KT_KIND"
else
	skip "all" "nothing was recorded on Linux $KERNEL"
fi
