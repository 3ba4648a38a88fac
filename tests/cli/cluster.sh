#!/bin/sh
# SPDX-License-Identifier: MIT
# The scripts for clusters, in a loop, under GNU parallel, and under a Slurm of this machine alone: 127.0.0.1, ports and folders of its
# own. What they leave is the same, and is that of one run.
. "$srcdir/tests/support/tap.sh"
scripts=$(cd "$srcdir/netlists/cluster" && pwd)
cd "$tmp" || exit 99
mkdir bin && ln -s "$SYNAPTOGEN" bin/synaptogen && PATH=$tmp/bin:$PATH && export PATH
awk 'BEGIN { srand(1); for (i = 0; i < 16; i++) for (j = 0; j < 40; j++)
    printf "%.3g%s", 2e-5 + 8e-5 * rand(), j < 39 ? "," : "\n" }' >targets.csv
CELLS=2000
export CELLS
synaptogen program --targets targets.csv --seed 1 -o weights.state >/dev/null
synaptogen sample --cells $CELLS --cycles 1 --seed 1 -o features.npy
for way in loop parallel slurm killed; do mkdir $way && cp targets.csv $way/targets.csv; done

same() { # FOLDER
    (cd "$1" && synaptogen join weights.?.state -o joined.state && cmp joined.state ../weights.state &&
        synaptogen join features.?.npy -o joined.npy && cmp joined.npy ../features.npy)
}

loop() {
    (cd loop && for TASK in 4 2 1 3; do export TASK; "$scripts/cells.sh" 4 || exit 1; done) && same loop
}
check "four tasks, one after the other, are one run" loop

sweep() {
    (cd loop && for TASK in 1 14 27; do export TASK; "$scripts/sweep.sh" || exit 1; done && cat point.*.csv) >points &&
        cat points && cut -d , -f 1-5 points >found && printf '1,16,0,16,16\n2,32,1,32,32\n3,64,5,64,64\n' | cmp - found
}
check "tasks of the sweep are its points: seed, size and ohm, then what the write reports" sweep

# The second route: the library's own write of the same cells counts the same wrong bits. At -0.65 V not all cells SET.
circuits() (
    mkdir circuits && cd circuits || exit 1
    OPTIONS="--rows 8 --cols 6 --v-set -0.65 --v-reset 1.1" && export OPTIONS
    for TASK in 3 012 0; do export TASK; "$scripts/circuits.sh" || { cat run_*.log; exit 1; }; done
    TASK=3 NGSPICE=false "$scripts/circuits.sh" || exit 1 # is there already
    ! TASK=4 NGSPICE=false "$scripts/circuits.sh" 2>err || exit 1
    grep -qx 'circuits.sh: ngspice has failed; see run_0004.log' err && rm run_0004.* err || exit 1
    for seed in 0 3 12; do
        synaptogen crossbar write --rows 8 --cols 6 --pattern random --seed $seed --v-set -0.65 --v-reset 1.1 --steps 500 -o a.state |
            awk -F, -v seed=$seed 'NR == 2 { print seed ",48," $7; if ($7 == 0) exit 1 }' || exit 1
    done >wanted
    cat run_*.csv && cat run_*.csv | cmp - wanted && [ "$(ls | wc -l)" -eq 5 ]
)
check "circuits of a Monte Carlo count the wrong bits that the library counts for the same seeds, and leave a row each" circuits

# Three tiles of 8 outputs and 5 inputs: currents of all 15 inputs, within the rounding of single precision.
network() (
    mkdir network && cd network || exit 1
    for t in 1 2 3; do
        awk -v s=$t 'BEGIN { srand(s); for (i = 0; i < 8; i++) for (j = 0; j < 5; j++)
            printf "%.3g%s", 2e-5 + 8e-5 * rand(), j < 4 ? "," : "\n" }' >weights.$t.npy.csv
        awk -v s=$t 'BEGIN { srand(9 + s); for (i = 0; i < 4; i++) for (j = 0; j < 5; j++)
            printf "%.3g%s", 0.3 * rand(), j < 4 ? "," : "\n" }' >inputs.$t.npy.csv
        # join --add of one matrix makes a .npy of a table
        synaptogen join --add weights.$t.npy.csv -o weights.$t.npy && synaptogen join --add inputs.$t.npy.csv -o inputs.$t.npy &&
            TASK=$t "$scripts/network.sh" && ls -i tile.$t.state currents.$t.npy >before && TASK=$t "$scripts/network.sh" &&
            ls -i tile.$t.state currents.$t.npy | cmp - before && synaptogen read tile.$t.state --conductance --u 0.2 >g.$t.csv || exit 1
    done
    synaptogen join --add currents.?.npy -o currents.csv && [ "$(grep -c , currents.csv)" -eq 4 ] &&
        synaptogen join --add currents.1.npy -o one.csv && synaptogen join --add currents.2.npy -o two.csv &&
        synaptogen join --add currents.3.npy -o three.csv && paste -d , one.csv two.csv three.csv currents.csv | awk -F, '
            { for (k = 1; k <= 8; k++) { sum = $k + $(k + 8) + $(k + 16); if ((d = sum - $(k + 24)) * d > (1e-6 * sum) ^ 2) exit 1; n++ } }
            END { exit n != 32 }'
)
check "tiles of a network, each in a task, are added to the products of the layer" network

if command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q GNU; then
    in_parallel() { (cd parallel && parallel -j 2 TASK={} "$scripts/cells.sh" 4 ::: 1 2 3 4) && same parallel; }
    check "four tasks under GNU parallel are one run" in_parallel
else
    skip "four tasks under GNU parallel are one run" "GNU parallel is not installed"
fi

# A controller, a node and munge, as root.
if [ "$(id -u)" -ne 0 ] || ! command -v slurmctld >/dev/null || ! command -v slurmd >/dev/null || ! command -v munged >/dev/null; then
    for claim in "four tasks under Slurm are one run" "a task that is killed is done again, and the whole is one run" \
        "tasks of a node that fails are done again, and the whole is one run"; do
        skip "$claim" "Slurm and munge are not installed, or this user is not root"
    done
    finish
    exit
fi
host=$(hostname -s)
base=$((20000 + $$ % 20000))
etc=$tmp/slurm
mkdir -p "$etc/state" "$etc/spool" "$etc/munge"
chmod 755 "$tmp" && chmod 700 "$etc/munge"
dd if=/dev/urandom of="$etc/munge/key" bs=128 count=1 2>/dev/null && chmod 400 "$etc/munge/key"
cat >"$etc/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$base
SlurmdPort=$((base + 1))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$etc/munge/socket
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
ReturnToService=2
SlurmdTimeout=10
MinJobAge=600
StateSaveLocation=$etc/state
SlurmdSpoolDir=$etc/spool
SlurmctldPidFile=$etc/slurmctld.pid
SlurmdPidFile=$etc/slurmd.pid
SlurmctldLogFile=$etc/slurmctld.log
SlurmdLogFile=$etc/slurmd.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=500 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=10 State=UP
END
SLURM_CONF=$etc/slurm.conf
export SLURM_CONF
stop_all() {
    for daemon in slurmd slurmctld munged; do
        [ -s "$etc/$daemon.pid" ] && kill "$(cat "$etc/$daemon.pid")" 2>/dev/null
    done
    sleep 1
    rm -rf "$tmp"
}
trap stop_all EXIT
munged --key-file="$etc/munge/key" --socket="$etc/munge/socket" --pid-file="$etc/munged.pid" --log-file="$etc/munged.log" \
    --seed-file="$etc/munge/seed" --force >"$etc/munge.out" 2>&1
slurmctld -f "$SLURM_CONF" >"$etc/ctld.out" 2>&1
slurmd -f "$SLURM_CONF" >"$etc/d.out" 2>&1
up() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        sinfo -h -o %T 2>/dev/null | grep -q -E '^(idle|mixed|allocated)' && return
        sleep 1
    done
    tail -n 5 "$etc"/*.log "$etc"/*.out
    return 1
}
check "a Slurm of this machine alone starts" up

in_slurm() {
    (cd slurm && sbatch --wait --quiet --array=1-4 -o log.%a "$scripts/cells.sh" 4 || { cat log.*; exit 1; }) && same slurm
}
check "four tasks under Slurm are one run" in_slurm

# Task 2 is killed while it waits in the middle of its work; Slurm starts it again.
cat >stopped.sh <<END
#!/bin/sh
if [ "\$SLURM_ARRAY_TASK_ID" = 2 ] && [ "\${SLURM_RESTART_COUNT:-0}" = 0 ]; then
    synaptogen program --targets targets.csv --seed 1 --part 2/4 -o weights.%.state
    rm weights.2.state.part
    : >waiting
    sleep 120
fi
exec "$scripts/cells.sh" 4
END
done_after() { # JOB
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        [ -z "$(squeue -h -j "$1" 2>/dev/null)" ] && return
        # Slurm lets a task wait for two minutes before it is started again.
        scontrol update "JobId=${1}_2" StartTime=now 2>/dev/null
        sleep 2
    done
    squeue
    return 1
}
wait_for() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        [ -e "$1" ] && return
        sleep 1
    done
    return 1
}
requeued() {
    (cd killed && job=$(sbatch --parsable --requeue --array=1-4 -o log.%a ../stopped.sh) && wait_for waiting &&
        scontrol requeue "${job}_2" && done_after "$job" || { cat log.*; exit 1; }) && same killed
}
check "a task that is killed in the middle is done again, and the whole is one run" requeued

# The node dies with a task on it, and comes back.
node_fails() {
    rm -rf killed && mkdir killed && cp targets.csv killed/targets.csv &&
        (cd killed && job=$(sbatch --parsable --requeue --array=1-4 -o log.%a ../stopped.sh) && wait_for waiting &&
            scontrol update NodeName="$host" State=DOWN Reason=test && kill "$(cat "$etc/slurmd.pid")" && sleep 2 &&
            slurmd -f "$SLURM_CONF" && { scontrol update NodeName="$host" State=RESUME 2>/dev/null; done_after "$job"; } || { cat log.*; exit 1; }) &&
        same killed
}
check "tasks of a node that fails are done again, and the whole is one run" node_fails
finish
