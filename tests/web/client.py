#!/usr/bin/env python3
"""client.py LINK COMMAND...: asks a `talkpress review` what its page would ask.

  get PATH              prints the status and, after a space, the answer (JSON; else its length)
  save PATH FILE        writes the answer to FILE, and prints the status
  post PATH JSON        a decision; prints the status and the answer
  decide T/P JSON       post /api/part/T/P/decide with the version that the part has now
  events SECONDS        prints each event as NAME DATA, a line each
  until SECONDS NAME    waits for an event of that name, and prints its data; fails if none comes.
                        Both write "listening" to standard error once the stream is open.

LINK is what `talkpress review` printed.
"""
import http.client
import json
import re
import select
import socket
import sys
import time


class Client:
    def __init__(self, link):
        found = re.match(r'http://(.*):(\d+)/\?token=([\w-]+)', link)
        self.host, self.port, token = found[1].strip('[]'), int(found[2]), found[3]
        self.origin = f'http://{found[1]}:{self.port}'
        self.headers = {'Cookie': f'talkpress-{self.port}={token}'}

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = dict(self.headers)
        if body is not None:
            headers |= {'Content-Type': 'application/json', 'Origin': self.origin}
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def get(self, path):
        answer = self.ask('GET', path)
        return answer.status, answer.getheader('Content-Type') or '', answer.read()

    def post(self, path, body):
        answer = self.ask('POST', path, json.dumps(body))
        return answer.status, 'application/json', answer.read()

    def decide(self, name, body):
        part = json.loads(self.get(f'/api/part/{name}')[2])
        return self.post(f'/api/part/{name}/decide', {'version': part['version'], **body})

    def lines(self, seconds):
        """Of the stream of events; chunk sizes, which the door may send between, are no events."""
        end, text, began = time.monotonic() + seconds, b'', False
        with socket.create_connection((self.host, self.port)) as stream:
            head = {'Host': self.origin[7:], **self.headers}
            stream.sendall(('GET /api/events HTTP/1.1\r\n' +
                            ''.join(f'{k}: {v}\r\n' for k, v in head.items()) + '\r\n').encode())
            while (left := end - time.monotonic()) > 0:
                if not select.select([stream], [], [], left)[0]:
                    return
                got = stream.recv(65536)
                if not got:
                    return
                if not text and not began:
                    print('listening', file=sys.stderr, flush=True)
                    began = True
                *whole, text = (text + got).split(b'\n')
                yield from (line.decode().strip() for line in whole)

    def events(self, seconds):
        name = ''
        for line in self.lines(seconds):
            if line.startswith('event:'):
                name = line[6:].strip()
            elif line.startswith('data:'):
                yield name, line[5:].strip()


def show(answer):
    status, kind, body = answer
    print(status, body.decode() if 'json' in kind else len(body))


def main(link, command, *words):
    client = Client(link)
    if command == 'get':
        show(client.get(words[0]))
    elif command == 'save':
        status, _, body = client.get(words[0])
        with open(words[1], 'wb') as file:
            file.write(body)
        print(status)
    elif command == 'post':
        show(client.post(words[0], json.loads(words[1])))
    elif command == 'decide':
        show(client.decide(words[0], json.loads(words[1])))
    elif command == 'events':
        for name, data in client.events(float(words[0])):
            print(name, data, flush=True)
    else:
        for name, data in client.events(float(words[0])):
            if name == words[1]:
                print(data)
                return 0
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
