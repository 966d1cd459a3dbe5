"""A service for talkpress-review, and clients that do not behave: what door.bats asks of it.

    door.py PROGRAM TEST    runs one test; exit status 0, or a traceback

The service answers by the request's name: see Service.answer. Each test has a door of its own."""

import array
import faulthandler
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

TOKEN = "0123456789abcdef0123456789abcdef"
ID = "00112233445566778899aabbccddeeff"
MEDIA = bytes(range(256)) * 8
PAGE = b"<!doctype html><title>review</title>"


class Service:
    """Starts a door. Requests are kept in .asked; those named in .slow are not answered."""

    def __init__(self, program, hosts=(), sandbox="best-effort", before=()):
        self.folder = tempfile.TemporaryDirectory()
        self.page("index.html", PAGE)
        self.page("app.js", b"'use strict';")
        self.page("notes.txt", b"not served")
        self.page(".hidden.js", b"not served")
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listening.getsockname()[1]
        self.link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fds = [self.listening.fileno(), theirs.fileno()]

        def take():
            high = [os.dup2(fd, 100 + i) for i, fd in enumerate(fds)]
            for i, fd in enumerate(high):
                os.dup2(fd, 3 + i)

        self.traced = bool(before)
        self.process = subprocess.Popen([*before, program, self.folder.name], preexec_fn=take, close_fds=False,
                                        stderr=subprocess.PIPE)
        theirs.close()
        self.link.send(json.dumps({"token": TOKEN, "port": self.port, "hosts": list(hosts),
                                   "sandbox": sandbox}).encode())
        self.asked, self.cancelled, self.slow = [], [], set()
        self.lock = threading.Lock()
        self.media = self.memory(b"before" + MEDIA + b"after")
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def page(self, name, data):
        with open(os.path.join(self.folder.name, name), "wb") as f:
            f.write(data)

    @staticmethod
    def memory(data):
        fd = os.memfd_create("answer")
        os.write(fd, data)
        return fd

    def serve(self):
        while True:
            try:
                packet = self.link.recv(1 << 20)
            except OSError:
                return
            if not packet:
                return
            request = json.loads(packet)
            if request.get("cancel"):
                self.cancelled.append(request["id"])
                continue
            self.asked.append(request)
            if request["do"] not in self.slow:
                self.answer(request)

    def reply(self, reply, fd=None):
        data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        with self.lock:
            extra = [] if fd is None else [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
            self.link.sendmsg([data], extra)

    def answer(self, request):
        number = request["id"]
        if request["do"] in ("preview", "thumbs"):
            self.reply({"id": number, "status": 200, "type": "video/mp4", "offset": 6, "length": len(MEDIA),
                        "etag": '"m1"', "cache": "private, max-age=3600"}, self.media)
        elif request["do"] == "undo":
            self.reply({"id": number, "status": 409, "error": "somebody else was faster", "version": "v2"})
        else:
            data = json.dumps(request).encode()
            fd = self.memory(data)
            self.reply({"id": number, "status": 200, "type": "application/json", "offset": 0,
                        "length": len(data)}, fd)
            os.close(fd)

    def event(self, name, data):
        self.reply({"event": name, "data": data})

    # --- a client that behaves ---

    def headers(self, **more):
        return {"Host": f"127.0.0.1:{self.port}", "Cookie": f"a=b; talkpress-{self.port}={TOKEN}", **more}

    def ask(self, path, method="GET", body=None, headers=None, timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            if headers is None:
                headers = self.headers()
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if body is not None and "Transfer_Encoding" not in headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            answer.body = answer.read()
            return answer
        finally:
            connection.close()

    def post(self, path, body, **more):
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "Content_Type": "application/json",
                   "Sec_Fetch_Site": "same-origin", **more}
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.ask(path, "POST", body, self.headers(**{k: v for k, v in headers.items() if v is not None}))

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=15)

    def raw(self, data, timeout=15):
        """All that the door says to these bytes until it closes."""
        with self.connect() as s:
            s.settimeout(timeout)
            try:
                s.sendall(data)
                return read_all(s)
            except (ConnectionResetError, BrokenPipeError):
                return b""

    def memory_kib(self, what="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith(what + ":"))

    def nb_files(self):
        """Of the door, not of strace, which keeps open what it inherits."""
        pid = self.process.pid
        if self.traced:
            with open(f"/proc/{pid}/task/{pid}/children") as f:
                pid = int(f.read())
        return len(os.listdir(f"/proc/{pid}/fd"))

    def good(self):
        begun = time.monotonic()
        answer = self.ask("/api/queue")
        same(answer.status, 200)
        return time.monotonic() - begun

    def stop(self):
        same(self.process.poll(), None)  # it still runs
        self.link.shutdown(socket.SHUT_RDWR)
        same(self.process.wait(5), 0)
        same(self.process.stderr.read(), b"")


def read_all(s):
    data = b""
    while True:
        try:
            more = s.recv(65536)
        except ConnectionResetError:
            return data
        if not more:
            return data
        data += more


def same(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r}, should be {wanted!r}")


def holds(condition, *what):
    if not condition:
        raise AssertionError(what)


def until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        holds(time.monotonic() < end, "it did not come true")
        time.sleep(0.01)


def status(data):
    return int(data.split(b" ", 2)[1]) if data.startswith(b"HTTP/1.1 ") else None


# --- what a browser does -----------------------------------------------------------------------------


def test_pages(d):
    link = d.ask(f"/?token={TOKEN}", headers={"Host": f"127.0.0.1:{d.port}", "Sec_Fetch_Site": "none"})
    same((link.status, link.headers["Location"]), (303, "/"))
    same(link.headers["Set-Cookie"], f"talkpress-{d.port}={TOKEN}; HttpOnly; SameSite=Strict; Path=/")
    # From a mail or a file: a redirection would lead to the page without the cookie.
    mail = d.ask(f"/?token={TOKEN}", headers={"Host": f"127.0.0.1:{d.port}", "Sec_Fetch_Site": "cross-site"})
    same((mail.status, mail.headers["Set-Cookie"]), (200, link.headers["Set-Cookie"]))
    holds(b'content="0;url=/"' in mail.body, mail.body)
    same(d.ask(f"/?token={TOKEN}0", headers={"Host": f"127.0.0.1:{d.port}", "Sec_Fetch_Site": "cross-site"}).status, 403)
    page = d.ask("/")
    same((page.status, page.body, page.headers["Content-Type"]), (200, PAGE, "text/html; charset=utf-8"))
    for name, value in {
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache", "Access-Control-Allow-Origin": None}.items():
        same(page.headers[name], value)
    policy = page.headers["Content-Security-Policy"].split("; ")
    for rule in ("default-src 'self'", "media-src blob: 'self'", "img-src 'self' data: blob:",
                 "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"):
        holds(rule in policy, rule)
    same(d.ask("/", headers=d.headers(If_None_Match=page.headers["ETag"])).status, 304)
    script = d.ask("/assets/app.js")
    same((script.status, script.headers["Content-Type"]), (200, "text/javascript; charset=utf-8"))
    for name in ("notes.txt", ".hidden.js", "none.js", "app.js/", "app.js/x", ""):
        same(d.ask("/assets/" + name).status, 404)
    same(d.ask("/assets/app.js?v=1").status, 400)
    same(d.asked, [])


def test_requests(d):
    for path, do, args in [
        ("/api/queue", "queue", {}),
        ("/api/part/15/2", "part", {"talk": 15, "part": 2}),
        (f"/api/recording/{ID}", "recording", {"recording": ID}),
        (f"/api/recording/{ID}/waveform.dat", "waveform", {"recording": ID}),
        (f"/api/recording/{ID}/peaks/7", "peaks", {"recording": ID, "number": 7}),
        ("/api/part/15/1/captions/0", "captions", {"talk": 15, "part": 1, "number": 0}),
        ("/api/journal", "journal", {}),
        ("/api/journal?talk=4", "journal", {"talk": 4}),
    ]:
        answer = d.ask(path)
        same((answer.status, answer.headers["Content-Type"], answer.headers["Cache-Control"]),
             (200, "application/json", "no-store"))
        found = json.loads(answer.body)
        same((found["do"], found["args"]), (do, args))
    for path, args in [
        ("master.m3u8", ("master", -2, -1, "")), ("v/index.m3u8", ("picture", -2, -1, "")),
        ("v/init.mp4", ("picture", -1, -1, "")), ("v/12.m4s", ("picture", 12, -1, "")),
        ("a/index.m3u8", ("sound", -2, -1, "")), ("a/init.mp4?use=mix", ("sound", -1, -1, "mix")),
        ("a/0.m4s?stream=1&use=left", ("sound", 0, 1, "left")),
    ]:
        same(d.ask(f"/api/recording/{ID}/{path}").body, MEDIA)
        found = d.asked[-1]["args"]
        same((found["track"], found["number"], found["stream"], found["use"]), args)
    decision = {"version": "v1", "kind": "cut", "in": 12, "out": 99, "text": "José \u0001 \u2028 \"\\"}
    answer = d.post("/api/part/15/2/decide", decision)
    same(json.loads(answer.body)["body"], decision)
    same(json.loads(d.post("/api/exchange", {}).body)["do"], "exchange")
    answer = d.post("/api/undo", {"decision": 1})
    same((answer.status, json.loads(answer.body)), (409, {"error": "somebody else was faster", "version": "v2"}))


def test_wrong_paths(d):
    for path in ("/api/", "/api/queue/", "/api/queue/x", "/api/part/0/1", "/api/part/01/1", "/api/part/-1/1",
                 "/api/part/99999999999999999999/1", "/api/part/1/", "/api/part/1", "/api/part/1/1/captions/",
                 "/api/recording/x", f"/api/recording/{ID}0", f"/api/recording/{ID[:-1]}",
                 f"/api/recording/{ID.upper()}", f"/api/recording/{ID}/thumbs/x.jpg",
                 f"/api/recording/{ID}/thumbs/1.png", f"/api/recording/{ID}/v/99999999.m4s",
                 f"/api/recording/{ID}/v/-1.m4s", f"/api/recording/{ID}/../../../etc/passwd", "/assets/../index.html",
                 "/assets/..", "/assets/../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd",
                 "/%2e%2e/etc/passwd", "/assets/..%2f..%2fetc%2fpasswd", "/assets/app.js%00", "//etc/passwd",
                 "/etc/passwd", "/index.html", "http://127.0.0.1/", f"http://127.0.0.1:{d.port}/api/queue",
                 "file:///etc/passwd", "/assets/\\..\\x", "/%61pi/queue"):
        answer = d.ask(path)
        holds(answer.status == 404, path, answer.status, answer.body)
        holds("error" in json.loads(answer.body), path)
    for path in ("/api/queue?x=1", f"/api/recording/{ID}/a/0.m4s?use=..%2f", f"/api/recording/{ID}/a/0.m4s?stream=-1",
                 f"/api/recording/{ID}/v/0.m4s?use=left", "/api/journal?talk=x", "/api/journal?a=1&b=2&c=3&d=4&e=5",
                 f"/api/recording/{ID}/a/0.m4s?use=aaaaaaaaaaaaaaaaaaaaa"):
        same(d.ask(path).status, 400)
    for method, path, allowed in [("POST", "/api/queue", "GET, HEAD"), ("GET", "/api/undo", "POST"),
                                  ("PUT", "/api/undo", "POST"), ("DELETE", "/", "GET, HEAD"),
                                  ("OPTIONS", "/api/queue", "GET, HEAD"), ("TRACE", "/", "GET, HEAD"),
                                  ("get", "/", "GET, HEAD")]:
        answer = d.post(path, {}) if method == "POST" else d.ask(path, method)
        same((answer.status, answer.headers["Allow"]), (405, allowed))
    same(d.asked, [])


# --- who may ask -------------------------------------------------------------------------------------


def test_strangers(d):
    own = f"127.0.0.1:{d.port}"
    for path in ("/", "/assets/app.js", "/api/queue", f"/api/recording/{ID}/v/0.m4s", "/api/events", "/nothing"):
        for cookie in (None, "", f"talkpress-{d.port}=", f"talkpress-{d.port}={TOKEN[:-1]}",
                       f"talkpress-{d.port}={TOKEN}0", f"talkpress-{d.port}={TOKEN[:-1]}x", f"talkpress-1={TOKEN}",
                       f"x-talkpress-{d.port}={TOKEN}", TOKEN):
            headers = {"Host": own} if cookie is None else {"Host": own, "Cookie": cookie}
            answer = d.ask(path, headers=headers)
            same(answer.status, 403)
            holds(b"talkpress review" in answer.body, answer.body)
            same(answer.headers["Content-Type"].split(";")[0],
                 "application/json" if path.startswith("/api/") else "text/html")
    for token in ("", "x", TOKEN[:-1], TOKEN + "0", TOKEN.upper()):
        same(d.ask(f"/?token={token}", headers={"Host": own}).status, 403)
        same(d.ask(f"/?token={token}").status, 403)  # nor with the cookie
    same(d.ask(f"/api/queue?token={TOKEN}", headers={"Host": own}).status, 403)
    same(d.asked, [])


def test_rebinding(d):
    for host in ("evil.example", f"evil.example:{d.port}", "127.0.0.1", f"127.0.0.1:{d.port + 1}", "",
                 f"127.0.0.1:{d.port}.evil.example", f"localhost.evil.example:{d.port}", f"127.0.0.1:{d.port}:80",
                 f"[::2]:{d.port}", f"0.0.0.0:{d.port}", f"127.0.0.1:0{d.port}", f"a@127.0.0.1:{d.port}"):
        for path in ("/", f"/?token={TOKEN}", "/api/queue"):
            same(d.ask(path, headers=d.headers(Host=host)).status, 403)
    for host in ("127.0.0.1", "localhost", "LocalHost", "[::1]"):
        same(d.ask("/api/queue", headers=d.headers(Host=f"{host}:{d.port}")).status, 200)
    cookie = f"Cookie: talkpress-{d.port}={TOKEN}\r\n".encode()
    own = f"Host: 127.0.0.1:{d.port}\r\n".encode()
    # libmicrohttpd 1.0 itself refuses two of them.
    holds(status(d.raw(b"GET /api/queue HTTP/1.1\r\n" + own + b"Host: evil.example\r\n" + cookie +
                       b"Connection: close\r\n\r\n")) in (400, 403))
    same(status(d.raw(b"GET /api/queue HTTP/1.1\r\n" + b"Host: evil.example\r\n" + own + cookie +
                      b"Connection: close\r\n\r\n")), 400)
    same(status(d.raw(b"GET /api/queue HTTP/1.1\r\n" + cookie + b"\r\n")), 400)
    same(status(d.raw(b"GET /api/queue HTTP/1.0\r\n" + cookie + b"\r\n")), 403)
    same(len(d.asked), 4)


def test_listen(d):
    for host in ("192.0.2.7", "[2001:db8::1]", "review.local"):
        same(d.ask("/api/queue", headers=d.headers(Host=f"{host}:{d.port}")).status, 200)
        same(d.post("/api/exchange", {}, Host=f"{host}:{d.port}", Origin=f"http://{host}:{d.port}",
                    Sec_Fetch_Site=None).status, 200)
    same(d.ask("/api/queue", headers=d.headers(Host=f"192.0.2.8:{d.port}")).status, 403)
    same(len(d.asked), 6)


def test_other_pages(d):
    own = f"http://127.0.0.1:{d.port}"
    path = "/api/part/1/1/decide"
    for origin in ("http://evil.example", "https://evil.example", "null", f"https://127.0.0.1:{d.port}",
                   f"http://127.0.0.1:{d.port + 1}", f"http://localhost:{d.port}", "http://127.0.0.1",
                   own + ".evil.example", own + "/", ""):
        same(d.post(path, {}, Origin=origin).status, 403)
        same(d.post(path, {}, Origin=origin, Sec_Fetch_Site=None).status, 403)
    for site in ("cross-site", "same-site", "none", "", "x"):
        same(d.post(path, {}, Sec_Fetch_Site=site).status, 403)
    same(d.post(path, {}, Origin=None, Sec_Fetch_Site=None).status, 403)
    for read in ("/", "/api/queue", f"/api/recording/{ID}/v/0.m4s", f"/api/recording/{ID}/thumbs/0.jpg"):
        for site in ("cross-site", "same-site", "x"):
            same(d.ask(read, headers=d.headers(Sec_Fetch_Site=site)).status, 403)
        same(d.ask(read, headers=d.headers(Origin="http://evil.example")).status, 403)
    for kind in (None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                 "application/jsonp", "text/json"):
        same(d.post(path, {}, Content_Type=kind).status, 415)
    same(d.asked, [])
    for kind in ("application/json", "Application/JSON; charset=utf-8"):
        same(d.post(path, {}, Content_Type=kind).status, 200)
    same(d.post(path, {}, Origin=None).status, 200)
    same(d.post(path, {}, Sec_Fetch_Site=None).status, 200)
    same(d.ask("/", headers=d.headers(Sec_Fetch_Site="none")).status, 200)


# --- what is sent ------------------------------------------------------------------------------------


def test_ranges(d):
    path, n = f"/api/recording/{ID}/v/0.m4s", len(MEDIA)

    def ask(value=None, method="GET", **more):
        return d.ask(path, method, headers=d.headers(**({"Range": value} if value else {}), **more))

    whole = ask()
    same((whole.status, whole.body, whole.headers["ETag"], whole.headers["Accept-Ranges"]),
         (200, MEDIA, '"m1"', "bytes"))
    same(whole.headers["Cache-Control"], "private, max-age=3600")
    for value, begin, end in [("bytes=0-0", 0, 1), ("bytes=0-99", 0, 100), ("bytes=100-", 100, n),
                              ("bytes=-1", n - 1, n), (f"bytes=-{n + 9}", 0, n), (f"bytes={n - 1}-", n - 1, n),
                              ("bytes=5-99999999999999999999999", 5, n), (f"bytes=0-{n - 1}", 0, n),
                              ("BYTES=1-2", 1, 3)]:
        part = ask(value)
        same((part.status, part.body, part.headers["Content-Range"], part.headers["Content-Length"]),
             (206, MEDIA[begin:end], f"bytes {begin}-{end - 1}/{n}", str(end - begin)))
    for value in (f"bytes={n}-", f"bytes={n}-{n + 5}", "bytes=-0", "bytes=99999999999999999999-"):
        part = ask(value)
        same((part.status, part.headers["Content-Range"], part.body), (416, f"bytes */{n}", b""))
    for value in ("bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,4-5", "bytes=1", "bytes= 0-1", "bytes=0-1x",
                  "items=0-1", "bytes=--1", "bytes=+1-2", "x"):
        same((ask(value).status, ask(value).body), (200, MEDIA))
    same(ask("bytes=0-0", If_Range='"m1"').status, 206)
    for tag in ('"m2"', 'W/"m1"', "Wed, 21 Oct 2015 07:28:00 GMT"):
        same(ask("bytes=0-0", If_Range=tag).status, 200)
    for tags in ('"m1"', '"x", "m1"', 'W/"m1"', "*"):
        same((ask(If_None_Match=tags).status, ask(If_None_Match=tags).body), (304, b""))
    for tags in ('"m"', '"m11"', "m1"):
        same(ask(If_None_Match=tags).status, 200)
    head = ask(method="HEAD")
    same((head.status, head.headers["Content-Length"], head.body), (200, str(n), b""))
    same(ask("bytes=0-0", method="HEAD").status, 200)
    holds(d.nb_files() < 16, d.nb_files())


def test_bodies(d):
    path = "/api/exchange"
    same(d.post(path, b"").status, 400)
    for body in (b"x", b"[]", b"1", b"{", b"{} {}", b'{"a": 1e999}', b'{"a": "\xff"}', b'{"a": "\x00"}',
                 b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"):
        answer = d.post(path, body)
        holds(answer.status in (400, 413), body[:20], answer.status)
        holds("error" in json.loads(answer.body))
    same(d.post("/api/part/1/1/decide", b'{"a":[' + b"1," * 40000 + b"1]}").status, 400)
    same(d.asked, [])
    fits = b'{"a":"' + b"x" * (65536 - 8) + b'"}'
    same((len(fits), d.post(path, fits).status), (65536, 200))
    same(d.post("/api/part/1/1/decide", b'{"a":"' + b"x" * (176 * 1024 - 8) + b'"}').status, 200)
    same(d.post("/api/part/1/1/decide", b'{"a":[' + b"1e16," * 30000 + b"1]}").status, 413)
    head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{d.port}\r\nCookie: talkpress-{d.port}={TOKEN}\r\n"
            f"Origin: http://127.0.0.1:{d.port}\r\nContent-Type: application/json\r\n")
    same(status(d.raw((head + "Content-Length: 65537\r\n\r\n").encode())), 413)
    # 400 with libmicrohttpd 1.0.10: it does not fit into 64 bits.
    holds(status(d.raw((head + "Content-Length: 99999999999999999999999\r\n\r\n").encode())) in (400, 413))
    for length in ("-1", "1x", "0x10", "", "1, 2"):
        same(status(d.raw((head + f"Content-Length: {length}\r\n\r\n{{}}").encode())), 400)
    same(status(d.raw((head + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}").encode())), 400)
    same(status(d.raw((head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n").encode())), 411)
    # libmicrohttpd 1.0.10 itself refuses both.
    both = head + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    holds(status(d.raw(both.encode())) in (400, 411))
    same(status(d.raw((head + "\r\n").encode())), 411)
    same(d.ask("/api/queue", body=b"{}").status, 413)  # GET takes no body
    same(d.ask(path, "POST", b"x" * 100000, {"Host": f"127.0.0.1:{d.port}"}).status, 403)  # not read
    same(len(d.asked), 2)
    d.good()


# --- clients that do not behave ----------------------------------------------------------------------


def test_malformed(d):
    own = f"Host: 127.0.0.1:{d.port}\r\nCookie: talkpress-{d.port}={TOKEN}\r\n".encode()
    get, broken = b"GET /api/queue HTTP/1.1\r\n", []
    for data in (b"GET\r\n\r\n", b"GET /\r\n\r\n", b"GET / \r\n\r\n", b"GET / HTTP/0.9\r\n\r\n",
                 b"GET / HTTP/2.0\r\n" + own + b"\r\n", b"GET / HTTP/1.1x\r\n" + own + b"\r\n", b"\x16\x03\x01\x02\x00",
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / / HTTP/1.1\r\n" + own + b"\r\n", os.urandom(2000),
                 b"\x00" * 4000, get + b": x\r\n\r\n", get + own + b"broken\r\n\r\n",
                 b"CONNECT evil.example:80 HTTP/1.1\r\n\r\n"):
        s = d.connect()
        s.sendall(data)
        broken.append((data, s))
    for data, s in broken:  # those that are not answered are ended after ten seconds
        holds(status(read_all(s)) in (None, 400, 403, 404, 405, 411, 505), data)
        s.close()
    for data in (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + own + b"\r\n",
                 b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n" + own + b"\r\n",
                 get + own + b"X: " + b"a" * 9000 + b"\r\n\r\n", get + own + b"X: " + b"a" * 100000 + b"\r\n\r\n",
                 get + own + b"X: y\r\n" * 5000 + b"\r\n"):
        holds(status(d.raw(data)) in (404, 414, 431), data[:30])
    same(status(d.raw(get + own + b"X: " + b"a" * 9000 + b"\r\nConnection: close\r\n\r\n")), 431)
    # A NUL byte ends a path: what is left of it is looked up as any path. libmicrohttpd 1.0.10 closes the connection.
    holds(status(d.raw(b"GET /assets/\x00../../etc/passwd HTTP/1.1\r\n" + own + b"Connection: close\r\n\r\n"))
          in (None, 400, 404))
    holds(status(d.raw(get + own + b"Origin: http://127.0.0.1\x00\r\nConnection: close\r\n\r\n")) in (400, 403))
    same(d.asked, [])
    # One after the other on one connection, without waiting for the answers.
    three = (get + own + b"\r\n") * 3 + get + own + b"Connection: close\r\n\r\n"
    same(d.raw(three).count(b"HTTP/1.1 200 "), 4)
    same(len(d.asked), 4)
    d.good()


def test_slow(d):
    """Clients that send a byte a second, or nothing, hold nobody up and are ended after ten seconds."""
    own = f"Host: 127.0.0.1:{d.port}\r\nCookie: talkpress-{d.port}={TOKEN}\r\n".encode()
    post = (b"POST /api/undo HTTP/1.1\r\n" + own + f"Origin: http://127.0.0.1:{d.port}\r\n".encode() +
            b"Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n")
    clients = {name: d.connect() for name in ("silent", "blank", "line", "head", "body")}
    clients["blank"].sendall(b"\r\n\r\n")
    clients["blank"].shutdown(socket.SHUT_WR)
    clients["line"].sendall(b"GET /api/que")
    clients["head"].sendall(b"GET /api/queue HTTP/1.1\r\nX: ")
    clients["body"].sendall(post)
    begun, ended = time.monotonic(), {}
    while len(ended) < len(clients) and time.monotonic() < begun + 14:
        holds(d.good() < 0.5)
        for name, s in clients.items():
            if name in ended:
                continue
            try:
                if name in ("line", "head", "body"):
                    s.sendall(b"a")
                if select_one(s, 0):
                    ended[name] = (time.monotonic() - begun, status(s.recv(1000)))
            except OSError:
                ended[name] = (time.monotonic() - begun, None)
        time.sleep(0.5)
    for name, answer in (("silent", None), ("blank", None), ("line", None), ("head", 408), ("body", 408)):
        # libmicrohttpd 1.0 ends blank lines at once, because the client sends no more.
        holds((9 if name != "blank" else 0) < ended[name][0] < 13, ended)
        same((name, ended[name][1]), (name, answer))
    for s in clients.values():
        s.close()
    until(lambda: d.nb_files() < 12)


def test_many(d):
    """A thousand connections at once: a client that behaves is served all the same."""
    d.good()
    kept = http.client.HTTPConnection("127.0.0.1", d.port, timeout=5)  # a browser's, from before
    kept.request("GET", "/api/queue", headers=d.headers())
    same(kept.getresponse().read()[:1], b"{")
    kept_socket = kept.sock.getsockname()
    before, crowd, worst = d.nb_files(), [], 0
    for i in range(1000):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", d.port))
        crowd.append(s)
        if i % 2:
            try:
                s.send(b"GET / HTTP/1.1\r\nX: ")
            except OSError:
                pass
        if i % 100 == 99:
            worst = max(worst, d.good())
    holds(worst < 1, worst)
    kept.request("GET", "/api/queue", headers=d.headers())
    same(kept.getresponse().read()[:1], b"{")
    same(kept.sock.getsockname(), kept_socket)
    time.sleep(0.2)
    holds(d.nb_files() <= before + 66, d.nb_files())
    holds(d.memory_kib("VmHWM") < 60 * 1024, d.memory_kib("VmHWM"))
    print(f"good client served within {1000 * worst:.0f} ms, memory {d.memory_kib('VmHWM')} KiB")
    for s in crowd:
        s.close()
    kept.close()
    until(lambda: d.nb_files() < before)
    d.good()


def test_many_that_wait(d):
    """Requests that the service does not answer: 32 wait, others get 503, and who leaves is cancelled."""
    d.slow.add("preview")
    get = (f"GET /api/recording/{ID}/v/1.m4s HTTP/1.1\r\nHost: 127.0.0.1:{d.port}\r\n"
           f"Cookie: talkpress-{d.port}={TOKEN}\r\n\r\n").encode()
    waiting = [d.connect() for _ in range(40)]
    for s in waiting:
        s.sendall(get)
    refused = [s for s in waiting if select_one(s, 0.05)]
    same(len(refused), 8)
    for s in refused:
        data = s.recv(10000)
        same((status(data), b"Retry-After: 1" in data), (503, True))
    same(len(d.asked), 32)
    answered = [s for s in waiting if s not in refused]
    for s in answered[:30]:
        s.close()
    until(lambda: len(d.cancelled) == 30)
    same(sorted(d.cancelled), [r["id"] for r in d.asked[:30]])
    holds(d.good() < 1)
    for request in d.asked[:32]:
        d.answer(request)  # those that were cancelled too: nobody gets them
    for s in answered[30:]:
        s.settimeout(5)
        same(status(s.recv(100)), 200)
        s.close()
    for s in refused:
        s.close()
    until(lambda: d.nb_files() < 12)


def select_one(s, seconds):
    import select
    return bool(select.select([s], [], [], seconds)[0])


# --- events ------------------------------------------------------------------------------------------


class Stream:
    def __init__(self, d, last=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", d.port, timeout=20)
        self.connection.request("GET", "/api/events", headers=d.headers(**({"Last-Event-ID": last} if last else {})))
        self.answer = self.connection.getresponse()
        same((self.answer.status, self.answer.headers["Content-Type"], self.answer.headers["Cache-Control"]),
             (200, "text/event-stream", "no-store"))
        self.last = last
        self.skip = None

    def block(self):
        """The next block as a dictionary, comments as {"": text}."""
        block = {}
        while True:
            line = self.answer.readline().decode()
            holds(line, "the stream has ended")
            line = line.rstrip("\n")
            if not line:
                self.last = block.get("id", self.last)
                return block
            name, _, value = line.partition(":")
            block[name] = value.removeprefix(" ")

    def next(self):
        while True:
            block = self.block()
            if "event" in block:
                return block["event"], json.loads(block["data"])

    def close(self):
        self.connection.sock and self.connection.sock.close()
        self.answer.close()


def test_events(d):
    s = Stream(d)
    same(sorted(s.block()), ["id", "retry"])
    other = Stream(d)
    other.block()
    for i in range(3):
        d.event("progress", {"done": i, "text": "a\nb"})
    for stream in (s, other):
        for i in range(3):
            same(stream.next(), ("progress", {"done": i, "text": "a\nb"}))
    s.close()
    until(lambda: d.nb_files() < 12)
    d.event("parts", {"parts": []})
    d.event("reload", {})
    same([other.next()[0] for _ in range(2)], ["parts", "reload"])
    again = Stream(d, s.last)  # what it missed comes first
    same(again.next(), ("parts", {"parts": []}))
    same(again.next(), ("reload", {}))
    again.close()
    for last in ("nonsense", "0", "aabbccddeeff-3", s.last + "9", "-1"):  # of another run, or made up
        lost = Stream(d, last)
        same(lost.next(), ("reload", {}))
        lost.close()
    d.event("parts", {"n": 1})
    same(other.next(), ("parts", {"n": 1}))
    for i in range(300):  # more than are kept
        d.event("progress", {"n": i})
    same([other.next()[1]["n"] for _ in range(300)], list(range(300)))
    lost = Stream(d, s.last)
    same(lost.next(), ("reload", {}))
    lost.close()
    same(d.ask("/api/events", "HEAD").headers["Content-Type"], "text/event-stream")
    other.close()
    until(lambda: d.nb_files() < 12)


def test_events_slow(d):
    """Who does not read is dropped; the memory stays small; others get everything."""
    slow = d.connect()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    slow.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{d.port}\r\nCookie: talkpress-{d.port}={TOKEN}\r\n"
                 "Connection: close\r\n\r\n".encode())
    slow.recv(10)
    s = Stream(d)
    for i in range(300):
        d.event("parts", {"n": i, "text": "x" * 50000})
        same(s.next()[1]["n"], i)
    holds(d.memory_kib("VmHWM") < 60 * 1024, d.memory_kib("VmHWM"))
    slow.settimeout(5)
    holds(read_all(slow).endswith(b"0\r\n\r\n"))  # the stream ends: its client asks again
    streams = [Stream(d) for _ in range(15)]
    same(d.ask("/api/events").status, 503)
    for stream in streams:
        stream.close()
    d.good()


def test_events_comment(d):
    s = Stream(d)
    s.block()
    begun = time.monotonic()
    same(s.block(), {"": ""})
    holds(14 < time.monotonic() - begun < 17, time.monotonic() - begun)


# --- ends --------------------------------------------------------------------------------------------


def test_service_ends(d):
    d.slow.add("preview")
    s = d.connect()
    s.sendall(f"GET /api/recording/{ID}/v/1.m4s HTTP/1.1\r\nHost: 127.0.0.1:{d.port}\r\n"
              f"Cookie: talkpress-{d.port}={TOKEN}\r\n\r\n".encode())
    until(lambda: d.asked)
    stream = Stream(d)
    d.link.shutdown(socket.SHUT_RDWR)
    same(d.process.wait(5), 0)
    same(d.process.stderr.read(), b"")
    same(s.recv(10), b"")
    stream.close()


def test_bad_service(d):
    d.reply(b'{"id": 1, "status": 200, "error": 5}')
    same(d.process.wait(5), 1)
    holds(b"a packet of the service" in d.process.stderr.read())


def test_killed(d):
    """A door that was killed leaves nothing: the service sees the end of its socket, and another door
    takes the same port."""
    d.good()
    os.kill(d.process.pid, signal.SIGKILL)
    d.process.wait()
    d.thread.join(5)
    holds(not d.thread.is_alive())
    same(select_one(d.listening, 0), False)


def test_answers(d):
    """Answers that cannot be: nothing is sent beyond the file, and nobody waits for ever."""
    d.slow.add("queue")
    d.slow.add("part")

    def ask(answer, fd):
        nb = len(d.asked)
        found = []
        thread = threading.Thread(target=lambda: found.append(d.ask("/api/queue")))
        thread.start()
        until(lambda: len(d.asked) > nb)
        d.reply({"id": d.asked[-1]["id"], **answer}, fd)
        thread.join(5)
        return found[0]

    good = {"status": 200, "type": "text/plain", "offset": 0, "length": 5}
    same(ask({**good, "length": 1 << 40}, d.media).status, 500)
    same(ask({**good, "offset": 1 << 40}, d.media).status, 500)
    same(ask({**good, "length": 0}, d.media).body, b"")
    pipe = os.pipe()
    same(ask(good, pipe[0]).status, 500)
    folder = os.open("/", os.O_RDONLY)
    same(ask(good, folder).status, 500)
    d.reply({"id": 12345, **good}, d.media)  # nobody asked
    d.reply({"event": "parts", "data": {}}, d.media)
    same(ask({"status": 422, "type": "application/json", "offset": 0, "length": 6}, d.media).body, b"before")
    same(json.loads(ask({"status": 422, "error": "it cannot be"}, None).body), {"error": "it cannot be"})
    holds(d.nb_files() < 12, d.nb_files())


OPTIONS = {"test_listen": {"hosts": ["192.0.2.7", "[2001:db8::1]", "review.local"]}}
NO_STOP = ("test_service_ends", "test_bad_service", "test_killed")


def main():
    program, name = sys.argv[1:3]
    faulthandler.dump_traceback_later(50, exit=True)
    strace = ["strace", "-f", "-o", sys.argv[3]] if len(sys.argv) > 3 else []
    name = "test_" + name
    d = Service(program, before=strace, **OPTIONS.get(name, {}))
    try:
        globals()[name](d)
        if name not in NO_STOP:
            d.stop()
    finally:
        d.process.kill()
        d.process.wait()


if __name__ == "__main__":
    main()
