#!/usr/bin/env bash
# Training over MPI under hard conditions: 20 processes killed at random moments, network namespaces as hosts, a link that is cut, and Slurm's srun with a requeued job.
# Every training must end with the bytes of an undisturbed one. Needs root, openmpi-bin, iproute2, slurm-wlm and munge. Run it after a change to training over MPI:
#
#   tests/cluster.sh [kills] [hosts] [slurm]          (without arguments, all three)
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
pmoe=(dotnet "${PMOE:-$root/src/PatchMoE.Cli/bin/Release/net10.0/pmoe.dll}")
folder=$(mktemp -d)
export TERM=dumb OMPI_MCA_hwloc_base_binding_policy=none
mpi=(mpirun.openmpi --allow-run-as-root --oversubscribe)
failures=0

fail() { echo "FAILED: $*"; failures=$((failures + 1)); }
same() { cmp -s "$folder/whole/weights.safetensors" "$1/weights.safetensors" || fail "$1: other weights"; }
now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{ printf "%.1f s", $1 - $2 }'; }

spec=$folder/spec.json
sed 's/"epochs": 150/"epochs": 30/; s/"train": 1000, "test": 1000/"train": 100, "test": 50/' specs/mnist-joint.json > "$spec"
"${pmoe[@]}" train "$spec" --shares 4 --out "$folder/whole" > "$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }

kills() {
  local clean=0 equal=0 slowest=0
  for i in $(seq 20); do
    local run=$folder/kill$i ranks=$((2 + i % 3)) ended
    "${mpi[@]}" -n "$ranks" "${pmoe[@]}" train "$spec" --out "$run" > "$folder/log" 2>&1 &
    local job=$!
    sleep "$(awk -v seed="$i" 'BEGIN { srand(seed * 7919); printf "%.2f", 1 + 5 * rand() }')"
    local victim=$((i % ranks)) id=""
    for process in /proc/[0-9]*; do
      if cat "$process/environ" 2>/dev/null | tr '\0' '\n' | grep -qx "OMPI_COMM_WORLD_RANK=$victim" && cat "$process/cmdline" 2>/dev/null | tr '\0' ' ' | grep -q "$run\b"; then
        id=${process#/proc/}
      fi
    done
    [ -n "$id" ] && kill -9 "$id" 2>/dev/null
    local killed; killed=$(now)
    wait "$job"; local code=$?
    ended=$(since "$killed")
    if [ -n "$id" ] && [ "$code" -eq 0 ]; then echo "kill $i: came after the end"; fi
    awk -v t="${ended% s}" 'BEGIN { exit !(t < 10) }' && clean=$((clean + 1))
    slowest=$(printf '%s\n%s\n' "$slowest" "${ended% s}" | sort -g | tail -n 1)

    # Killed before the first checkpoint, it starts again.
    local how=--resume
    [ -e "$run/checkpoint.safetensors" ] || how=--force
    "${mpi[@]}" -n $((1 + i % 4)) "${pmoe[@]}" train "$spec" --out "$run" $how > "$folder/log" 2>&1 || { tail -n 5 "$folder/log"; fail "resume $i"; }
    same "$run"
    cmp -s "$folder/whole/weights.safetensors" "$run/weights.safetensors" && equal=$((equal + 1))
  done
  echo "kills: $clean of 20 ended within 10 s (slowest $slowest s), $equal of 20 resumed to the same bytes"
}

hosts() {
  # Two hosts with a cable between them; the agent runs what mpirun would run by ssh.
  for h in 1 2; do ip netns add "pmoe$h" || return; done
  ip link add pmoe-a netns pmoe1 type veth peer name pmoe-b netns pmoe2
  ip -n pmoe1 addr add 10.99.0.1/24 dev pmoe-a; ip -n pmoe1 link set pmoe-a up; ip -n pmoe1 link set lo up
  ip -n pmoe2 addr add 10.99.0.2/24 dev pmoe-b; ip -n pmoe2 link set pmoe-b up; ip -n pmoe2 link set lo up
  printf '#!/bin/sh\nhost=$1; shift\ncase $host in 10.99.0.1) space=pmoe1;; *) space=pmoe2;; esac\nexec ip netns exec $space sh -c "$*"\n' > "$folder/agent"
  chmod +x "$folder/agent"
  local over=(ip netns exec pmoe1 "${mpi[@]}" --mca plm_rsh_agent "$folder/agent" --mca btl tcp,self --mca btl_tcp_if_include 10.99.0.0/24 --mca oob_tcp_if_include 10.99.0.0/24)
  "${over[@]}" --host 10.99.0.1,10.99.0.2 -n 2 "${pmoe[@]}" train "$spec" --out "$folder/hosts2" > "$folder/log" 2>&1 || { tail -n 5 "$folder/log"; fail "two hosts"; }
  same "$folder/hosts2"
  "${over[@]}" --host 10.99.0.1:2,10.99.0.2:1 -n 3 "${pmoe[@]}" train "$spec" --out "$folder/hosts3" > "$folder/log" 2>&1 || { tail -n 5 "$folder/log"; fail "two hosts, three processes"; }
  same "$folder/hosts3"
  echo "hosts: 2 and 3 processes on two network namespaces trained"

  "${over[@]}" --host 10.99.0.1,10.99.0.2 -n 2 "${pmoe[@]}" train "$spec" --deadline 5 --out "$folder/cut" > "$folder/log" 2>&1 &
  local job=$!
  for _ in $(seq 600); do [ -e "$folder/cut/checkpoint.safetensors" ] && break; sleep 0.1; done
  ip -n pmoe1 link set pmoe-a down
  local cut; cut=$(now)
  for _ in $(seq 300); do pgrep -f "^dotnet .*--out $folder/cut" > /dev/null || break; sleep 0.1; done
  echo "cut link: both processes ended after $(since "$cut"), with a deadline of 5 s; mpirun $(kill -0 "$job" 2>/dev/null && echo "goes on" || echo "has ended, too")"
  grep -h '^error' "$folder/log"
  kill -9 "$job" 2>/dev/null; wait "$job" 2>/dev/null
  "${pmoe[@]}" train "$spec" --out "$folder/cut" --resume > "$folder/log" 2>&1 || { tail -n 5 "$folder/log"; fail "resume after the cut"; }
  same "$folder/cut"
  ip netns del pmoe1; ip netns del pmoe2
}

slurm() {
  local d=$folder/slurm; mkdir -p "$d"/{state,spool.node1,spool.node2,tmp.node1,tmp.node2}
  cat > "$d/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=localhost
SlurmctldPort=17000
SlurmUser=root
AuthType=auth/munge
AuthInfo=cred_expire=5
MpiDefault=pmix
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobRequeue=1
KillWait=5
SlurmdTimeout=10
JobAcctGatherType=jobacct_gather/linux
StateSaveLocation=$d/state
SlurmdSpoolDir=$d/spool.%n
TmpFS=$d/tmp.%n
SlurmctldPidFile=$d/slurmctld.pid
SlurmdPidFile=$d/slurmd.%n.pid
SlurmctldLogFile=$d/slurmctld.log
SlurmdLogFile=$d/slurmd.%n.log
NodeName=node[1-2] NodeAddr=127.0.0.1 NodeHostname=localhost Port=[17001-17002] CPUs=2 RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$d/slurm.conf OMPI_MCA_btl=tcp,self
  munge -n < /dev/null > /dev/null 2>&1 || { install -d -o munge -g munge -m 755 /run/munge; runuser -u munge -- munged; }
  slurmctld; slurmd -N node1; slurmd -N node2
  for _ in $(seq 100); do [ "$(sinfo -h -N -o %T | grep -c idle)" -eq 2 ] && break; sleep 0.2; done
  srun --mpi=pmix -N2 -n2 "${pmoe[@]}" train "$spec" --out "$folder/srun" > "$folder/log" 2>&1 || { tail -n 5 "$folder/log"; fail "srun"; }
  same "$folder/srun"
  echo "srun: two processes on two nodes trained"

  printf '#!/bin/bash\nhow=; [ -e %q ] && how=--resume\nexec srun --mpi=pmix -N2 -n2 %s train %q --out %q $how\n' \
    "$folder/queued/checkpoint.safetensors" "${pmoe[*]}" "$spec" "$folder/queued" > "$d/job.sh"
  local job; job=$(sbatch --parsable -N2 -n2 --requeue -o "$d/job.log" "$d/job.sh")
  for _ in $(seq 600); do [ -e "$folder/queued/checkpoint.safetensors" ] && break; sleep 0.1; done
  scontrol requeue "$job"
  for _ in $(seq 1200); do squeue -h -j "$job" 2>/dev/null | grep -q . || break; sleep 0.1; done
  grep -q 'note:\|resum' "$d/job.log"; same "$folder/queued"
  echo "requeued: job $job ended"
  kill "$(cat "$d"/slurmctld.pid)" "$(cat "$d"/slurmd.node1.pid)" "$(cat "$d"/slurmd.node2.pid)" 2>/dev/null
}

for part in "${@:-kills hosts slurm}"; do for one in $part; do "$one"; done; done
[ "$failures" -eq 0 ] && rm -rf "$folder"
echo "$failures failures"
[ "$failures" -eq 0 ]
