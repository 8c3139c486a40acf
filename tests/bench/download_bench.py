#!/usr/bin/env python3
"""How fast sidewinder-fetch is beside curl: the same file from the same loopback server, hashing included.

  tests/bench/download_bench.py [--server python|nginx] [--mib 1024] [--runs 3] [--folder /dev/shm] [--fetch PROGRAM]

Each client is held to one core, the server to the others. The folder should be a tmpfs: on a disk, ours also waits
for every 4 MiB to be synced, which curl does not do. "python" is the tests' own hub, without TLS; "nginx" is Debian's,
with TLS, and compares HTTP/1.1 with HTTP/2 (the hub's answers are files then). Ours hashes, curl does not: the CPU time of
curl and that of SHA-256 by OpenSSL, added, is what one core needs for both, and the last column compares with that sum.
"""
import argparse, hashlib, json, os, pathlib, shutil, signal, socket, subprocess, sys, tempfile, time

here = pathlib.Path(__file__).resolve().parent
parser = argparse.ArgumentParser()
parser.add_argument("--server", choices=("python", "nginx"), default="python")
parser.add_argument("--mib", type=int, default=1024)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--folder", default="/dev/shm")
parser.add_argument("--cores", type=int, default=1, help="of each client")
parser.add_argument("--fetch", default=here.parent.parent / "build/release/bin/sidewinder-fetch")
arguments = parser.parse_args()

COMMIT = "0123456789abcdef0123456789abcdef01234567"
work = pathlib.Path(tempfile.mkdtemp(prefix="download-bench-", dir=arguments.folder))
cores = sorted(os.sched_getaffinity(0))
client, server_cores = set(cores[:arguments.cores]), set(cores[arguments.cores:]) or set(cores)
server = None
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing stays behind


def make_content(path):
    block, sum256 = os.urandom(1 << 20), hashlib.sha256()
    with open(path, "wb") as content:
        for i in range(arguments.mib):
            piece = i.to_bytes(8, "little") + block[8:]
            content.write(piece)
            sum256.update(piece)
    return sum256.hexdigest()


def on_server_cores():
    os.sched_setaffinity(0, server_cores)


def start_python(content):
    global server
    server = subprocess.Popen([sys.executable, here.parent / "support/hub_server/hub_server.py"], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=on_server_cores)
    hub = json.loads(server.stdout.readline())
    server.stdin.write(json.dumps({"do": "set", "files": {"big.bin": str(content)}, "rules": []}) + "\n")
    server.stdin.flush()
    server.stdout.readline()
    return hub["hub"], hub["cdn"] + "/blob/big.bin"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def start_nginx(sum256):
    global server
    subprocess.run(["sh", here.parent / "support/hub_server/make_certificates.sh", work], check=True, stderr=subprocess.DEVNULL)
    hub, cdn, size = free_port(), free_port(), arguments.mib << 20
    (work / "revision.json").write_text(json.dumps({"id": "o/r", "sha": COMMIT, "siblings": []}))
    (work / "tree.json").write_text(json.dumps([{"type": "file", "path": "big.bin", "oid": "1" * 40, "size": size,
                                                 "lfs": {"oid": sum256, "size": size, "pointerSize": 134}}]))
    temporary = "".join(f"{kind}_temp_path {work}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (work / "nginx.conf").write_text(f"""daemon off; master_process off; pid {work}/pid; error_log {work}/errors;
events {{ worker_connections 64; }}
http {{ access_log off; {temporary} default_type application/json; sendfile on; keepalive_requests 100000;
ssl_certificate {work}/good.pem; ssl_certificate_key {work}/good.key; root {work};
server {{ listen 127.0.0.1:{hub} ssl http2;
location = /api/models/o/r/revision/main {{ try_files /revision.json =404; }}
location = /api/models/o/r/tree/{COMMIT} {{ try_files /tree.json =404; }}
location = /o/r/resolve/{COMMIT}/big.bin {{ add_header X-Repo-Commit {COMMIT} always; add_header X-Linked-Etag '"{sum256}"' always;
 add_header X-Linked-Size {size} always; return 302 https://localhost:{cdn}/content.lfs; }} }}
server {{ listen 127.0.0.1:{cdn} ssl http2; http2_chunk_size 64k; }} }}""")
    server = subprocess.Popen([shutil.which("nginx", path="/usr/sbin:/usr/bin:" + os.environ["PATH"]), "-c", work / "nginx.conf",
                               "-e", work / "errors"], preexec_fn=on_server_cores)
    time.sleep(1)
    return f"https://127.0.0.1:{hub}", f"https://localhost:{cdn}/content.lfs"


def timed(command):
    """Seconds on the clock and seconds of the processor: only the second is steady on a shared machine."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               preexec_fn=lambda: os.sched_setaffinity(0, client))
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} ended with status {status}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime


def first_line(command):
    return subprocess.run(command, capture_output=True, text=True).stdout.split("\n")[0]


try:
    sum256 = make_content(work / "content.lfs")
    tls = arguments.server == "nginx"
    endpoint, url = start_nginx(sum256) if tls else start_python(work / "content.lfs")

    def fetch(connections, *more):
        shutil.rmtree(work / "model", ignore_errors=True)
        ca = ["--ca", work / "ca.pem"] if tls else []
        return timed([arguments.fetch, "--endpoint", endpoint, "--repo", "o/r", "--into", work / "model", "--file", "big.bin",
                      "--no-token", "--connections", str(connections), *ca, *more])

    def curl(*more):
        (work / "curl.bin").unlink(missing_ok=True)
        ca = ["--cacert", work / "ca.pem"] if tls else []
        return timed(["curl", "-s", "-f", "-o", work / "curl.bin", *ca, *more, url])

    def hash_it():
        curl()
        return timed(["openssl", "dgst", "-sha256", work / "curl.bin"])

    ways = [("curl, HTTP/1.1", lambda: curl("--http1.1")), ("SHA-256 of the file, openssl", hash_it)]
    if tls:
        ways += [("curl, HTTP/2", lambda: curl("--http2"))]
        for version in ("1.1", "2"):
            for connections in (1, 4):
                name = f"sidewinder-fetch, HTTP/{version}, {connections} request" + ("s" if connections > 1 else "")
                ways.append((name, lambda v=version, c=connections: fetch(c, "--http", v)))
    else:
        ways += [(f"sidewinder-fetch, {c} connection" + ("s" if c > 1 else ""), lambda c=c: fetch(c)) for c in (1, 4)]
    print(f"{arguments.mib} MiB from {arguments.server}{' with TLS' if tls else ''}, best of {arguments.runs}, "
          f"{arguments.cores} core(s) for the client, in {arguments.folder}")
    print(first_line(["curl", "--version"]))
    print("| way | MB/s | of curl | CPU s/GB | of curl, CPU | of curl and SHA-256, CPU |\n| --- | --- | --- | --- | --- | --- |")
    best = {name: [float("inf"), float("inf")] for name, _ in ways}
    for _ in range(arguments.runs):  # each way in every round: what else the machine does meets all of them
        for name, run in ways:
            best[name] = [min(pair) for pair in zip(best[name], run())]
            shutil.rmtree(work / "model", ignore_errors=True)
            (work / "curl.bin").unlink(missing_ok=True)
    of_curl, hashing = best["curl, HTTP/1.1"], best["SHA-256 of the file, openssl"]
    floor = [a + b for a, b in zip(of_curl, hashing)]
    best["the two of them one after the other"] = floor
    for name, (wall, cpu) in best.items():
        print(f"| {name} | {arguments.mib * 1.048576 / wall:.0f} | {of_curl[0] / wall:.2f} | {cpu * 1e3 / arguments.mib / 1.048576:.2f} | "
              f"{of_curl[1] / cpu:.2f} | {floor[1] / cpu:.2f} |", flush=True)
finally:
    if server:
        server.kill()
    shutil.rmtree(work, ignore_errors=True)
