# Sourced by the command-line tests. The programs come from $DMC_BUILD.

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
: "${DMC_BUILD:=$root/build}"
dmc=$DMC_BUILD/dmc

setup() {
  cd "$BATS_TEST_TMPDIR" || exit 1
  export NO_COLOR=1
}

# Compares $output with tests/cli/golden/NAME; `make golden` rewrites it for review.
golden() {
  local file=$root/tests/cli/golden/$1
  if [ -n "${DMC_GOLDEN-}" ]; then
    printf '%s\n' "$output" >"$file"
  fi
  diff -u "$file" <(printf '%s\n' "$output")
}

status_is() {
  [ "$status" -eq "$1" ] || {
    echo "exit status $status, expected $1: $output"
    return 1
  }
}

has() {
  [[ $output == *"$1"* ]] || {
    echo "not found: $1"
    echo "in: $output"
    return 1
  }
}
