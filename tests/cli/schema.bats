#!/usr/bin/env bats
# The JSON Schema, by a validator of somebody else's: it takes what the parser takes and
# refuses what the parser refuses structurally.

load helper

validate() {
  /usr/bin/python3 "$root/tests/cli/validate.py" "$root/schemas/layout.schema.json" "$@"
}

@test "the schema is valid draft-07 and takes every example" {
  run validate "$root"/examples/*.yaml
  status_is 0
}

@test "the example of every target" {
  for target in $("$dmc" targets | awk '{ print $1 }'); do
    {
      printf 'dmc: 1\nvolumes:\n  '
      "$dmc" targets "$target" | sed '1,/^Example/d' | sed '1s/^ *//; 1!s/^/  /'
    } >"$target.yaml"
  done
  run validate ./*.yaml
  status_is 0
}

@test "what the parser refuses structurally" {
  local n=0
  while IFS= read -r line; do
    printf '%b' "$line" >"bad$n.yaml"
    run "$dmc" check "bad$n.yaml"
    status_is 1
    run validate "bad$n.yaml"
    status_is 1
    n=$((n + 1))
  done <<'END'
volumes: {}\n
dmc: 2\n
dmc: 1\nvolume: {}\n
dmc: 1\nvolumes: []\n
dmc: 1\nvolumes: {v: {target: zero, size: 2048}}\n
dmc: 1\nvolumes: {v: {target: zero, size: 1Mib}}\n
dmc: 1\nvolumes: {v: {target: nothing, size: 1MiB}}\n
dmc: 1\nvolumes: {v: {target: zero, sise: 1MiB}}\n
dmc: 1\nvolumes: {v: {target: linear, size: 1MiB}}\n
dmc: 1\ndevices: {d: {size: 1MiB}}\n
dmc: 1\ndevices: {d: {file: a, path: b}}\n
dmc: 1\nvolumes: {v: {target: zero, size: 1MiB, read_only: "yes"}}\n
dmc: 1\nvolumes: {v: {segments: []}}\n
dmc: 1\nvolumes: {v: {target: cache, metadata: a, cache: b, origin: c, block_size: 64KiB, features: [fast]}}\n
dmc: 1\nexpect: [{min_size: 1MiB}]\n
END
  [ "$n" -eq 15 ]
}

@test "every field has a description" {
  run /usr/bin/python3 - "$root/schemas/layout.schema.json" <<'END'
import json, sys
def walk(node, path):
    if isinstance(node, dict):
        for name, prop in node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else []:
            text = json.dumps(prop)
            if "description" not in text and "#/definitions/text" not in text:
                print(path + "/" + name)
        for key, value in node.items():
            walk(value, path + "/" + key)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            walk(value, path + "/" + str(i))
walk(json.load(open(sys.argv[1])), "")
END
  status_is 0
  [ -z "$output" ]
}
