#!/usr/bin/env bash
# Coverage-guided fuzzing of one reader of users' files: tests/fuzz/fuzz.sh READER [MINUTES] [FOLDER].
# Instruments the readers' assemblies and the managed libraries that they read through (SharpFuzz), begins with small files that the reader takes, and lets AFL++ change them. Prints
# what was done, and fails if a file led to another exception than the reader's own, took more than a second of the processor, or more memory than its size allows. Such files stay
# in FOLDER/READER/default/crashes and hangs; "dotnet tests/fuzz/bin/Release/net10.0/PatchMoE.Fuzz.dll try READER FILE…" tells what became of them.
# Needs: afl++ (Debian, Ubuntu) and the tool SharpFuzz.CommandLine, which is installed beside the build if it is not on the PATH.
set -euo pipefail
cd "$(dirname "$0")"
reader=${1:?"which reader? spec, safetensors, npy, npz, idx, cifar10, csv, checkpoint, metrics, picture, mail, jsonl or attributes"}
minutes=${2:-30}
folder=$(realpath -m "${3:-bin/fuzz}")
command -v afl-fuzz >/dev/null || { echo "afl-fuzz is missing: apt-get install afl++" >&2; exit 2; }
tool=$(command -v sharpfuzz || true)
if [ -z "$tool" ]; then
  tool=$PWD/bin/tools/sharpfuzz
  [ -x "$tool" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path bin/tools >/dev/null
fi

# Instrumented copies, beside the ordinary build. One at a time: several readers may be started together.
build=bin/Release/net10.0
code=bin/instrumented
exec 9>bin/lock
flock 9
if [ ! -e "$build/PatchMoE.Fuzz.dll" ]; then
  dotnet build -c Release -v quiet
fi
if [ ! -e "$code/done" ] || [ "$build/PatchMoE.Fuzz.dll" -nt "$code/done" ]; then
  rm -rf "$code" && cp -r "$build" "$code"
  for assembly in PatchMoE PatchMoE.Spec PatchMoE.Gen PatchMoE.Training PatchMoE.Imaging PatchMoE.Documents PatchMoE.Text CsvHelper MimeKit AngleSharp; do
    "$tool" "$code/$assembly.dll" >/dev/null
  done
  touch "$code/done"
fi
flock -u 9

mkdir -p "$folder"
dotnet "$build/PatchMoE.Fuzz.dll" seeds "$folder/seeds"
# A reader's earlier run in FOLDER goes on: its files and counts are kept.
begin=$folder/seeds/$reader
if [ -e "$folder/$reader/default/fuzzer_stats" ]; then
  begin=-
else
  rm -rf "${folder:?}/$reader"
fi

export AFL_NO_UI=1 AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_FORKSRV_INIT_TMOUT=120000
export DOTNET_TieredPGO=0 DOTNET_gcServer=0 DOTNET_GCHeapHardLimit=0x80000000
afl-fuzz -i "$begin" -o "$folder/$reader" -m none -t 120000 -V $((minutes * 60)) -- dotnet "$code/PatchMoE.Fuzz.dll" run "$reader" >"$folder/$reader.log" 2>&1 || {
  tail -n 20 "$folder/$reader.log" >&2
  exit 1
}

state=$folder/$reader/default/fuzzer_stats
value() { sed -nE "s/^$1 *: //p" "$state"; }
echo "$reader: $(value run_time) s, $(value execs_done) executions, $(value edges_found) edges, $(value corpus_count) files kept, $(value saved_crashes) crashes, $(value saved_hangs) hangs"
[ "$(value saved_crashes)" -eq 0 ] && [ "$(value saved_hangs)" -eq 0 ]
