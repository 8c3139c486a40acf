#!/usr/bin/env python3
"""How fast sidewinder-fetch is beside curl: the same file from the same loopback server, hashing included.

  tests/bench/download_bench.py [--mib 1024] [--runs 3] [--folder /dev/shm] [--fetch build/release/bin/sidewinder-fetch]

Each client is held to one core, the server to the others. The folder should be a tmpfs: on a disk, ours also waits
for every 4 MiB to be synced, which curl does not do.
"""
import argparse, json, os, pathlib, shutil, subprocess, sys, tempfile, time

here = pathlib.Path(__file__).resolve().parent
parser = argparse.ArgumentParser()
parser.add_argument("--mib", type=int, default=1024)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--folder", default="/dev/shm")
parser.add_argument("--cores", type=int, default=1, help="of each client")
parser.add_argument("--fetch", default=here.parent.parent / "build/release/bin/sidewinder-fetch")
arguments = parser.parse_args()

work = pathlib.Path(tempfile.mkdtemp(prefix="download-bench-", dir=arguments.folder))
cores = sorted(os.sched_getaffinity(0))
client, server_cores = set(cores[:arguments.cores]), set(cores[arguments.cores:]) or set(cores)
server = None
try:
    block = os.urandom(1 << 20)
    with open(work / "content.lfs", "wb") as content:
        for i in range(arguments.mib):
            content.write(i.to_bytes(8, "little") + block[8:])
    server = subprocess.Popen([sys.executable, here.parent / "support/hub_server/hub_server.py"], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              preexec_fn=lambda: os.sched_setaffinity(0, server_cores))
    hub = json.loads(server.stdout.readline())
    server.stdin.write(json.dumps({"do": "set", "files": {"big.bin": str(work / "content.lfs")}, "rules": []}) + "\n")
    server.stdin.flush()
    server.stdout.readline()

    def timed(command):
        begin = time.monotonic()
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       preexec_fn=lambda: os.sched_setaffinity(0, client))
        return time.monotonic() - begin

    def fetch(connections):
        shutil.rmtree(work / "model", ignore_errors=True)
        return timed([arguments.fetch, "--endpoint", hub["hub"], "--repo", "o/r", "--into", work / "model", "--file",
                      "big.bin", "--no-token", "--connections", str(connections)])

    def curl():
        (work / "curl.bin").unlink(missing_ok=True)
        return timed(["curl", "-s", "-f", "-o", work / "curl.bin", hub["cdn"] + "/blob/big.bin"])

    def curl_and_hash():
        seconds = curl()
        return seconds + timed(["sha256sum", work / "curl.bin"])

    results = {}
    for name, run in (("curl", curl), ("curl, then sha256sum", curl_and_hash), ("sidewinder-fetch, 1 connection", lambda: fetch(1)),
                      ("sidewinder-fetch, 4 connections", lambda: fetch(4))):
        results[name] = min(run() for _ in range(arguments.runs))
        shutil.rmtree(work / "model", ignore_errors=True)
        (work / "curl.bin").unlink(missing_ok=True)
    print(f"{arguments.mib} MiB, best of {arguments.runs}, {arguments.cores} core(s) for the client, in {arguments.folder}")
    for name, seconds in results.items():
        print(f"{name:34} {arguments.mib * 1.048576 / seconds:8.0f} MB/s   {results['curl'] / seconds:5.2f} of curl")
finally:
    if server:
        server.kill()
    shutil.rmtree(work, ignore_errors=True)
