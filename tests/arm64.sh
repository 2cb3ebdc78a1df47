#!/usr/bin/env bash
# Trains two networks on Arm64, emulated by QEMU, and on this machine, and compares the weights byte by byte.
# Needs (Debian): qemu-user libc6-arm64-cross libstdc++6-arm64-cross libgcc-s1-arm64-cross, and libssl3 for arm64 where the loader of QEMU_LD_PREFIX finds it.
#   tests/arm64.sh            about 4 minutes, most of them in QEMU
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export QEMU_LD_PREFIX=${QEMU_LD_PREFIX:-/usr/aarch64-linux-gnu}
command -v qemu-aarch64 >/dev/null || { echo "qemu-aarch64 is missing: install it (Debian: apt install qemu-user)" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet publish src/PatchMoE.Cli -c Release -r linux-arm64 --self-contained -o "$work/arm64" -v q --nologo >&2
dotnet build src/PatchMoE.Cli -c Release -v q --nologo >&2
# The runtime reserves more address space for its heap than QEMU can give.
export DOTNET_GCHeapHardLimit=80000000

different=0
for spec in mnist-joint digits-10; do
  # One epoch, of 100 samples where the spec says how many.
  sed -E -e 's/"epochs": *[0-9]+/"epochs": 1/' -e 's/"train": *1000/"train": 100/; s/"test": *1000/"test": 20/' "specs/$spec.json" >"$work/$spec.json"
  dotnet src/PatchMoE.Cli/bin/Release/net10.0/pmoe.dll train "$work/$spec.json" --out "$work/here-$spec" --threads 1 >/dev/null
  qemu-aarch64 "$work/arm64/pmoe" train "$work/$spec.json" --out "$work/arm64-$spec" --threads 2 >/dev/null
  if cmp "$work/here-$spec/weights.safetensors" "$work/arm64-$spec/weights.safetensors"; then
    echo "$spec: the weights are the same, byte by byte"
  else
    different=1
  fi
done
exit "$different"
