#!/usr/bin/env bash
# Installs what is missing of the Debian packages in tests/packages.txt. Usage: tests/install.sh build|run|test ...
# Exit 3 with the line to type when it cannot.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for section in "$@"; do
  while read -r package; do
    status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [[ $status == *"ok installed" ]] || missing+=("$package")
  done < <(awk -v want="# $section" '/^#/ { inside = ($0 == want); next } inside && NF { print $1 }' tests/packages.txt)
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "installing: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
  if ! command -v sudo >/dev/null || ! sudo -v; then
    echo "these Debian packages are missing and need root: apt-get install ${missing[*]}" >&2
    exit 3
  fi
fi
install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" \
    >"$log" 2>&1
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! install; then  # the lists may be old or absent
  if ! { "${as_root[@]}" apt-get update -q && install; } >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt-get could not install: ${missing[*]}" >&2
    echo "the packages are those of Debian 12; on another system install their equivalents by hand" >&2
    exit 3
  fi
fi
