#!/usr/bin/env bash
# mnist-joint as a native library, as a native program and in ONNX Runtime: sizes, and the time from a process's start to its first answer.
# Needs the .NET SDK, gcc and python3, and the package Microsoft.ML.OnnxRuntime, which the tests restore.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pmoe() { dotnet run --project src/PatchMoE.Cli -c Release -- "$@"; }
runtime=$(ls -d "${NUGET_PACKAGES:-$HOME/.nuget/packages}"/microsoft.ml.onnxruntime/*/ | tail -n 1)
pmoe init specs/mnist-joint.json --seed 1 --weights "$work/weights.safetensors"
pmoe publish specs/mnist-joint.json --weights "$work/weights.safetensors" --out "$work" >/dev/null
pmoe export specs/mnist-joint.json --weights "$work/weights.safetensors" --onnx "$work/mnist-joint.onnx"
dotnet publish samples/Aot -c Release -o "$work/aot" >/dev/null
dotnet build samples/Aot -c Release >/dev/null
gcc -O2 benchmarks/publish/native.c -I "$work" -L "$work" -lmnist_joint -Wl,-rpath,"$work" -o "$work/native"
ln -s "$runtime/runtimes/linux-x64/native/libonnxruntime.so" "$work/libonnxruntime.so.1"
gcc -O2 benchmarks/publish/onnx.c -I "$runtime/build/native/include" "$work/libonnxruntime.so.1" -Wl,-rpath,"$work" -o "$work/onnx"
python3 - "$work/image.npy" <<'PYTHON'
import struct, sys
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 112, 112, 1), }"
header += " " * (63 - (10 + len(header)) % 64) + "\n"
open(sys.argv[1], "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + bytes(4 * 112 * 112))
PYTHON
ls -lL "$work/libmnist_joint.so" "$work/libonnxruntime.so.1" "$work/mnist-joint.onnx" "$work/aot/Aot" | awk '{ print $5, $9 }'
files="$work/weights.safetensors $work/image.npy $work/logits.npy"
python3 benchmarks/publish/first.py 50 "library=$work/native" "onnx=$work/onnx $work/mnist-joint.onnx" "aot=$work/aot/Aot $files" "jit=dotnet samples/Aot/bin/Release/net10.0/Aot.dll $files"
