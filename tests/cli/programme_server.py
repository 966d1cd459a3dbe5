"""A web server with programmes that behave badly: python3 programme_server.py FOLDER [PEM]

Serves the files in FOLDER, and the paths below. Writes its port to FOLDER/port, and each request to
FOLDER/requests. PEM: speaks TLS with this certificate and key. Ends with the process that started it.
"""
import gzip
import http.server
import os
import ssl
import sys
import threading
import time

FOLDER = sys.argv[1]
PARENT = os.getppid()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        with open(f"{FOLDER}/requests", "a") as f:
            conditional = self.headers.get("If-None-Match", "-")
            f.write(f"{self.path} {conditional} {self.headers.get('Cookie', '-')}\n")

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def file(self, name):
        with open(f"{FOLDER}/{name}", "rb") as f:
            return f.read()

    def do_GET(self):
        path, _, query = self.path.partition("?")
        special = getattr(self, "do_" + path.strip("/").split("/")[0], None)
        if special:
            return special(path, query)
        name = path.strip("/")
        if not name or ".." in name or not os.path.isfile(f"{FOLDER}/{name}"):
            return self.answer(404, b"<html>not here</html>", Content_Type="text/html")
        tag = '"%d-%d"' % (os.stat(f"{FOLDER}/{name}").st_mtime_ns, os.path.getsize(f"{FOLDER}/{name}"))
        if self.headers.get("If-None-Match") == tag:
            return self.answer(304, ETag=tag)
        kind = "text/html" if name.endswith(".html") else "application/octet-stream"
        return self.answer(200, self.file(name), ETag=tag, Content_Type=kind)

    def do_loop(self, path, query):
        self.answer(302, Location="/loop", Set_Cookie="a=b")

    def do_to(self, path, query):
        self.answer(301, Location=query)

    def do_gzip(self, path, query):
        self.answer(200, gzip.compress(self.file(query)), Content_Encoding="gzip")

    def do_bomb(self, path, query):
        self.answer(200, gzip.compress(b" " * (70 << 20), 1), Content_Encoding="gzip")

    def do_large(self, path, query):
        self.send_response(200)
        self.send_header("Content-Length", str(65 << 20))
        self.end_headers()

    def do_endless(self, path, query):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"talk,speaker\n" * 10000)
        except OSError:
            pass

    def do_half(self, path, query):
        body = self.file(query)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def do_status(self, path, query):
        self.answer(int(query))

    def do_csv(self, path, query):
        self.answer(200, self.file(query), Content_Type="text/csv; charset=utf-8")

    def do_login(self, path, query):
        self.answer(200, b"<!DOCTYPE html><form><input type=password></form>", Content_Type="text/html")


def end_with_parent():
    while os.getppid() == PARENT:
        time.sleep(0.2)
    os._exit(0)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[2])
    server.socket = tls.wrap_socket(server.socket, server_side=True)
threading.Thread(target=end_with_parent, daemon=True).start()
with open(f"{FOLDER}/port.new", "w") as port_file:
    port_file.write(str(server.server_port))
os.rename(f"{FOLDER}/port.new", f"{FOLDER}/port")
server.serve_forever()
