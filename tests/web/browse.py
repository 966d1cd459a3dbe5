#!/usr/bin/env python3
"""browse.py [OPTION...] FOLDER PAGE [EXPRESSION...]: opens a page in a headless Chromium.

Prints what each JavaScript expression gives, as JSON, a line each; promises are awaited. "wait 0.5" in
the place of an expression waits so many seconds, "keys j Enter [ Shift+ArrowLeft" presses keys, "drag #bar
0.1,0.5 0.9,0.5" presses the mouse's button at the first place in the element and releases it at the last (shares
of its box; only one: a click), "sh COMMAND" runs a command, which must succeed. FOLDER may be the address of a
server, "http://127.0.0.1:8000". Fails, and prints it, if the page writes anything to the console, asks anything
of the user, or asks for anything that is not there.

  --file             from the disk instead of a server on 127.0.0.1
  --under NAME       as http://127.0.0.1/NAME/PAGE
  --no-js            with JavaScript switched off; expressions still work, promises do not
  --size WxH         of the window (default 1280x900)
  --dark             in dark colours
  --says TEXT        the console may have messages with TEXT; can be given several times
  --downloads DIR    the page may save files, into DIR
  --picture FILE     writes a picture of the page, after the expressions
"""
import argparse
import base64
import functools
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

TIMEOUT_S = 40


class Server(http.server.SimpleHTTPRequestHandler):
    """Files below a folder, with byte ranges, which a browser needs for seeking."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, '.vtt': 'text/vtt',
                      '.webm': 'video/webm', '.opus': 'audio/ogg', '.js': 'text/javascript'}

    def translate_path(self, path):
        prefix = self.server.prefix
        return super().translate_path(path[len(prefix):] if path.startswith(prefix) else '/none')

    def do_GET(self):
        wanted = re.fullmatch(r'bytes=(\d+)-(\d*)', self.headers.get('Range', ''))
        path = self.translate_path(self.path)
        if not wanted or not os.path.isfile(path):
            return super().do_GET()
        size = os.path.getsize(path)
        first, last = int(wanted[1]), min(int(wanted[2] or size - 1), size - 1)
        self.send_response(206)
        self.send_header('Content-Type', self.guess_type(path))
        self.send_header('Accept-Ranges', 'bytes')
        self.send_header('Content-Range', f'bytes {first}-{last}/{size}')
        self.send_header('Content-Length', str(last + 1 - first))
        self.end_headers()
        with open(path, 'rb') as file:
            file.seek(first)
            self.wfile.write(file.read(last + 1 - first))

    def handle(self):
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            pass  # the browser has what it needs

    def log_message(self, *args):
        pass


class Browser:
    """Chromium, spoken to in its DevTools protocol through a pair of pipes."""

    def __init__(self, profile):
        from_us, to_us = os.pipe(), os.pipe()

        def give_pipes():
            # Not 3 and 4 at once: one of them may be an end of the other pipe.
            ends = [os.dup(from_us[0]), os.dup(to_us[1])]
            high = [os.dup2(ends[0], 98), os.dup2(ends[1], 99)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            ['chromium', '--headless', '--no-sandbox', '--disable-gpu', '--mute-audio',
             '--no-first-run', '--disable-dev-shm-usage', '--disable-background-networking',
             '--autoplay-policy=no-user-gesture-required', '--hide-scrollbars',
             f'--user-data-dir={profile}', '--remote-debugging-pipe', 'about:blank'],
            preexec_fn=give_pipes, close_fds=False, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(from_us[0])
        os.close(to_us[1])
        self.out, self.input = os.fdopen(from_us[1], 'wb', 0), os.fdopen(to_us[0], 'rb', 0)
        self.rest, self.nb, self.session, self.heard = b'', 0, None, []
        targets = self.ask('Target.getTargets')['targetInfos']
        page = next(target for target in targets if target['type'] == 'page')
        attached = self.ask('Target.attachToTarget', targetId=page['targetId'], flatten=True)
        self.session = attached['sessionId']

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def read(self):
        while b'\0' not in self.rest:
            got = self.input.read(1 << 16)
            if not got:
                sys.exit('browse.py: the browser ended')
            self.rest += got
        message, self.rest = self.rest.split(b'\0', 1)
        message = json.loads(message)
        self.hear(message)
        return message

    def ask(self, method, **params):
        self.nb += 1
        message = {'id': self.nb, 'method': method, 'params': params}
        if self.session:
            message['sessionId'] = self.session
        self.out.write(json.dumps(message).encode() + b'\0')
        while True:
            answer = self.read()
            if answer.get('id') == self.nb:
                if 'error' in answer:
                    sys.exit(f'browse.py: {method}: {answer["error"]}')
                return answer['result']

    def hear(self, message):
        method, params = message.get('method'), message.get('params', {})
        if method == 'Runtime.consoleAPICalled':
            self.heard.append(' '.join(str(arg.get('value')) for arg in params['args']))
        elif method == 'Runtime.exceptionThrown':
            details = params['exceptionDetails']
            self.heard.append(details.get('exception', {}).get('description', details['text']))
        elif method == 'Log.entryAdded':
            self.heard.append(f'{params["entry"]["text"]} {params["entry"].get("url", "")}')
        elif method == 'Page.javascriptDialogOpening':
            self.heard.append(f'dialog: {params["message"]}')
            self.session_accept()

    def session_accept(self):
        self.nb += 1
        self.out.write(json.dumps({'id': self.nb, 'sessionId': self.session, 'params': {'accept': True},
                                   'method': 'Page.handleJavaScriptDialog'}).encode() + b'\0')

    def value(self, expression):
        answer = self.ask('Runtime.evaluate', expression=expression, awaitPromise=True,
                          returnByValue=True, userGesture=True)
        if 'exceptionDetails' in answer:
            details = answer['exceptionDetails']
            sys.exit(f'browse.py: {expression}: {details.get("exception", details)}')
        return answer['result'].get('value')


    def press(self, name):
        """A key as a keyboard sends it: "j", "Enter", "Shift+ArrowLeft", "Ctrl+z", "Space"."""
        *modifiers, key = name.split('+') if len(name) > 1 else [name]
        key = ' ' if key == 'Space' else key or '+'
        params = {'key': key, 'modifiers': sum({'Alt': 1, 'Ctrl': 2, 'Shift': 8}[one] for one in modifiers)}
        text = {'Enter': '\r'}.get(key, key if len(key) == 1 else '')
        codes = {'Enter': 13, 'Escape': 27, 'Tab': 9, 'ArrowLeft': 37, 'ArrowUp': 38, 'ArrowRight': 39,
                 'ArrowDown': 40, 'Home': 36, 'End': 35, 'Backspace': 8}
        params['windowsVirtualKeyCode'] = codes.get(key, ord(key[0].upper()))
        down = {'type': 'keyDown', 'text': text} if text and 'Ctrl' not in modifiers else {'type': 'rawKeyDown'}
        self.ask('Input.dispatchKeyEvent', **down, **params)
        self.ask('Input.dispatchKeyEvent', type='keyUp', **params)

    def drag(self, selector, places):
        """The mouse: see above."""
        box = self.value(f'(({{x, y, width, height}}) => [x, y, width, height])('
                         f'document.querySelector({json.dumps(selector)}).getBoundingClientRect())')
        steps = [('mousePressed', places[0]), *(('mouseMoved', place) for place in places[1:]),
                 ('mouseReleased', places[-1])]
        for kind, place in steps:
            x, y = map(float, place.split(','))
            self.ask('Input.dispatchMouseEvent', type=kind, x=box[0] + x * box[2], y=box[1] + y * box[3],
                     button='left', buttons=1, clickCount=1)


def prepare(browser, options):
    for domain in ('Page', 'Runtime', 'Log'):
        browser.ask(f'{domain}.enable')
    width, height = map(int, options.size.split('x'))
    browser.ask('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1,
                mobile=False)
    browser.ask('Emulation.setEmulatedMedia', features=[
        {'name': 'prefers-color-scheme', 'value': 'dark' if options.dark else 'light'}])
    browser.ask('Emulation.setFocusEmulationEnabled', enabled=True)
    if options.downloads:
        browser.ask('Page.setDownloadBehavior', behavior='allow', downloadPath=options.downloads)
    if options.no_js:
        browser.ask('Emulation.setScriptExecutionDisabled', value=True)


def visit(browser, options, address):
    prepare(browser, options)
    browser.ask('Page.navigate', url=address)
    while browser.read().get('method') != 'Page.loadEventFired':
        pass
    for expression in options.expressions:
        if re.fullmatch(r'wait [\d.]+', expression):
            time.sleep(float(expression[5:]))
            continue
        if expression.startswith('keys '):
            for key in expression[5:].split():
                browser.press(key)
            continue
        if expression.startswith('drag '):
            words = expression[5:].split()
            places = [word for word in words if re.fullmatch(r'[\d.]+,[\d.]+', word)]
            browser.drag(' '.join(words[:-len(places)]), places)
            continue
        if expression.startswith('sh '):
            subprocess.run(expression[3:], shell=True, check=True, stdout=subprocess.DEVNULL)
            continue
        print(json.dumps(browser.value(expression), ensure_ascii=False), flush=True)
    if options.picture:
        time.sleep(0.3)
        shot = browser.ask('Page.captureScreenshot')
        pathlib.Path(options.picture).write_bytes(base64.b64decode(shot['data']))


def serve(options):
    server = http.server.ThreadingHTTPServer(
        ('127.0.0.1', 0), functools.partial(Server, directory=options.folder))
    server.prefix = f'/{options.under}' if options.under else ''
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f'http://127.0.0.1:{server.server_port}{server.prefix}/{options.page}'


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ('--file', '--no-js', '--dark'):
        parser.add_argument(name, action='store_true')
    parser.add_argument('--under', default='')
    parser.add_argument('--says', action='append', default=[])
    parser.add_argument('--size', default='1280x900')
    parser.add_argument('--downloads')
    parser.add_argument('--picture')
    parser.add_argument('folder')
    parser.add_argument('page')
    parser.add_argument('expressions', nargs='*')
    options = parser.parse_args()
    path = pathlib.Path(options.folder).absolute()
    if options.folder.startswith('http:'):
        address = f'{options.folder}/{options.page}'
    else:
        address = f'file://{urllib.parse.quote(str(path))}/{options.page}' if options.file else serve(options)
    profile = tempfile.mkdtemp()
    signal.alarm(TIMEOUT_S)
    browser = Browser(profile)
    signal.signal(signal.SIGALRM, lambda *_: (browser.close(), os._exit(1)))
    try:
        visit(browser, options, address)
    finally:
        browser.close()
        shutil.rmtree(profile, ignore_errors=True)
    heard = [text for text in browser.heard if not any(part in text for part in options.says)]
    if heard:
        sys.exit('the browser said:\n' + '\n'.join(heard))


if __name__ == '__main__':
    main()
