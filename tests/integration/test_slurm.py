#!/usr/bin/python3
# labels: slow
"""A real one-node Slurm on loopback: the array job is submitted, one task is warned of its time limit, one is killed, both are
requeued, the shards are merged, and the hash is that of an undisturbed run.

Needs root and Debian's slurm-wlm and munge; skips, with the reason, if a Slurm cannot be started."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import PROGRAM, SKIPPED, SOURCE, attribute, fixed, must, result_hash

SHARDS = 4
CONFIGURATION = """\
ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmctldPort={control}
SlurmdPort={worker}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=4000
PartitionName=main Nodes=ALL Default=YES State=UP
"""


class Skip(Exception):
    pass


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(what, condition, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.1)
    raise TimeoutError(f"waited {seconds} s for {what}")


class Slurm:
    """Started by `with`, ended by process id."""

    def __init__(self, folder):
        self.folder, self.daemons = folder, []

    def start(self, *command):
        log = open(self.folder / f"{Path(command[0]).name}.out", "w")
        self.daemons.append(subprocess.Popen([str(word) for word in command], stdout=log, stderr=log))

    def tool(self, *command, check=True):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=self.environment)
        if check and done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def __enter__(self):
        try:
            self.start_all()
        except (TimeoutError, OSError) as fault:
            self.__exit__()
            raise Skip(f"Slurm did not start: {fault}")
        return self

    def start_all(self):
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        munge = [f"--{name}-file={self.folder}/munge.{name}" for name in ("key", "log", "pid", "seed")]
        self.start("munged", "-F", "--force", f"--socket={self.folder}/munge.socket", *munge)
        wait_for("munged", (self.folder / "munge.socket").exists, 15)
        host = socket.gethostname().split(".")[0]
        file = self.folder / "slurm.conf"
        file.write_text(CONFIGURATION.format(host=host, folder=self.folder, cpus=os.cpu_count(), control=free_port(),
                                             worker=free_port()))
        self.environment = {**os.environ, "SLURM_CONF": str(file), "QUADRILLE": PROGRAM}
        os.environ["SLURM_CONF"] = str(file)
        self.start("slurmctld", "-D", "-f", file)
        self.start("slurmd", "-D", "-f", file)
        wait_for("an idle node", lambda: "idle" in self.tool("sinfo", "-h", "-o", "%t", check=False), 30)

    def __exit__(self, *unused):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def state(self, task):
        return self.tool("squeue", "-h", "-r", "-j", task, "-o", "%T", check=False)

    def is_running(self, task, shard):
        """It has finished something already."""
        return self.state(task) == "RUNNING" and any(Path(f"{shard}.parts").glob("part-*.qdp"))


def processes_of(shard):
    """Ids of the quadrille that writes this shard; its path is in this test's own temporary folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if str(shard).encode() in words and os.path.samefile(entry / "exe", PROGRAM):
                found.append(int(entry.name))
        except OSError:
            pass
    return found


def check(folder):
    experiment = folder / "sweep.yaml"
    experiment.write_text(fixed(30000))
    whole = folder / "whole.h5"
    must("run", experiment, "-o", whole, "-q")
    (folder / "slurm").mkdir()
    with Slurm(folder / "slurm") as slurm:
        shards = [folder / "results" / f"shard-{k}.h5" for k in range(1, SHARDS + 1)]
        job = slurm.tool("sbatch", "--parsable", f"--array=0-{2 * SHARDS - 2}:2", "--cpus-per-task=1", "--time=30",
                         f"--output={folder}/log-%a.txt", SOURCE / "scripts" / "slurm" / "array.sbatch", experiment,
                         folder / "results")
        # The first task is warned as at its time limit: it stops with 75 and is requeued by the script.
        wait_for("the first task", lambda: slurm.is_running(f"{job}_0", shards[0]))
        # scancel may retry while the job restarts: it is ended after its effect.
        warning = subprocess.Popen(["scancel", "--signal=USR1", "--batch", f"{job}_0"])
        wait_for("its early end", lambda: "stopped early" in (folder / "log-0.txt").read_text())
        warning.kill()
        warning.wait()
        # The second one is killed, fails, and is requeued by hand.
        wait_for("the second task", lambda: slurm.is_running(f"{job}_2", shards[1]))
        killed = wait_for("its process", lambda: processes_of(shards[1]))
        os.kill(killed[0], signal.SIGKILL)
        wait_for("its failure", lambda: slurm.state(f"{job}_2") != "RUNNING")
        assert Path(f"{shards[1]}.parts").exists(), "it was over before it could be killed"
        slurm.tool("scontrol", "requeue", f"{job}_2")
        wait_for("all tasks", lambda: slurm.tool("squeue", "-h", "-j", job, check=False) == "", 600)
        merged = folder / "merged.h5"
        slurm.tool("sbatch", f"--output={folder}/merge.txt", SOURCE / "scripts" / "slurm" / "merge.sbatch", merged, folder / "results")
        wait_for("the merge", merged.exists, 120)
    for number in (0, 2):
        said = (folder / f"log-{number}.txt").read_text()
        assert said.count("worlds, seed") >= 2, f"task {number} was not started again:\n{said}"
    assert attribute(merged, "complete") == 1
    assert result_hash(merged) == result_hash(whole), "another hash"
    print(f"{SHARDS} tasks, one warned, one killed, both requeued: {result_hash(merged)}")


def main():
    missing = [name for name in ("munged", "slurmctld", "slurmd", "sbatch") if shutil.which(name) is None]
    if missing:
        raise Skip(f"there is no {', '.join(missing)} (Debian: slurm-wlm, munge)")
    if os.geteuid() != 0:
        raise Skip("only root can start this Slurm")
    with tempfile.TemporaryDirectory() as folder:
        check(Path(folder))


try:
    main()
except Skip as reason:
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)
