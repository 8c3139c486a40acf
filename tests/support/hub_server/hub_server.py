#!/usr/bin/env python3
"""A scripted model hub on the loopback, for tests. Standard library only.

Two origins: the hub (tree, revision, resolve) on 127.0.0.1 and a CDN on localhost, each on a port of its own.
Commands are JSON lines on standard input, each answered by one JSON line {"id":…,"reply":…} with the command's "id":
  {"do":"set","files":{NAME:PATH,…},"rules":[…],"tree":RAW or null,"token":T or null,"public":bool}
  {"do":"log"}            every request since the last set: host, method, path, header fields, what was sent
  {"do":"close"} / {"do":"open"}    the ports refuse connections / take them again
A rule changes the answers to the requests that it matches:
  where   "revision", "tree", "resolve", "hub_file", "cdn" (what is asked), or "any"
  file    only for this name; method: only for this method
  skip, times    leave out the first `skip` matches, then hold for `times` (default: for ever)
  percent, seed  hold at random
and says what happens instead (all optional):
  status, headers [[k,v]…], drop [names], body (text), raw (the whole answer, latin-1)
  cut  bytes of body after which the connection ends, as `end` says: "fin" (default), "reset", "stall"
  rate  bytes a second; delay  seconds before the answer
  flip  XOR the body's byte at this offset of the file; ignore_range; redirect (URL, {cdn} and {hub} replaced)
"""
import argparse, hashlib, json, os, random, socket, ssl, struct, sys, threading, time, urllib.parse

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    def __init__(self, arguments):
        self.lock = threading.Lock()
        self.files, self.rules, self.log, self.tree, self.token = {}, [], [], None, None
        self.open, self.listeners = True, []
        self.connections = set()
        self.context = None
        if arguments.cert:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.set_ciphers("ALL:@SECLEVEL=0")  # it is the client that is to refuse
            if arguments.old_tls:
                self.context.minimum_version = ssl.TLSVersion.TLSv1_1
                self.context.maximum_version = ssl.TLSVersion.TLSv1_1
            self.context.load_cert_chain(arguments.cert, arguments.key)
        self.scheme = "https" if self.context else "http"
        self.listen("hub", "127.0.0.1")
        self.listen("cdn", "localhost")
        self.listen("proxy", "127.0.0.1")
        self.proxy = self.proxy.replace("https:", "http:")

    def listen(self, name, host):
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        url = f"{self.scheme}://{host}:{listener.getsockname()[1]}"
        setattr(self, name, url)
        self.listeners.append([listener, name])
        threading.Thread(target=self.accept, args=(self.listeners[-1],), daemon=True).start()

    def accept(self, entry):
        while True:
            try:
                connection, _ = entry[0].accept()
            except OSError:
                time.sleep(0.02)
                continue
            threading.Thread(target=self.serve, args=(connection, entry[1]), daemon=True).start()

    def shut(self):  # the ports refuse: the network is down
        for entry in self.listeners:
            entry.append(entry[0].getsockname())
            entry[0].shutdown(socket.SHUT_RDWR)
            entry[0].close()
        with self.lock:
            for connection in list(self.connections):
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def reopen(self):
        for entry in self.listeners:
            entry[0] = socket.create_server(entry.pop(), backlog=64)

    def serve(self, connection, site):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw = connection
        try:
            if site == "proxy":
                return self.tunnel(connection)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with self.lock:
                self.connections.add(connection)
            buffer = b""
            while True:
                while b"\r\n\r\n" not in buffer:
                    more = connection.recv(65536)
                    if not more:
                        return
                    buffer += more
                head, buffer = buffer.split(b"\r\n\r\n", 1)
                if not Request(self, connection, raw, site, head.decode("latin-1")).answer():
                    return
        except (OSError, ssl.SSLError):
            pass
        finally:
            with self.lock:
                self.connections.discard(connection)
            connection.close()

    def tunnel(self, connection):  # CONNECT only; NAME.example is the hub, whatever the port
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(4096)
            if not more:
                return
            head += more
        request = Request(self, connection, connection, "proxy", head.decode("latin-1").split("\r\n\r\n")[0])
        rule = self.rule_for(request)
        if "raw" in rule:
            return connection.sendall(rule["raw"].encode("latin-1"))
        host, _, port = request.target.rpartition(":")
        if host.endswith(".example"):
            host, port = "127.0.0.1", urllib.parse.urlsplit(self.hub).port
        with socket.create_connection((host, int(port))) as onward:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self.pour, args=(onward, connection, 1 << 60), daemon=True)
            back.start()
            self.pour(connection, onward, 1 << 60)
            back.join()

    @staticmethod
    def pour(source, target, most):
        try:
            while most > 0:
                block = source.recv(65536)
                if not block:
                    break
                target.sendall(block)
                most -= len(block)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def rule_for(self, request):
        with self.lock:
            for rule in self.rules:
                if rule.get("where", "any") not in ("any", request.kind):
                    continue
                if rule.get("file") not in (None, request.file) or rule.get("method") not in (None, request.method):
                    continue
                rule["seen"] = rule.get("seen", 0) + 1
                if rule["seen"] <= rule.get("skip", 0) or rule.get("used", 0) >= rule.get("times", 1 << 60):
                    continue
                if "percent" in rule and rule.setdefault("random", random.Random(rule.get("seed", 1))).random() * 100 >= rule["percent"]:
                    continue
                rule["used"] = rule.get("used", 0) + 1
                return rule
        return {}


class Request:
    def __init__(self, hub, connection, raw, site, head):
        lines = head.split("\r\n")
        self.hub, self.connection, self.raw, self.site = hub, connection, raw, site
        self.method, self.target, _ = lines[0].split(" ", 2)
        self.fields = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            self.fields[name.lower()] = value.strip()
        self.entry = {"site": site, "method": self.method, "path": self.target, "fields": self.fields, "sent": 0}
        with hub.lock:
            hub.log.append(self.entry)
        self.path = urllib.parse.urlsplit(self.target).path
        self.kind, self.file = self.what()

    def what(self):
        parts = [urllib.parse.unquote(part) for part in self.path.strip("/").split("/")]
        if self.site == "proxy":
            return "proxy", None
        if self.site == "cdn":
            return "cdn", parts[-1]
        if parts[:2] == ["api", "models"] and len(parts) >= 6:
            return parts[4], None
        if len(parts) >= 5 and parts[2] == "resolve":
            return ("resolve" if self.method == "HEAD" else "hub_file"), parts[4]
        return "other", None

    # Answers: True to keep the connection.
    def answer(self):
        rule = self.hub.rule_for(self)
        self.entry["rule"] = rule.get("name", "")
        if rule.get("delay"):
            time.sleep(rule["delay"])
        if "raw" in rule:
            self.connection.sendall(rule["raw"].replace("{cdn}", self.hub.cdn).replace("{hub}", self.hub.hub).encode("latin-1"))
            return False
        if "repeat" in rule:  # a storm of the same bytes
            for _ in range(rule["count"]):
                self.connection.sendall(rule["repeat"].encode("latin-1"))
        if "redirect" in rule:
            target = rule["redirect"].replace("{cdn}", self.hub.cdn).replace("{hub}", self.hub.hub).replace("{path}", self.path).replace("{cdnip}", self.hub.cdn.replace("localhost", "127.0.0.1"))
            return self.send(rule, rule.get("status", 302), [["Location", target]], b"")
        if "status" in rule and "body" not in rule and not rule.get("keep"):
            return self.send(rule, rule["status"], [], b"")
        if "body" in rule:
            return self.send(rule, rule.get("status", 200), [["Content-Type", "text/plain"]], rule["body"].encode())
        token = self.hub.token
        if token and self.site == "hub" and self.fields.get("authorization") != "Bearer " + token:
            return self.send(rule, 401, [["X-Error-Message", "Invalid credentials in Authorization header"]], b"")
        if self.kind == "revision":
            return self.send_json(rule, {"id": "o/r", "sha": COMMIT, "siblings": [], "gated": False})
        if self.kind == "tree":
            return self.send_tree(rule)
        known = self.hub.files.get(self.file)
        if known is None:
            return self.send(rule, 404, [["X-Error-Code", "EntryNotFound"], ["X-Repo-Commit", COMMIT]], b"")
        if self.kind == "resolve":
            return self.send_resolve(rule, known)
        if self.kind in ("cdn", "hub_file"):
            return self.send_file(rule, known)
        return self.send(rule, 404, [["X-Error-Code", "RepoNotFound"]], b"")

    def send_json(self, rule, value, more=()):
        return self.send(rule, 200, [["Content-Type", "application/json; charset=utf-8"], *more], json.dumps(value).encode())

    def send_tree(self, rule):
        if self.hub.tree is not None:
            return self.send(rule, 200, [["Content-Type", "application/json"]], self.hub.tree.encode())
        entries = [{"type": "directory", "oid": "0" * 40, "size": 0, "path": "sub"}]
        for name, file in self.hub.files.items():
            entry = {"type": "file", "oid": file["sha1"], "size": file["size"], "path": name}
            if file["lfs"]:
                entry["lfs"] = {"oid": file["sha256"], "size": file["size"], "pointerSize": 134}
            entries.append(entry)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.target).query)
        at = int(query.get("cursor", ["0"])[0])
        more = []
        if at + 2 < len(entries):  # pages of two
            more = [["Link", f'<{self.path}?cursor={at + 2}>; rel="next"']]
        return self.send_json(rule, entries[at:at + 2], more)

    def send_resolve(self, rule, file):
        fields = [["X-Repo-Commit", COMMIT], ["Accept-Ranges", "bytes"]]
        if not file["lfs"]:
            return self.send(rule, 200, fields + [["ETag", f'"{file["sha1"]}"'], ["Content-Length", str(file["size"])]], None)
        query = "?X-Amz-Signature=0123456789abcdef&n=%d" % len(self.hub.log)
        fields += [["X-Linked-Etag", f'"{file["sha256"]}"'], ["X-Linked-Size", str(file["size"])],
                   ["Location", f"{self.hub.cdn}/blob/{urllib.parse.quote(self.file)}{query}"]]
        return self.send(rule, 302, fields, b"")

    def send_file(self, rule, file):
        size, first, last, status = file["size"], 0, file["size"] - 1, 200
        wanted = self.fields.get("range", "")
        etag = f'"cdn-{file["sha1"]}"' if self.site == "cdn" else f'"{file["sha1"]}"'
        stale = "if-range" in self.fields and self.fields["if-range"] != etag
        fields = [["ETag", etag], ["Content-Type", "application/octet-stream"], ["Accept-Ranges", "bytes"]]
        if wanted.startswith("bytes=") and not rule.get("ignore_range") and not stale:
            begin, _, end = wanted[6:].partition("-")
            first, last, status = int(begin), min(int(end) if end else last, last), 206
            if first >= size:
                return self.send(rule, 416, [["Content-Range", f"bytes */{size}"]], b"")
            fields.append(["Content-Range", f"bytes {first}-{last}/{size}"])
        count = last - first + 1
        fields.append(["Content-Length", str(count)])
        if self.method == "HEAD":
            return self.send(rule, status, fields, None)
        with open(file["path"], "rb") as content:
            plain = not any(key in rule for key in ("cut", "rate", "flip", "gzip", "chunked", "slice"))
            if plain and not self.hub.context:
                if not self.send_head(rule, status, fields):
                    return False
                self.entry["sent"] = self.connection.sendfile(content, first, count) or 0
                return True
            content.seek(first)
            return self.send_slowly(rule, status, fields, content, first, count)

    def send_slowly(self, rule, status, fields, content, first, count):
        if "slice" in rule:  # other bytes than the head says
            content.seek(max(0, first + rule["slice"]))
        if not self.send_head(rule, status, fields):
            return False
        left = min(count, rule.get("cut", count))
        step = 1 << 18 if "rate" not in rule else max(1, rule["rate"] // 20)
        while left > 0:
            block = bytearray(content.read(min(step, left)))
            if not block:
                break
            offset = rule.get("flip", -1) - first - self.entry["sent"]
            if 0 <= offset < len(block):
                block[offset] ^= 1
            if rule.get("chunked") == "bad":
                self.connection.sendall(b"zz\r\n")
            self.connection.sendall(block)
            self.entry["sent"] += len(block)
            left -= len(block)
            if "rate" in rule:
                time.sleep(0.05)
        if "cut" not in rule:
            return True
        if rule.get("end") == "stall":
            time.sleep(60)
        if rule.get("end") == "reset":
            self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def send_head(self, rule, status, fields):
        replaced = {name.lower() for name, _ in rule.get("headers", [])} | {name.lower() for name in rule.get("drop", [])}
        fields = [pair for pair in fields if pair[0].lower() not in replaced] + rule.get("headers", [])
        status = rule.get("status", status)
        now = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
        lines = [f"HTTP/1.1 {status} Status", f"Date: {now}"] + [f"{name}: {value}" for name, value in fields]
        in_future = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + rule.get("future", 0)))
        text = "\r\n".join(lines).replace("{future}", in_future) + "\r\n\r\n"
        self.entry["status"] = status
        self.connection.sendall(text.encode("latin-1"))
        return True

    def send(self, rule, status, fields, body):
        if body is not None and not any(name.lower() == "content-length" for name, _ in rule.get("headers", [])):
            fields = fields + [["Content-Length", str(len(body))]]
        self.send_head(rule, status, fields)
        if self.method != "HEAD" and body:
            self.connection.sendall(body)
        return True


def described(path, lfs):
    size, sum256, sum1 = os.path.getsize(path), hashlib.sha256(), hashlib.sha1()
    sum1.update(b"blob %d\0" % size)
    with open(path, "rb") as content:
        while block := content.read(1 << 22):
            sum256.update(block)
            sum1.update(block)
    return {"path": path, "size": size, "sha256": sum256.hexdigest(), "lfs": lfs, "sha1": sum1.hexdigest()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--old-tls", action="store_true")
    hub = Hub(parser.parse_args())
    print(json.dumps({"hub": hub.hub, "cdn": hub.cdn, "proxy": hub.proxy, "commit": COMMIT}), flush=True)
    known = {}
    for line in sys.stdin:
        command = json.loads(line)
        reply = {}
        if command["do"] == "set":
            files = {}
            for name, path in command.get("files", {}).items():
                key = (path, os.stat(path).st_mtime_ns)
                if key not in known:
                    known[key] = described(path, path.endswith(".lfs"))
                files[name] = known[key]
            with hub.lock:
                hub.files, hub.rules, hub.log = files, command.get("rules", []), []
                hub.tree, hub.token = command.get("tree"), command.get("token")
        elif command["do"] == "log":
            with hub.lock:
                reply = [dict(entry) for entry in hub.log]
        elif command["do"] == "close":
            hub.shut()
        elif command["do"] == "open":
            hub.reopen()
        print(json.dumps({"id": command.get("id"), "reply": reply}), flush=True)


main()
