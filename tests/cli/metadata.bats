#!/usr/bin/env bats
# Tools for metadata: thin_check, thin_dump, thin_ls, thin_metadata_size;
# dminspect check, dump, block and get

load helper
dminspect=$DMC_BUILD/dminspect
data=$root/tests/data/metadata

image() {
  xz -dc "$data/$1.img.xz" >"$1.img"
}

# An expression over what was printed.
json() {
  python3 -c "import json, sys; print(json.load(sys.stdin)$1)" <<<"$output"
}

# Names of images and how thin_check 1.1.0 ends: tests/data/metadata/verdicts.txt.
@test "verdicts are those of thin-provisioning-tools 1.1" {
  while read -r name verdict; do
    image "$name"
    run "$dmc" thin_check -q "$name.img"
    [ "$status" -eq "$verdict" ] || {
      echo "$name: $status, expected $verdict"
      "$dmc" thin_check "$name.img"
      return 1
    }
    [ -z "$output" ]
  done < <(grep -v '^#' "$data/verdicts.txt")
}

@test "thin_check says what LVM reads, and what is wrong" {
  image thin-008
  run "$dmc" thin_check thin-008.img
  status_is 64
  has "TRANSACTION_ID=0"
  has "METADATA_FREE_BLOCKS=995"
  has "device 4: its details say 0 mapped blocks, its tree has 376 [thin.device.mapped-blocks]"
}

@test "thin_check by its own name, and its exit statuses" {
  ln -s "$dmc" thin_check
  image thin-basic
  run ./thin_check -q thin-basic.img
  status_is 0
  run ./thin_check --no-such-option thin-basic.img
  status_is 2
  run ./thin_check
  status_is 2
  run ./thin_check nosuch.img
  status_is 64
  has "[blk.cannot-open]"
  head -c 65536 /dev/zero >zero.img
  run ./thin_check --super-block-only zero.img
  status_is 64
  has "[pdata.block.checksum]"
}

# Sets a superblock's flags, with the right checksum.
set_flags() {
  python3 - "$1" "$2" <<'END'
import struct, sys
with open(sys.argv[1], "r+b") as f:
    block = bytearray(f.read(4096))
    struct.pack_into("<I", block, 4, int(sys.argv[2]))
    crc = 0xffffffff
    for byte in block[4:]:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    struct.pack_into("<I", block, 0, crc ^ 160774)
    f.seek(0)
    f.write(block)
END
}

@test "needs_check is cleared where nothing is wrong, and nothing else is changed" {
  image thin-basic
  cp thin-basic.img want
  set_flags thin-basic.img 1
  cp thin-basic.img flagged
  run "$dmc" thin_check -q thin-basic.img
  status_is 0
  cmp thin-basic.img flagged
  [[ $("$dmc" thin_dump thin-basic.img) == *' flags="1" '* ]]
  run "$dmc" thin_check -q --clear-needs-check-flag thin-basic.img
  status_is 0
  [ -z "$output" ]
  cmp thin-basic.img want
  # What is wrong keeps the flag.
  image thin-008
  set_flags thin-008.img 1
  cp thin-008.img flagged
  run "$dmc" thin_check --clear-needs-check-flag thin-008.img
  status_is 64
  cmp thin-008.img flagged
  run "$dmc" thin_check -m --clear-needs-check-flag thin-008.img
  status_is 2
  # So does a look at a part: thin_check 0.9 refuses these, too.
  image thin-basic
  set_flags thin-basic.img 1
  cp thin-basic.img flagged
  for part in --skip-mappings --super-block-only; do
    run "$dmc" thin_check -q --clear-needs-check-flag $part thin-basic.img
    status_is 2
    cmp thin-basic.img flagged
  done
}

@test "parts of a check" {
  image thin-008
  run "$dmc" thin_check -q --super-block-only thin-008.img
  status_is 0
  run "$dmc" thin_check -q --skip-mappings thin-008.img
  status_is 0
  run "$dmc" thin_check -m thin-008.img
  status_is 64
  has "[thin.snapshot.none]"
  image thin-metasnap
  run "$dmc" thin_check -q -m thin-metasnap.img
  status_is 0
}

@test "dminspect check: text and JSON" {
  image thin-008
  run "$dminspect" check thin-008.img
  status_is 1
  run "$dminspect" check --format json thin-008.img
  status_is 1
  [ "$(json "['findings'][0]['id']")" = thin.device.mapped-blocks ]
  head -c 65536 /dev/zero >zero.img
  run "$dminspect" check zero.img
  status_is 1
  has "[metadata.unknown]"
  run "$dminspect" check nosuch
  status_is 4
}

@test "dminspect block and get" {
  run "$dminspect" block "$data/tiny-1.1.img" 0
  status_is 0
  has "data_block_size: 128"
  has "020   ba 52 9c 01 00 00 00 00  02 00 00 00 03 00 00 00  |.R..............|"
  run "$dminspect" get "$data/tiny-1.1.img" superblock.trans_id
  [ "$output" = 5 ]
  run "$dminspect" get "$data/tiny-1.1.img" 'blocks[1].keys'
  [ "${lines[3]}" = "keys[3]: 32" ]
  run "$dminspect" get --format json "$data/tiny-1.1.img" superblock.data_space_map
  [ "$(json "['nr_blocks']")" = 200 ]
  run "$dminspect" get "$data/tiny-1.1.img" superblock.data_block
  status_is 1
  run "$dminspect" block "$data/tiny-1.1.img" 16
  status_is 1
  has "there is no block 16"
}

# as_recorded TOOL FILE: lines of sha256 of the output, exit status, image, options
as_recorded() {
  while read -r sum verdict name options; do
    [ -e "$name.img" ] || image "$name"
    # shellcheck disable=SC2086 # options are words
    "$dmc" "$1" $options "$name.img" >out && status=0 || status=$?
    [ "$status" -eq "$verdict" ] && [ "$(sha256sum <out)" = "$sum  -" ] || {
      echo "$name $options: $status, expected $verdict"
      head out
      return 1
    }
  done < <(grep -v '^#' "$data/$2")
}

@test "dumps are those of thin-provisioning-tools 1.1, byte for byte" {
  as_recorded thin_dump dumps.txt
}

@test "lists are those of thin-provisioning-tools 1.1" {
  as_recorded thin_ls lists.txt
  run "$dmc" thin_ls -o DEV,MAPED thin-basic.img
  status_is 2
  has "there is no field 'MAPED'"
}

@test "sizes are those of thin-provisioning-tools 1.1" {
  while IFS=: read -r options verdict want; do
    # shellcheck disable=SC2086 # options are words
    got=$("$dmc" thin_metadata_size $options 2>err) && status=0 || status=$?
    [ "$status $got" = "$verdict $want" ] || {
      echo "$options: $status $got, expected $verdict $want"
      return 1
    }
  done < <(grep -v '^#' "$data/sizes.txt")
}

@test "a dump is what was restored" {
  # 0.9 writes flags in any case.
  sed 's/ flags="0"//' "$data/tiny.xml" | head -c -1 >want
  for image in tiny-0.9 tiny-1.1; do
    "$dmc" thin_dump -o out "$data/$image.img"
    cmp out want
    "$dminspect" dump "$data/$image.img" | cmp - want
  done
}

@test "a dump as JSON" {
  run "$dminspect" dump --format json "$data/tiny-1.1.img"
  status_is 0
  [ "$(json "['superblock']['data_block_size']")" = 65536 ]
  [ "$(json "['devices'][1]['mappings']")" = "[{'origin': 0, 'data': 0, 'length': 3, 'time': 0}, {'origin': 50, 'data': 100, 'length': 1, 'time': 1}]" ]
  image thin-001
  run "$dminspect" dump --format json thin-001.img
  refs="for d in json.load(sys.stdin)['devices'] for m in d['mappings'] if 'ref' in m"
  [ "$(python3 -c "import json, sys; print(len([m $refs]))" <<<"$output")" -eq "$("$dmc" thin_dump thin-001.img | grep -c '<ref ')" ]
}

@test "what cannot be dumped leaves no file, or the old one" {
  image thin-basic
  "$dmc" thin_dump thin-basic.img >want
  # The mapping tree's only leaf.
  leaf=$("$dminspect" get thin-basic.img "blocks[$("$dminspect" get thin-basic.img superblock.data_mapping_root)].values[0]")
  printf x | dd of=thin-basic.img bs=1 seek=$((leaf * 4096 + 2000)) conv=notrunc status=none
  run "$dmc" thin_dump -o new thin-basic.img
  status_is 64
  has "block $leaf: the checksum of this btree node is wrong [pdata.block.checksum]"
  cp want old
  run "$dmc" thin_dump -o old thin-basic.img
  status_is 64
  cmp old want
  [ -z "$(find . -name 'new*' -o -name 'old.*')" ]
}

@test "the metadata snapshot, by its block or not" {
  image thin-metasnap
  "$dmc" thin_dump -m thin-metasnap.img >a
  "$dmc" thin_dump -m=25 thin-metasnap.img | cmp - a
  "$dmc" thin_dump --metadata-snap=25 thin-metasnap.img | cmp - a
  run "$dmc" thin_dump -m=24 thin-metasnap.img
  status_is 64
  has "the metadata snapshot is block 25, not 24"
}

@test "every tool is installed by its name" {
  make -s -C "$root" install DESTDIR="$PWD" PREFIX=/usr O="$DMC_BUILD"
  names=$("$dmc" --help | sed -n '/^Tools/,/^$/s/^  \([a-z_]*\) .*/\1/p')
  [ -n "$names" ]
  for name in $names; do
    run "usr/bin/$name" --help
    status_is 0
    has "Usage: dmc $name "
  done
  [ "$(find usr/bin -type l | wc -l)" -eq "$(wc -w <<<"$names")" ]
}

@test "random pools of thin-provisioning-tools, and damage" {
  run "$root/tests/format/differential" "$DMC_BUILD" 3
  status_is 0
}
