#!/usr/bin/env bash
# Times the shapes of docs/performance.md in turns with PyTorch, libtorch and ONNX Runtime, and how time grows with each size.
#   benchmarks/compare/run.sh                    prints the tables
#   benchmarks/compare/run.sh --write            writes them to docs/performance.md
#   benchmarks/compare/run.sh --avx2             limits ours, PyTorch and libtorch to AVX2
#   benchmarks/compare/run.sh --stacks           times stacks of layers, which have tables of their own
#   benchmarks/compare/run.sh --help             lists all options
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

command -v dotnet >/dev/null || { echo "dotnet is missing: install the .NET 10 SDK (https://dotnet.microsoft.com/download)" >&2; exit 1; }
command -v python3 >/dev/null || { echo "python3 is missing: install it (Debian: apt install python3)" >&2; exit 1; }
for project in PatchMoE.Compare PatchMoE.Peers; do
  dotnet build "$here/$project" -c Release -v q --nologo >&2
done
exec python3 "$here/compare.py" "$@" \
  --ours dotnet "$here/PatchMoE.Compare/bin/Release/net10.0/PatchMoE.Compare.dll" \
  --peers-program dotnet "$here/PatchMoE.Peers/bin/Release/net10.0/PatchMoE.Peers.dll"
