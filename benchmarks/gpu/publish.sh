#!/usr/bin/env bash
# Makes benchmarks/gpu/out/patchmoe-gpu.tar.xz: all that run.sh needs on a machine that has an NVIDIA driver and Python, but neither .NET nor a network.
# Runs on any machine with the .NET SDK. OUT=DIR ./publish.sh puts it elsewhere.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${OUT:-$here/out}
most=$((60 * 1000 * 1000))   # the largest archive, in bytes

mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folder=$work/patchmoe-gpu
mkdir -p "$folder/bin"

# One folder and one runtime for both programs. Code compiled ahead (ReadyToRun), symbols and sources would take most of the room. The build has a folder of its own, as it
# is for one platform.
for project in src/PatchMoE.Cli benchmarks/gpu/GpuBench; do
  dotnet publish "$root/$project" -c Release -r linux-x64 --self-contained --artifacts-path "$work/artifacts" -o "$folder/bin" --nologo -v quiet \
    -p:PublishReadyToRun=false -p:DebugType=none -p:EmbedAllSources=false -p:GenerateDocumentationFile=false -p:RunAnalyzers=false
done

# What only a debugger, or the backend torch, needs.
rm -f "$folder"/bin/{libLibTorchSharp.so,createdump,libmscordaccore.so,libmscordbi.so,libcoreclrtraceptprovider.so}

mkdir "$folder/specs" "$folder/golden" "$folder/data"
cp "$root"/specs/*.json "$folder/specs/"
cp -r "$root"/tests/PatchMoE.Tests/Golden/*/ "$folder/golden/"
cp -r "$root/data/state-of-the-union" "$folder/data/"
cp "$here"/{run.sh,shapes.json,README.md} "$here"/*.py "$root/benchmarks/compare/formulations.py" "$root/LICENSE" "$folder/"

archive=$out/patchmoe-gpu.tar.xz
tar -C "$work" -c patchmoe-gpu | xz -T0 -6 >"$archive"
size=$(stat -c %s "$archive")
echo "$archive: $((size / 1000000)) MB, unpacked $(du -sm --apparent-size "$folder" | cut -f1) MiB"
[ "$size" -le "$most" ] || { echo "That is more than $((most / 1000000)) MB." >&2; exit 1; }
