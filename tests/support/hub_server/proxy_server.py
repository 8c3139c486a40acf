#!/usr/bin/env python3
"""A proxy on the loopback, for tests: CONNECT (plain or in TLS) and SOCKS5. Standard library only.

With --user NAME:PASSWORD both ask for it. --refuse STATUS answers every CONNECT with it, and a SOCKS request with
"not allowed". The first line of output is {"http":"HOST:PORT","socks":"HOST:PORT"}; then one JSON line for each
connection: {"kind":"connect"|"socks","target":"HOST:PORT","allowed":bool,"name":true if a host name was asked for}.
"""
import argparse, base64, json, socket, ssl, struct, sys, threading

parser = argparse.ArgumentParser()
parser.add_argument("--user", default="")
parser.add_argument("--refuse", type=int, default=0)
parser.add_argument("--cert")
parser.add_argument("--key")
arguments = parser.parse_args()
context = None
if arguments.cert:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(arguments.cert, arguments.key)


def say(**entry):
    sys.stdout.write(json.dumps(entry) + "\n")
    sys.stdout.flush()


def exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


def pour(source, target):
    try:
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def join(connection, host, port, yes):
    with socket.create_connection((host, port)) as onward:
        connection.sendall(yes)
        back = threading.Thread(target=pour, args=(onward, connection), daemon=True)
        back.start()
        pour(connection, onward)
        back.join()


def connect(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        head += exactly(connection, 1)
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    given = next((line.split(" ", 2)[2] for line in lines if line.lower().startswith("proxy-authorization: basic ")), "")
    allowed = not arguments.user or given == base64.b64encode(arguments.user.encode()).decode()
    say(kind="connect", target=target, allowed=allowed, name=True, agent="authorization" in fields)
    if not allowed:
        return connection.sendall(b'HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    if arguments.refuse:
        return connection.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % arguments.refuse)
    host, _, port = target.rpartition(":")
    join(connection, host.strip("[]"), int(port), b"HTTP/1.1 200 Connection established\r\n\r\n")


def socks(connection):
    _, count = exactly(connection, 2)
    methods = exactly(connection, count)
    if arguments.user:
        if 2 not in methods:
            say(kind="socks", target="", allowed=False, name=False)
            return connection.sendall(b"\x05\xff")
        connection.sendall(b"\x05\x02")
        exactly(connection, 1)
        name = exactly(connection, exactly(connection, 1)[0])
        password = exactly(connection, exactly(connection, 1)[0])
        if name + b":" + password != arguments.user.encode():
            say(kind="socks", target="", allowed=False, name=False)
            return connection.sendall(b"\x01\x01")
        connection.sendall(b"\x01\x00")
    else:
        connection.sendall(b"\x05\x00")
    _, _, _, kind = exactly(connection, 4)
    if kind == 3:
        host = exactly(connection, exactly(connection, 1)[0]).decode()
    else:
        host = socket.inet_ntop(*((socket.AF_INET, exactly(connection, 4)) if kind == 1 else (socket.AF_INET6, exactly(connection, 16))))
    port = struct.unpack(">H", exactly(connection, 2))[0]
    say(kind="socks", target=f"{host}:{port}", allowed=not arguments.refuse, name=kind == 3)
    answer = lambda code: b"\x05" + bytes([code]) + b"\x00\x01\x00\x00\x00\x00\x00\x00"
    if arguments.refuse:
        return connection.sendall(answer(2))
    join(connection, host, port, answer(0))


def serve(connection, work, secure):
    try:
        if secure:
            connection = secure.wrap_socket(connection, server_side=True)
        work(connection)
    except (OSError, ValueError):
        pass
    finally:
        connection.close()


def accept(listener, work, secure):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, work, secure), daemon=True).start()


def listen(work, secure):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=accept, args=(listener, work, secure), daemon=True).start()
    return "127.0.0.1:%d" % listener.getsockname()[1]


say(http=listen(connect, context), socks=listen(socks, None))
sys.stdin.read()
